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
    /// <param name="log">Is told each step; null: nothing is tested.</param>
    /// <exception cref="RegistryException">There is none; the message says why and what to change.</exception>
    public async Task<RegistryLogin> OfAsync(Feed feed, SubjectText subject, CancellationToken cancel, FeedTestLog? log = null)
    {
        try
        {
            if (feed.OidcAuthentication is not null)
            {
                return await ExchangeAsync(feed, subject, log, cancel);
            }
            log?.Step("Ask Amazon ECR for the registry's login, with the stored access key");
            return Told(await ecr.OfAsync(new ImmutableCredentials(feed.User, secrets.Open(feed), null), feed.Region!, cancel), log);
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

    private async Task<RegistryLogin> ExchangeAsync(Feed feed, SubjectText subject, FeedTestLog? log, CancellationToken cancel)
    {
        if (feed.FeedUri is not null && FeedOidcRules.HostFault(feed.FeedType, new Uri(feed.FeedUri).Host) is { } elsewhere)
        {
            throw new IdTokenException(elsewhere);
        }
        var details = FeedOidcRules.DetailsOf(feed);
        log?.Step("Sign an ID token");
        var token = tokens.Issue(tokens.AudienceOf(details), subject.Fault is null ? subject.Text : throw new IdTokenException(subject.Fault), IdTokenIssuer.Lifetime);
        log?.Info($"Issuer:   {token.Issuer}\nSubject:  {token.Subject}\nAudience: {token.Audience}");
        switch (details)
        {
            case AwsOidcDetails role:
                log?.Step($"Assume the role {Printable.Of(role.RoleArn)}");
                var session = await aws.LoginAsync(role, token, $"feed-{feed.Slug}", cancel, log is null ? null : log.Info);
                log?.Info($"A session in {session.Region} until {session.ExpiresAt:u}");
                log?.Step("Ask Amazon ECR for the registry's login");
                return Told(await ecr.OfAsync(new ImmutableCredentials(session.AccessKeyId, session.SecretAccessKey, session.SessionToken), session.Region, cancel), log);
            case AzureOidcDetails app:
                log?.Step($"Log in to Microsoft Entra as {Printable.Of(app.ClientId)}");
                var entra = await azure.LoginAsync(app, AcrLogin.Scope, token, cancel, log is null ? null : log.Info);
                log?.Info($"Tenant {Printable.Of(app.TenantId)} gave a token until {entra.ExpiresAt:u}");
                log?.Step($"Exchange it for a login of {new Uri(feed.FeedUri!).Host}");
                return Told(await acr.OfAsync(new Uri(feed.FeedUri!), app.TenantId, entra, cancel), log);
            case GoogleOidcDetails account:
                log?.Step("Exchange it for a federated token of Google");
                var access = await google.LoginAsync(account, token, cancel, log is null ? null : log.Info);
                return Told(new(GoogleUser, access.Value, access.ExpiresAt, Stays: true), log);
            default:
                throw new InvalidOperationException($"No login for {details.GetType().Name}.");
        }
    }

    private static RegistryLogin Told(RegistryLogin login, FeedTestLog? log)
    {
        log?.Info($"A login{(login.Endpoint is null ? "" : $" of {Printable.Of(login.Endpoint)}")}{(login.ExpiresAt is { } end ? $" until {end:u}" : "")}");
        return login;
    }
}
