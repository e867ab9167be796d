using Microsoft.AspNetCore.Mvc;
using OctoLogin.SignIn;

namespace OctoLogin.Portal.Pages.Entrance;

/// <summary>By a form alone: a link or a picture on another page must not sign anybody out.</summary>
public sealed class SignOutModel(Sessions sessions) : PortalPage
{
    public IActionResult OnGet() => Redirect(PortalServices.Root);

    public async Task<IActionResult> OnPostAsync()
    {
        await sessions.SignOutAsync(HttpContext, Caller, Cancel);
        return Done("/app/sign-in", "You are signed out.");
    }
}
