using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.ServiceAccounts;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Services.ApiKeys;

public sealed class NewModel(ServiceAccountStore accounts, UserStore users, OctoLogin.Users.ApiKeys keys, CallerStore callers, TimeProvider clock) : ServiceAccountPage(accounts)
{
    [BindProperty]
    public ApiKeyForm Input { get; set; } = ApiKeyForm.Empty;

    public NewApiKey? Made { get; private set; }

    /// <summary>Asked before the form is shown: whoever may not make one should not fill it in.</summary>
    protected override Task LoadAsync() => UserEndpoints.KeyOwnerAsync(Account.Id, "Making an API key for this service account", Caller, users, callers, Cancel);

    public void OnGet()
    {
        // a form
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await TryAsync(async () => Made = (await UserEndpoints.CreateApiKey(Account.Id, Input.ToInput(clock.GetUtcNow()), Caller, users, keys, callers, Cancel)).Value);
        return Page();
    }
}
