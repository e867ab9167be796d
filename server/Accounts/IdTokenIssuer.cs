using System.Security.Cryptography;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Accounts;

/// <summary>
/// Makes the ID tokens (OpenID Connect Core section 2) that say what this server is doing. They are for one audience, live for minutes and are
/// written down nowhere.
/// </summary>
public sealed class IdTokenIssuer(IdTokenSigner signer, IssuerOptions options, TimeProvider clock)
{
    /// <summary>Long enough to be exchanged at once; who needs one later gets a new one.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public string Issuer => options.ServerUri;

    /// <summary>The audience that tokens for the account have: always its own.</summary>
    public string AudienceOf(OidcDetails details) => details.Audience ?? options.HostName;

    /// <param name="variable">For <c>#{…}</c> in custom claims: the value of what stands within, null if it has none. Null: claims that need one are left out.</param>
    /// <exception cref="IdTokenException">The account has none, no cloud could take the issuer, the subject is too long, …</exception>
    public IdToken Issue(Account account, SubjectUse use, SubjectParts parts, Func<string, string?>? variable = null)
    {
        var details = OidcOf(account);
        var subject = SubjectOf(account, use, parts);
        return Sign(AudienceOf(details), subject.Fault is null ? subject.Text : throw new IdTokenException(subject.Fault), Lifetime, CustomClaims.Resolve(details.CustomClaims, variable));
    }

    /// <summary>For what has no account, such as a feed: the subject is one of <see cref="DeploymentSubject"/>.</summary>
    public IdToken Issue(string audience, string subject, TimeSpan lifetime) =>
        options.CloudFault is { } fault ? throw new IdTokenException(fault)
            : Sign(audience, subject, lifetime, new Dictionary<string, JsonElement>());

    public static SubjectText SubjectOf(Account account, SubjectUse use, SubjectParts parts) =>
        DeploymentSubject.Of(use, account.Details is OidcDetails details ? details.KeysFor(use) : [], parts with { Account = account.Slug });

    /// <summary>Why no token of the account could be used where it is for; null: nothing in the issuer's URL is against it.</summary>
    public string? Fault(OidcDetails details) => details is GenericOidcDetails ? null : options.CloudFault;

    private OidcDetails OidcOf(Account account) => account.Details is not OidcDetails details
        ? throw new IdTokenException($"Account '{Printable.Of(account.Name)}' is of the type {account.AccountType}, which logs in with a secret and not with an ID token.")
        : Fault(details) is { } fault ? throw new IdTokenException(fault)
        : details;

    private IdToken Sign(string audience, string subject, TimeSpan lifetime, IReadOnlyDictionary<string, JsonElement> claims)
    {
        var times = IdTokenTimes.Of(clock.GetUtcNow(), lifetime);
        var jwt = signer.Sign(payload =>
        {
            payload.WriteString("iss", Issuer);
            payload.WriteString("sub", subject);
            payload.WriteString("aud", audience);
            times.Write(payload);
            payload.WriteString("jti", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            foreach (var (name, value) in claims)
            {
                payload.WritePropertyName(name);
                value.WriteTo(payload);
            }
        });
        return new(jwt, Issuer, subject, audience, DateTimeOffset.FromUnixTimeSeconds(times.ExpiresAt.ToUnixTimeSeconds()));
    }
}
