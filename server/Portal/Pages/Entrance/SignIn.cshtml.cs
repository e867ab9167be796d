using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.SignIn;

namespace OctoLogin.Portal.Pages.Entrance;

[AllowAnonymous]
public sealed class SignInModel(PasswordSignIn passwords, SignInOptions options, SetUp setUp, SameOrigin sameOrigin) : PortalPage
{
    private string wanted = LocalPath.Home;

    [BindProperty]
    public LoginInput Input { get; set; } = new(null, null);

    /// <summary>Only ever a path of this server.</summary>
    [BindProperty(SupportsGet = true, Name = "redirectAfterLoginTo")]
    public string? RedirectAfterLoginTo
    {
        get => wanted;
        set => wanted = LocalPath.OrHome(value);
    }

    public bool HasPasswords => options.PasswordsEnabled;

    public bool NeedsSetUp { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (HttpContext.Features.Get<Caller>() is not null)
        {
            return Redirect(wanted);
        }
        NeedsSetUp = await setUp.IsOpenAsync(Cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        sameOrigin.DemandOfForm(HttpContext);
        return await TryAsync(() => passwords.SignInAsync(HttpContext, Input.Username, Input.Password, Cancel)) ? Redirect(wanted) : Page();
    }
}
