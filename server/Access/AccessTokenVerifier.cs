using OctoLogin.Jose;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Access;

/// <summary>Proves that a token is one of our access tokens and has not ended. Whether it was revoked is the database's to say.</summary>
public sealed class AccessTokenVerifier(SigningKeyRing keys, IssuerOptions issuer, TimeProvider clock)
{
    /// <summary>Null: not one of ours, tampered with, of another kind, or ended.</summary>
    public async ValueTask<AccessToken?> VerifyAsync(string token, CancellationToken cancel)
    {
        // The kind is checked as strictly as the signature: an ID token that we sign for a cloud must never work here (RFC 9068 section 4). Its
        // key is of another use, and keys of this one verify their own algorithm alone, whatever the header says.
        if (CompactJws.TryParse(token, out _) is not { Type: AccessToken.Type, KeyId: { } kid } jws
            || await keys.FindAsync(kid, SigningKeyUse.AccessTokens, cancel) is not { } key
            || !key.Verifies(jws)
            || jws.Claim("iss") != issuer.ServerUri || jws.Claim("aud") != issuer.ServerUri)
        {
            return null;
        }
        return AccessToken.Read(jws.Payload) is { } read && read.ExpiresAt > clock.GetUtcNow() ? read with { SigningKeyId = kid } : null;
    }
}
