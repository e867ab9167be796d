using System.Text.RegularExpressions;
using OctoLogin.Accounts;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

/// <summary>How a feed logs in with an ID token of ours: the fields of an account of its cloud, and which hosts get to see what comes of it. Pure.</summary>
public static partial class FeedOidcRules
{
    /// <summary>As it is stored.</summary>
    public static FeedOidc? Check(FeedType type, FeedOidcInput sent, string? region, Validation validation)
    {
        string[] keys = [.. (sent.SubjectKeys ?? []).Select(key => key?.Trim() ?? "")];
        validation.Fault(DeploymentSubject.KeysFault("OidcAuthentication.SubjectKeys", SubjectUse.Feed, keys));
        return AccountTypeOf(type) is { } account
            ? Stored(Read(account, sent, region, validation), keys)
            : new FeedOidc { SubjectKeys = keys };
    }

    /// <summary>Of the tokens that a feed logs in with.</summary>
    public static SubjectText SubjectOf(Feed feed, Space space) =>
        DeploymentSubject.Of(SubjectUse.Feed, feed.OidcAuthentication?.SubjectKeys ?? [], new SubjectParts { Space = space.Slug, Feed = feed.Slug });

    /// <summary>The account's details that a stored feed logs in with.</summary>
    public static OidcDetails DetailsOf(Feed feed)
    {
        var stored = feed.OidcAuthentication!;
        var duration = stored.SessionDuration is { } seconds ? System.Text.Json.JsonSerializer.SerializeToElement(seconds) : (System.Text.Json.JsonElement?)null;
        return Read(AccountTypeOf(feed.FeedType)!.Value, new(stored.Audience, null, stored.RoleArn, duration, stored.ClientId, stored.TenantId), feed.Region, new Validation());
    }

    /// <summary>
    /// Why a host does not get to see a login of that cloud: it is good for all that its role, application or service account may do, so it goes
    /// to the cloud's own registries alone. Null: it does.
    /// </summary>
    public static string? HostFault(FeedType type, string host)
    {
        var (form, example) = type switch
        {
            FeedType.AwsElasticContainerRegistry => (EcrHost(), "123456789012.dkr.ecr.eu-central-1.amazonaws.com"),
            FeedType.AzureContainerRegistry => (AcrHost(), "acme.azurecr.io"),
            _ => (GoogleHost(), "europe-docker.pkg.dev or eu.gcr.io"),
        };
        return form.IsMatch(host) ? null
            : $"'{Printable.Of(host)}' is not a registry of the cloud that the feed logs in to, such as {example}; its login goes to no other host.";
    }

    private static AccountType? AccountTypeOf(FeedType type) => type switch
    {
        FeedType.AwsElasticContainerRegistry => AccountType.AmazonWebServicesOidcAccount,
        FeedType.AzureContainerRegistry => AccountType.AzureOidc,
        FeedType.GoogleContainerRegistry => AccountType.GoogleCloudOidcAccount,
        _ => null,
    };

    private static OidcDetails Read(AccountType type, FeedOidcInput sent, string? region, Validation validation) => OidcRules.Read(type, new AccountFields(new AccountInput
    {
        AccountType = type.ToString(), Audience = sent.Audience, RoleArn = sent.RoleArn, SessionDuration = sent.SessionDuration, Region = region,
        // A registry is in a subscription, but its login asks for none.
        ClientId = sent.ClientId, TenantId = sent.TenantId, SubscriptionNumber = Guid.Empty.ToString(),
    }, null, validation));

    private static FeedOidc Stored(OidcDetails details, string[] keys)
    {
        var stored = new FeedOidc { Audience = details.Audience, SubjectKeys = keys };
        return details switch
        {
            AwsOidcDetails aws => stored with { RoleArn = aws.RoleArn, SessionDuration = aws.SessionDuration },
            AzureOidcDetails azure => stored with { ClientId = azure.ClientId, TenantId = azure.TenantId },
            _ => stored,
        };
    }

    [GeneratedRegex(@"\A[0-9]{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com|amazonaws\.com\.cn|on\.aws|on\.amazonwebservices\.com\.cn)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EcrHost();

    [GeneratedRegex(@"\A[a-z0-9-]+(\.[a-z0-9-]+)*\.azurecr\.(io|cn|us)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AcrHost();

    [GeneratedRegex(@"\A(([a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+\.pkg\.dev)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GoogleHost();
}
