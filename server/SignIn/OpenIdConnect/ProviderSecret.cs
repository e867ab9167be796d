using System.Text;
using OctoLogin.Database;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>The client secret, encrypted at rest; it is never read back by anybody but the request for a token.</summary>
public sealed class ProviderSecret(Secrets secrets)
{
    private const string Purpose = "oidc_provider.client_secret";

    public byte[] Seal(string secret) => secrets.Protect(Purpose, Encoding.UTF8.GetBytes(secret));

    public string? Open(ProviderSettings settings) => settings.ClientSecret is null ? null : Encoding.UTF8.GetString(secrets.Unprotect(Purpose, settings.ClientSecret));
}
