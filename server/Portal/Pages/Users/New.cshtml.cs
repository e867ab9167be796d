using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Users;

public sealed class NewModel(UserAccounts accounts) : PortalPage
{
    [BindProperty]
    public NewPerson Input { get; set; } = new();

    public void OnGet() => Caller.Demand(Permission.UserEdit, AccessTarget.System);

    public async Task<IActionResult> OnPostAsync()
    {
        var id = "";
        return await TryAsync(async () => id = (await UserEndpoints.Create(Input.ToInput(), Caller, accounts, Cancel)).Value!.Id)
            ? Done($"/app/users/{id}", $"User {Input.Username} was created. Add them to a team to give them rights.")
            : Page();
    }
}

public sealed record NewPerson
{
    public string? Username { get; init; }
    public string? DisplayName { get; init; }
    public string? EmailAddress { get; init; }
    public string? Password { get; init; }

    public UserInput ToInput() => new(Username, DisplayName, EmailAddress, null, false, Password);
}
