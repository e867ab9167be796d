using Microsoft.AspNetCore.Mvc;
using OctoLogin.SignIn;

namespace OctoLogin.Portal.Pages.Me;

public sealed class PasswordModel(PasswordSignIn passwords) : PortalPage
{
    [BindProperty]
    public PasswordForm Input { get; set; } = new(null, null, null);

    public void OnGet()
    {
        // a form, and nothing to fill it with
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (Input.NewPassword != Input.NewPasswordAgain)
        {
            ModelState.AddModelError("Input.NewPasswordAgain", "The two new passwords differ.");
        }
        return await TryAsync(() => passwords.ChangeAsync(HttpContext, Caller, Input.CurrentPassword, Input.NewPassword, Cancel))
            ? Done("/app/me", "Your password was changed, and your other sessions were ended.")
            : Page();
    }
}

public sealed record PasswordForm(string? CurrentPassword, string? NewPassword, string? NewPasswordAgain);
