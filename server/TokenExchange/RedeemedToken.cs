using System.Security.Cryptography;
using System.Text;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>
/// By what a token is known once it was used. A unique key in the database, so that it holds across replicas, restarts and fifty
/// tries at the same moment.
/// </summary>
public static class RedeemedToken
{
    /// <summary>SHA-256 over issuer and <c>jti</c>, or over issuer and the signed text where there is no <c>jti</c>; of one length, whatever was sent.</summary>
    public static byte[] KeyOf(string issuer, CompactJws token)
    {
        // The parts are kept apart by a byte that neither can hold, and the two kinds by their names.
        var id = token.Claim("jti") is { Length: > 0 } jti ? $"{issuer}\0jti\0{jti}" : $"{issuer}\0token\0{Encoding.ASCII.GetString(token.SigningInput)}";
        return SHA256.HashData(Encoding.UTF8.GetBytes(id));
    }

    /// <summary>What a granted exchange of the token uses up.</summary>
    public static Redemption RedemptionOf(CompactJws token, OidcIdentity identity, string signingKeyId) => new()
    {
        TokenKey = KeyOf(token.Claim("iss")!, token),
        IdentityId = identity.Id,
        IdentityVersion = identity.Version,
        IssuerVersion = identity.IssuerVersion,
        SigningKeyId = signingKeyId,
        AllowReuse = identity.AllowReuse,
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(SubjectTokenValidator.Time(token, "exp")!.Value) + TokenExchangeOptions.Leeway,
        // The checks have made sure that the token has both.
        Pin = identity.IsUnpinned
            ? new(OidcIdentity.Text(token.Payload, "repository_id")!, OidcIdentity.Text(token.Payload, "repository_owner_id")!)
            : null,
    };
}
