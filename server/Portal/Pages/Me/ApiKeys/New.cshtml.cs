using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.Portal.Pages.Me.ApiKeys;

public sealed class NewModel(UserStore users, OctoLogin.Users.ApiKeys keys, CallerStore callers, TimeProvider clock) : PortalPage
{
    [BindProperty]
    public ApiKeyForm Input { get; set; } = ApiKeyForm.Empty;

    public NewApiKey? Made { get; private set; }

    public void OnGet()
    {
        // a form
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await TryAsync(async () => Made = (await UserEndpoints.CreateApiKey(Caller.UserId, Input.ToInput(clock.GetUtcNow()), Caller, users, keys, callers, Cancel)).Value);
        return Page();
    }
}
