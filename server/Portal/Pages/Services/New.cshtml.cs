using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Services;

public sealed class NewModel(UserAccounts accounts) : PortalPage
{
    [BindProperty]
    public NamesInput Input { get; set; } = new("", "");

    public void OnGet() => Caller.Demand(Permission.UserEdit, AccessTarget.System);

    public async Task<IActionResult> OnPostAsync()
    {
        var made = "";
        return await TryAsync(async () => made = (await UserEndpoints.Create(
            new(Input.Username, Input.DisplayName, null, null, IsService: true, null), Caller, accounts, Cancel)).Value!.Id)
            ? Done(ServiceAccountPage.UrlOf(made), $"Service account {Input.Username} was created. Say now which workflows may be it.")
            : Page();
    }
}

public sealed record NamesInput(string? Username, string? DisplayName);
