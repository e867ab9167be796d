using OctoLogin.Access;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class ServerAddressModel(IssuerOptions issuer, OwnIssuerCheck check) : PortalPage
{
    public string ServerUri => issuer.ServerUri;
    public bool IsSet => issuer.IsSet;

    /// <summary>Null: not asked for.</summary>
    public OwnIssuerReport? Report { get; private set; }

    public void OnGet() => Caller.Demand(Permission.AdministerSystem, AccessTarget.System);

    public async Task OnPostAsync() => Report = await OwnIssuerEndpoints.Check(Caller, check, Cancel);
}
