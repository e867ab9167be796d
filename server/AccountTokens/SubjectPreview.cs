using System.Text;
using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Feeds;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.AccountTokens;

/// <summary>What an ID token of an account or a feed would say, and what a cloud needs to be told to trust it. No token is made.</summary>
/// <param name="Fault">Why there would be no token; null: nothing is against it.</param>
/// <param name="Keys">Its keys for that use in the subject's order, each with its slug; null: it has none and is left out.</param>
/// <param name="Claims">The standard ones that are known before, and the account's own with their variables as they are written.</param>
public sealed record SubjectPreview(
    SubjectUse Use, string Subject, int Bytes, int MostBytes, string? Fault, string Issuer, string Audience, IReadOnlyList<SubjectKey> Keys,
    IReadOnlyDictionary<string, JsonElement> Claims, TrustPolicy? TrustPolicy);

public sealed record SubjectKey(string Key, string? Slug);

/// <summary>Says what "this account, this project, this environment" gives.</summary>
public sealed class SubjectPreviews(SubjectPlaces places, IdTokenIssuer issuer)
{
    public async Task<SubjectPreview> ShowAsync(Account account, SubjectQuestion question, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var validation = new Validation();
        var use = validation.OneOf<SubjectUse>("Use", question.Use) ?? (string.IsNullOrWhiteSpace(question.Runbook) ? SubjectUse.Deployment : SubjectUse.Runbook);
        validation.Check(use != SubjectUse.Feed, "Use must be Deployment, Runbook, HealthCheck or AccountTest: a feed has subject keys of its own.");
        validation.Check(account.Details is OidcDetails, $"Account '{Printable.Of(account.Name)}' is of the type {account.AccountType}, which logs in with a secret and has no subject.");
        var parts = await places.FindAsync(question, space, caller, validation, cancel);
        validation.ThrowIfAny();
        var details = (OidcDetails)account.Details;
        var (subject, audience) = (IdTokenIssuer.SubjectOf(account, use, parts), issuer.AudienceOf(details));
        var fault = issuer.Fault(details) ?? subject.Fault;
        return new(
            use, subject.Text, Encoding.UTF8.GetByteCount(subject.Text), DeploymentSubject.MostBytes, fault, issuer.Issuer, audience,
            [.. subject.Parts.Select(part => new SubjectKey(part.Key, part.Slug))], Claims(details, issuer.Issuer, subject.Text, audience),
            fault is null ? TrustPolicy.Of(details, $"{account.Slug}-{DeploymentSubject.TypeOf(use)}", issuer.Issuer, audience, subject.Text) : null);
    }

    /// <summary>The same of a feed, which has one subject wherever it is used.</summary>
    public SubjectPreview Show(Feed feed, Space space)
    {
        if (feed.OidcAuthentication is null)
        {
            throw ApiException.BadRequest($"Feed '{Printable.Of(feed.Name)}' has no OidcAuthentication: it does not log in with an ID token, and has no subject.");
        }
        var details = FeedOidcRules.DetailsOf(feed);
        var (subject, audience) = (FeedOidcRules.SubjectOf(feed, space), issuer.AudienceOf(details));
        var fault = issuer.Fault(details) ?? subject.Fault;
        return new(
            SubjectUse.Feed, subject.Text, Encoding.UTF8.GetByteCount(subject.Text), DeploymentSubject.MostBytes, fault, issuer.Issuer, audience,
            [.. subject.Parts.Select(part => new SubjectKey(part.Key, part.Slug))], Claims(details, issuer.Issuer, subject.Text, audience),
            fault is null ? TrustPolicy.Of(details, $"feed-{feed.Slug}", issuer.Issuer, audience, subject.Text) : null);
    }

    private static Dictionary<string, JsonElement> Claims(OidcDetails details, string issuer, string subject, string audience)
    {
        var claims = new Dictionary<string, JsonElement> { ["iss"] = Text(issuer), ["sub"] = Text(subject), ["aud"] = Text(audience) };
        foreach (var (name, value) in CustomClaims.Resolve(details.CustomClaims, variable => $"#{{{variable}}}"))
        {
            claims[name] = value;
        }
        return claims;
    }

    private static JsonElement Text(string value) => JsonSerializer.SerializeToElement(value);
}
