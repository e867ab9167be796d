using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal.Pages.SigningKeys;

public sealed class IndexModel(SigningKeyStore store, SigningKeyRotation rotation, TimeProvider clock) : PortalPage
{
    public IReadOnlyList<KeyTimeline> Timelines { get; private set; } = [];
    public bool HasRoom { get; private set; }
    public DateTimeOffset? RoomFrom { get; private set; }

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var (rows, now) = (await store.ListAsync(Cancel), clock.GetUtcNow());
        var set = new SigningKeySet(rows, now);
        (HasRoom, RoomFrom) = (set.HasRoom, set.RoomFrom);
        Timelines = [.. SigningKeyUse.All.Select(use => KeyTimeline.Of(use, rows, now))];
    }

    public async Task<IActionResult> OnPostRotateAsync(string? use, bool atOnce)
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        var chosen = SigningKeyUse.All.FirstOrDefault(one => one.Name == use) ?? throw ApiException.NotFound("use of signing keys", use);
        SigningKey? key = null;
        if (await TryAsync(async () => key = await rotation.RotateAsync(chosen, atOnce, Caller.Actor, Cancel)))
        {
            return Done("/app/signing-keys", $"Signing key {key!.Kid} of {chosen.Name.Replace('-', ' ')} is published and signs from {key.ActiveFrom:u}.");
        }
        await OnGetAsync();
        return Page();
    }
}
