using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.SignIn;

namespace OctoLogin.Portal.Pages.Entrance;

[AllowAnonymous, RequestSizeLimit(MostBytes)]
public sealed class SetUpModel(SetUp setUp, SignInOptions options, SameOrigin sameOrigin) : PortalPage
{
    private const int MostBytes = 16 * 1024;

    [BindProperty]
    public SetUpInput Input { get; set; } = new(null, null, null, null, null);

    public bool HasPasswords => options.PasswordsEnabled;

    public async Task OnGetAsync()
    {
        if (!await setUp.IsOpenAsync(Cancel))
        {
            throw SetUp.Closed();
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        sameOrigin.DemandOfForm(HttpContext);
        return await TryAsync(() => setUp.CompleteAsync(HttpContext, Input, Cancel))
            ? Done(PortalServices.Root, $"{Printable.Of(Input.Username)} is the administrator of this server, and signed in.")
            : Page();
    }
}
