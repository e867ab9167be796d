using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.ServiceAccounts;
using OctoLogin.TokenExchange;

namespace OctoLogin.Portal.Pages.Trust;

public sealed class DetailsModel(IssuerSettingsStore store, Issuers issuers, AccessTokenRevocation revocation) : PortalPage
{
    [FromRoute]
    public required string Id { get; set; }

    [BindProperty]
    public IssuerFields Input { get; set; } = new();

    public required IssuerResource Issuer { get; set; }
    public bool MayChange => May(Permission.AdministerSystem);
    public string IssuerUrl => $"/app/issuers/{Issuer.Id}";

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Issuer = await IssuerEndpoints.Get(Id, Caller, store, issuers, Cancel);
        await next();
    }

    public void OnGet() => Input = new() { CertificateAuthority = Issuer.CertificateAuthority ?? "", Jwks = Issuer.Jwks?.GetRawText() ?? "", IsDisabled = Issuer.IsDisabled };

    public async Task<IActionResult> OnPostAsync() =>
        await TryAsync(() => IssuerEndpoints.Update(Id, Input.ToInput(null), Caller, store, issuers, Cancel)) ? Done(IssuerUrl, "The settings were saved.") : Page();

    public async Task<IActionResult> OnPostRefreshAsync()
    {
        IssuerResource? refreshed = null;
        if (await TryAsync(async () => refreshed = await IssuerEndpoints.Refresh(Id, Caller, store, issuers, Cancel)))
        {
            return Done(IssuerUrl, refreshed!.Keys is { Count: > 0 } keys ? $"The keys were fetched anew: {keys.Count} now."
                : "The old keys are forgotten and the new ones could not be fetched; until they can, logins with its tokens are answered with 503.");
        }
        OnGet();
        return Page();
    }

    public Task<IActionResult> OnPostRevokeTokensAsync(string? confirm) => ConfirmedAsync(confirm, nameof(OnPostRevokeTokensAsync),
        () => IssuerEndpoints.RevokeTokens(Id, Caller, store, revocation, Cancel), IssuerUrl, $"All access tokens that tokens of {Issuer.Issuer} were exchanged for were ended.");

    public Task<IActionResult> OnPostDeleteAsync(string? confirm) => ConfirmedAsync(confirm, nameof(OnPostDeleteAsync),
        () => IssuerEndpoints.Delete(Id, Caller, store, issuers, Cancel), "/app/issuers", $"The settings of {Issuer.Issuer} were cleared.");

    private async Task<IActionResult> ConfirmedAsync(string? confirm, string handler, Func<Task> change, string url, string done)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Issuer.Issuer))
        {
            ModelState.AddModelError(handler == nameof(OnPostDeleteAsync) ? "confirm" : "", $"Type '{Issuer.Issuer}' exactly as it is written; nothing was done.");
        }
        if (await TryAsync(change))
        {
            return Done(url, done);
        }
        OnGet();
        return Page();
    }
}
