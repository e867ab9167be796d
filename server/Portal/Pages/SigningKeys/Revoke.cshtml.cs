using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal.Pages.SigningKeys;

public sealed class RevokeModel(SigningKeyStore store, SigningKeyRotation rotation, TimeProvider clock) : PortalPage
{
    [FromRoute]
    public required string Kid { get; set; }

    public required KeyLine Line { get; set; }

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var rows = await store.ListAsync(Cancel);
        var key = rows.FirstOrDefault(row => row.Kid == Kid) ?? throw ApiException.NotFound("signing key", Kid);
        Line = KeyTimeline.Of(key.Use, rows, clock.GetUtcNow()).Lines.Single(line => line.Key.Kid == Kid);
        await next();
    }

    public void OnGet()
    {
        // Only asks.
    }

    public async Task<IActionResult> OnPostRevokeAsync(string? confirm)
    {
        if (!ConfirmDelete.IsConfirmed(confirm, Kid))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(Kid, "revoked"));
        }
        return await TryAsync(async () =>
        {
            if (!await rotation.RevokeAsync(Kid, Caller.Actor, Cancel))
            {
                throw ApiException.Conflict($"Signing key {Kid} was revoked before.");
            }
        }) ? Done("/app/signing-keys", $"Signing key {Kid} was revoked; the tokens that it signed no longer work.") : Page();
    }
}
