using OctoLogin.OpenIdProvider;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Where the provider sends browsers and calls us: below <c>ServerUri</c>, never what a request's <c>Host</c> says.</summary>
public sealed class ProviderUris(IssuerOptions server)
{
    public const string StartPath = $"/api/users/authenticate/{ProviderSettings.ProviderName}";
    public const string RedirectPath = $"/api/users/authenticatedToken/{ProviderSettings.ProviderName}";
    public const string BackChannelLogoutPath = $"/api/users/logout/{ProviderSettings.ProviderName}/backchannel";

    public string Redirect => server.ServerUri + RedirectPath;
    public string BackChannelLogout => server.ServerUri + BackChannelLogoutPath;

    /// <summary>Whether cookies can be for https alone.</summary>
    public bool IsHttps => server.ServerUri.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
