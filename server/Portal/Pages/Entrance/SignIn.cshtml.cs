using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.SignIn;
using OctoLogin.SignIn.OpenIdConnect;

namespace OctoLogin.Portal.Pages.Entrance;

[AllowAnonymous, RequestSizeLimit(MostBytes)]
public sealed class SignInModel(PasswordSignIn passwords, SignInOptions options, SetUp setUp, ProviderButtons providers, SameOrigin sameOrigin) : PortalPage
{
    private const int MostBytes = 16 * 1024;

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

    /// <summary>Null: none is enabled.</summary>
    public ProviderButton? Provider { get; private set; }

    /// <summary>Whoever comes here must be told, or sees an empty page.</summary>
    public bool HasNoWayIn => !HasPasswords && Provider is null && !NeedsSetUp;

    /// <param name="manual">Whoever comes from a sign-in that did not work, or wants the password, must not be sent on at once.</param>
    public async Task<IActionResult> OnGetAsync(bool manual = false)
    {
        if (HttpContext.Features.Get<Caller>() is not null)
        {
            return Redirect(wanted);
        }
        NeedsSetUp = await setUp.IsOpenAsync(Cancel);
        Provider = await providers.FindAsync(wanted, Cancel);
        // Nor who has just signed out, to whom something is said here.
        return !manual && !NeedsSetUp && TempData.Peek(nameof(Flash)) is null && Provider is { IsAutomatic: true } ? Redirect(Provider.Url) : Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        sameOrigin.DemandOfForm(HttpContext);
        if (await TryAsync(() => passwords.SignInAsync(HttpContext, Input.Username, Input.Password, Cancel)))
        {
            return Redirect(wanted);
        }
        Provider = await providers.FindAsync(wanted, Cancel);
        return Page();
    }
}
