using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

/// <summary>What the revoke-tokens verbs answer.</summary>
internal static class RevokedTokensTold
{
    public static int Tell(Terminal terminal, RevokedTokens revoked, string whose, bool json)
    {
        if (json)
        {
            terminal.Json(revoked);
        }
        else
        {
            terminal.Say($"All access tokens of {whose} were revoked ({revoked.OidcIdentityIds.Count} OIDC {(revoked.OidcIdentityIds.Count == 1 ? "identity" : "identities")}); new logins go on.");
        }
        return 0;
    }
}
