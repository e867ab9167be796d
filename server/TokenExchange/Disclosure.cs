using OctoLogin.Http;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>
/// What a refused presenter is told, by what was proven (the contract's disclosure table); the second text of each is the whole
/// reason, for the audit. Faults of signature and times are told in full by <see cref="SubjectTokenValidator"/>: there the issuer is proven.
/// </summary>
public static class Disclosure
{
    /// <summary>Nothing is proven: what was presented, and the same text whether or not there is such an account.</summary>
    public static OAuthException Untrusted(string audience, CompactJws token, string reason) => OAuthException.InvalidRequest(
        $"No OIDC identity of service account '{Printable.Of(audience, 100)}' trusts a token with issuer '{Printable.Of(token.Claim("iss"))}', " +
        $"subject '{Printable.Of(token.Claim("sub"))}' and audience '{Printable.Of(OidcIdentity.Shown(token.Payload, "aud"))}'. " +
        "Check the service account's GUID, and that an identity with this issuer, subject and audience is registered under its OpenID Connect page.",
        reason);

    /// <summary>Signature and times are good: which part differs, never what the identity would accept.</summary>
    public static OAuthException NoMatch(IdentityMatch closest, CompactJws token)
    {
        var (identity, failed) = (closest.Identity, closest.FirstFailure);
        var isClaim = failed.Part is not ("subject" or "audience");
        var part = isClaim ? $"claim '{Printable.Of(failed.Part, 100)}'" : failed.Part;
        var value = isClaim ? $", and '{Printable.Of(failed.Part, 100)}' is '{Printable.Of(failed.Actual)}'" : "";
        // How long it has been without ids is no pattern, and only an administrator can mend it. A condition on the same claim comes later, and its explanation tells of a pattern.
        var expired = identity.IsUnpinned && ReferenceEquals(failed, closest.Checks.FirstOrDefault(check => check.Part == "repository_id")) ? $" {failed.Explanation}" : "";
        return OAuthException.InvalidRequest(
            $"The token is genuine, but no OIDC identity of the service account accepts it. The {part} differs from the closest identity's. " +
            $"The token has subject '{Printable.Of(OidcIdentity.Text(token.Payload, "sub"))}' and audience '{Printable.Of(OidcIdentity.Shown(token.Payload, "aud"))}'{value}.{expired} " +
            "Identities are registered under the service account's OpenID Connect page.",
            $"No identity matches; closest is {identity.Id} ({identity.Name}), where {failed.Part} is '{Printable.Of(failed.Actual)}' and must be '{Printable.Of(failed.Expected)}'. {failed.Explanation}".TrimEnd());
    }

    /// <summary>All is proven, but the reason is the administrators' business.</summary>
    public static OAuthException Disabled(ServiceAccount account) => OAuthException.InvalidRequest(
        $"The token is good, but service account {account.Audience} cannot be used now; an administrator sees why in the audit.",
        $"Service account {account.Username} is disabled.");
}
