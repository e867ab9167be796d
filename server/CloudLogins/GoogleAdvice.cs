using OctoLogin.Accounts;

namespace OctoLogin.CloudLogins;

/// <summary>What to change when Google refuses. Pure.</summary>
public static class GoogleAdvice
{
    public static string For(string code, string text, IdToken token) => code switch
    {
        "invalid_target" => "Audience is not the name of a provider that exists and is enabled: https://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, with the project's number and not its ID.",
        "invalid_request" => "Audience must be the provider's full name with the project's number, not its ID: https://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.",
        "unauthorized_client" => $"The provider's attribute condition does not hold for the subject '{token.Subject}'.",
        "invalid_grant" when Says(text, "audience") => $"Add '{token.Audience}' to the provider's allowed audiences, or remove them: then its own name is allowed.",
        "invalid_grant" when Says(text, "bytes limit") => "Use fewer subject keys in the account, or map google.subject to something shorter.",
        "invalid_grant" when Says(text, "connecting") => $"Google could not read {token.Issuer}/.well-known/openid-configuration; when it is not reachable from the internet, upload the keys of `octologin keys export-jwks` to the provider.",
        "invalid_grant" when Says(text, "issuer") => $"The provider's issuer URI must be '{token.Issuer}', exactly.",
        "invalid_grant" when Says(text, "stale") => "The token was too old when Google saw it: set this server's clock.",
        "invalid_grant" => $"Google must find the present keys: at {token.Issuer}/.well-known/jwks or, when they were uploaded to the provider, those of `octologin keys export-jwks`.",
        _ => "See docs/clouds.md.",
    };

    public static string ForImpersonation(string code, string email, IdToken token) => code switch
    {
        "PERMISSION_DENIED" => $"Give the pool's principal (principal:{Pool(token)}/subject/{token.Subject}) the role roles/iam.workloadIdentityUser on the service account {email}, and enable the IAM Service Account Credentials API.",
        "INVALID_ARGUMENT" => "TokenLifetimeSeconds above 3600 needs the organisation policy constraints/iam.allowServiceAccountCredentialLifetimeExtension for the service account.",
        "NOT_FOUND" => $"There is no service account {email}.",
        _ => "See docs/clouds.md.",
    };

    private static bool Says(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Pool(IdToken token)
    {
        var provider = GoogleLogin.ProviderOf(token.Audience);
        var end = provider.IndexOf("/providers/", StringComparison.Ordinal);
        return end < 0 ? provider : provider[..end];
    }
}
