using Microsoft.AspNetCore.Mvc;
using OctoLogin.SignIn;

namespace OctoLogin.Portal.Pages.Entrance;

/// <summary>By a form alone: a picture on another page must not sign anybody out. The button is on every page, so it is the cookie's own check that keeps other sites away, and not a token of one form.</summary>
[IgnoreAntiforgeryToken]
public sealed class SignOutModel(Sessions sessions) : PortalPage
{
    public IActionResult OnGet() => Redirect(PortalServices.Root);

    public async Task<IActionResult> OnPostAsync()
    {
        await sessions.SignOutAsync(HttpContext, Caller, Cancel);
        return Done("/app/sign-in", "You are signed out.");
    }
}
