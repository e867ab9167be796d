using Amazon.Runtime;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>From a feed to the login of its registry: an ID token with the feed's own subject, what its cloud gives for that, and what the registry gives for that.</summary>
public sealed class CloudRegistryLogin(
    IdTokenIssuer tokens, AwsLogin aws, AzureLogin azure, GoogleLogin google, EcrLogin ecr, AcrLogin acr, FeedSecrets secrets)
{
    /// <summary>Who has an access token for a password at Google's registries.</summary>
    private const string GoogleUser = "oauth2accesstoken";

    /// <summary>Whether a feed's login is asked of a cloud; else it is the feed's own password, or there is none.</summary>
    public static bool IsNeeded(Feed feed) => feed.OidcAuthentication is not null || feed.FeedType == FeedType.AwsElasticContainerRegistry;

    /// <param name="subject">Of the feed in its space.</param>
    /// <exception cref="RegistryException">There is none; the message says why and what to change.</exception>
    public async Task<RegistryLogin> OfAsync(Feed feed, SubjectText subject, CancellationToken cancel)
    {
        try
        {
            return feed.OidcAuthentication is null
                ? await ecr.OfAsync(new ImmutableCredentials(feed.User, secrets.Open(feed), null), feed.Region!, cancel)
                : await ExchangeAsync(feed, subject, cancel);
        }
        catch (Exception fault) when (fault is CloudRefusal or IdTokenException)
        {
            throw new RegistryException(RegistryFault.Refused, $"Feed '{Printable.Of(feed.Name)}' cannot log in. {fault.Message}");
        }
        catch (CloudOutage fault)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"Feed '{Printable.Of(feed.Name)}' cannot log in. {fault.Message}");
        }
    }

    private async Task<RegistryLogin> ExchangeAsync(Feed feed, SubjectText subject, CancellationToken cancel)
    {
        if (feed.FeedUri is not null && FeedOidcRules.HostFault(feed.FeedType, new Uri(feed.FeedUri).Host) is { } elsewhere)
        {
            throw new IdTokenException(elsewhere);
        }
        var details = FeedOidcRules.DetailsOf(feed);
        var token = tokens.Issue(tokens.AudienceOf(details), subject.Fault is null ? subject.Text : throw new IdTokenException(subject.Fault), IdTokenIssuer.Lifetime);
        switch (details)
        {
            case AwsOidcDetails role:
                var session = await aws.LoginAsync(role, token, $"feed-{feed.Slug}", cancel);
                return await ecr.OfAsync(new ImmutableCredentials(session.AccessKeyId, session.SecretAccessKey, session.SessionToken), session.Region, cancel);
            case AzureOidcDetails app:
                return await acr.OfAsync(new Uri(feed.FeedUri!), app.TenantId, await azure.LoginAsync(app, AcrLogin.Scope, token, cancel), cancel);
            case GoogleOidcDetails account:
                var access = await google.LoginAsync(account, token, cancel);
                return new(GoogleUser, access.Value, access.ExpiresAt, Stays: true);
            default:
                throw new InvalidOperationException($"No login for {details.GetType().Name}.");
        }
    }
}
