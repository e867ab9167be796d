using OctoLogin.Access;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class IndexModel(ServerSettings settings, IssuerOptions issuer) : PortalPage
{
    public IReadOnlyList<SettingGroup> Groups => settings.Groups;
    public string ServerUri => issuer.ServerUri;
    public string? ServerUriFault => issuer.CloudFault;

    public void OnGet() => Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
}
