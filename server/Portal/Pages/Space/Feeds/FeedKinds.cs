using OctoLogin.Feeds;

namespace OctoLogin.Portal.Pages.Space.Feeds;

/// <summary>The kinds of feeds in words.</summary>
public static class FeedKinds
{
    /// <summary>Those that can be made; the built-in one is there.</summary>
    public static IReadOnlyList<FeedKind> Registries { get; } =
    [
        new(FeedType.Docker, "Docker registry", "Any container registry, with a username and password or without.", false),
        new(FeedType.AwsElasticContainerRegistry, "AWS Elastic Container Registry", "By a role that trusts this server, or by an access key.", true),
        new(FeedType.AzureContainerRegistry, "Azure Container Registry", "By an app registration that trusts this server, or by username and password.", true),
        new(FeedType.GoogleContainerRegistry, "Google Artifact or Container Registry", "By a workload identity pool that trusts this server, or by a service account's JSON key.", true),
    ];

    public static FeedKind Of(FeedType type) => Registries.FirstOrDefault(kind => kind.Type == type)
        ?? new(FeedType.BuiltIn, "Built-in", "The server's own store, to which packages are pushed.", false);

    public static FeedKind? Find(string? type) => Registries.FirstOrDefault(kind => kind.Type.ToString().Equals(type, StringComparison.OrdinalIgnoreCase));
}

/// <param name="HasOidc">Can log in with an ID token of this server.</param>
public sealed record FeedKind(FeedType Type, string Name, string Description, bool HasOidc);
