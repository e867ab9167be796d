using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Feeds;

/// <summary>Makes a feed of what a client sent, or says everything that is wrong with it. Pure.</summary>
public static class FeedRules
{
    /// <summary>With the JSON key of a service account as its password.</summary>
    private const string GoogleKeyUser = "_json_key";

    /// <param name="present">The feed as it is; a new one has no Id yet.</param>
    /// <param name="hostFault">Why a host may not be connected to; null: it may, as far as its name tells.</param>
    public static CheckedFeed Check(FeedInput sent, Feed present, Func<Uri, string?> hostFault, Validation validation)
    {
        var name = validation.Required("Name", sent.Name ?? present.Name);
        var before = sent.IsWhole ? null : present;
        var type = present.Id.Length > 0 ? present.FeedType : validation.OneOf<FeedType>("FeedType", validation.Required("FeedType", sent.FeedType)) ?? FeedType.Docker;
        validation.Check(present.Id.Length == 0 || !sent.IsWhole || type.ToString().Equals(sent.FeedType, StringComparison.OrdinalIgnoreCase),
            $"FeedType is '{Printable.Of(sent.FeedType)}', and this feed is of the type {type}, which does not change. Make another feed.");
        var isEcr = type == FeedType.AwsElasticContainerRegistry;
        var uri = Address(validation.Optional("FeedUri", sent.FeedUri ?? before?.FeedUri, 2000), isOptional: isEcr, hostFault, validation);
        var path = validation.Optional("RegistryPath", sent.RegistryPath ?? before?.RegistryPath, 500);
        validation.Fault(path is null ? null : RegistryAddress.PathFault(path));
        var region = validation.Optional("Region", sent.Region ?? before?.Region, 60);
        validation.Check(!isEcr || region is not null, "Region is required: the AWS region of the registry, such as eu-central-1.");
        var feed = present with
        {
            Name = name,
            Slug = validation.Slug(sent.Slug, present.Slug, name),
            FeedType = type,
            FeedUri = uri,
            RegistryPath = path,
            ApiVersion = validation.Optional("ApiVersion", sent.ApiVersion is { ValueKind: JsonValueKind.String } version ? version.GetString() : before?.ApiVersion),
            Region = isEcr ? region : null,
        };
        var oidc = sent.OidcAuthentication is { } given ? FeedOidcRules.Check(type, given, region, validation) : before?.OidcAuthentication;
        return Login(feed with { OidcAuthenticationJson = oidc is null ? null : JsonSerializer.Serialize(oidc, Json.Options) }, sent, present, validation);
    }

    private static string? Address(string? sent, bool isOptional, Func<Uri, string?> hostFault, Validation validation)
    {
        validation.Check(isOptional || sent is not null, "FeedUri is required: the https URL of the registry, such as https://registry.example.com.");
        if (sent is null)
        {
            return null;
        }
        if (RegistryAddress.Fault(sent) is { } fault)
        {
            validation.Fault(fault);
            return null;
        }
        validation.Fault(hostFault(new Uri(sent)) is { } notPublic ? $"FeedUri: {notPublic}." : null);
        return sent.TrimEnd('/');
    }

    private static CheckedFeed Login(Feed feed, FeedInput sent, Feed present, Validation validation)
    {
        var isEcr = feed.FeedType == FeedType.AwsElasticContainerRegistry;
        var (userProperty, secretProperty) = isEcr ? ("AccessKey", "SecretKey") : ("Username", "Password");
        var user = validation.Optional(userProperty, (isEcr ? sent.AccessKey : sent.Username) ?? (sent.IsWhole ? null : present.User), 500);
        var (secret, isCleared) = SensitiveProperties.Sensitive.Take(secretProperty, isEcr ? sent.SecretKey : sent.Password, validation);
        validation.Check(isEcr || user?.Contains(':') != true, "Username may not hold ':': it stands between user and password where they are sent.");
        if (feed.OidcAuthentication is not null)
        {
            validation.Check(feed.FeedType != FeedType.Docker, "OidcAuthentication is for registries of AWS, Azure and Google; a Docker feed has Username and Password, or neither.");
            // What a partial change leaves out is not what it contradicts.
            validation.Check(secret is null && (user is null || !sent.IsWhole), $"A feed has OidcAuthentication, or {userProperty} and {secretProperty}; send the one or the other.");
            foreach (var host in new[] { feed.FeedUri is null ? null : new Uri(feed.FeedUri).Host, RegistryAddress.HostOf(feed.RegistryPath) }.OfType<string>())
            {
                validation.Fault(FeedOidcRules.HostFault(feed.FeedType, host));
            }
            return new(feed with { User = null, Secret = null }, null);
        }
        var keeps = secret is null && !isCleared && present.Secret is not null && (user is not null || feed.FeedType == FeedType.GoogleContainerRegistry);
        user ??= feed.FeedType == FeedType.GoogleContainerRegistry && (secret is not null || keeps) ? GoogleKeyUser : null;
        // Else whoever may change feeds, and may not read their passwords, has them sent to a server of their own.
        validation.Check(!keeps || Goes(feed) == Goes(present),
            $"FeedUri or RegistryPath names another host than the {secretProperty} was given for; send the {secretProperty} again as NewValue.");
        validation.Check(user is null == (secret is null && !keeps), $"{userProperty} and {secretProperty} belong together: send both, or neither.");
        validation.Check(!isEcr || user is not null, "An ECR feed needs OidcAuthentication with a RoleArn, or AccessKey and SecretKey.");
        return new(feed with { User = user, Secret = keeps ? present.Secret : null }, secret);
    }

    private static (string?, string?) Goes(Feed feed) => (feed.FeedUri is null ? null : new Uri(feed.FeedUri).Authority, RegistryAddress.Of(feed.FeedUri ?? "https://none.invalid", feed.RegistryPath).PullHost);
}

/// <param name="NewSecret">To be sealed for the feed; null: what it has stays.</param>
public sealed record CheckedFeed(Feed Feed, string? NewSecret)
{
    public override string ToString() => Feed.ToString();
}
