using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.ServiceAccounts;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Services;

public sealed class EditModel(ServiceAccountStore accounts, UserStore users, UserAccounts changes, CallerStore callers) : ServiceAccountPage(accounts)
{
    [BindProperty]
    public NamesInput Input { get; set; } = new("", "");

    protected override Task LoadAsync()
    {
        Caller.Demand(Permission.UserEdit, AccessTarget.System);
        return Task.CompletedTask;
    }

    public async Task OnGetAsync() => Input = new(Account.Username, (await users.FindAsync(Account.Id, Cancel))?.DisplayName);

    public Task<IActionResult> OnPostAsync() =>
        ChangeAsync(new(Input.Username, Input.DisplayName, null, null, null, null), $"Service account {Input.Username} was saved.");

    public Task<IActionResult> OnPostDisableAsync() =>
        ChangeAsync(Active(false), $"Service account {Account.Username} was disabled: nobody logs in as it, and its access tokens and API keys do not work.");

    public Task<IActionResult> OnPostEnableAsync() => ChangeAsync(Active(true), $"Service account {Account.Username} was enabled.");

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Account.Username))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Account.Username));
        }
        if (await TryAsync(() => UserEndpoints.Delete(Account.Id, Caller, users, changes, callers, Cancel)))
        {
            return Done("/app/service-accounts", $"Service account {Account.Username} was deleted.");
        }
        await OnGetAsync();
        return Page();
    }

    private static UserInput Active(bool isActive) => new(null, null, null, isActive, null, null);

    private async Task<IActionResult> ChangeAsync(UserInput input, string done) =>
        await TryAsync(() => UserEndpoints.Update(Account.Id, input, Caller, users, changes, callers, Cancel)) ? Done(AccountUrl, done) : Page();
}
