using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>Where packages come from: the server's own store of them, or a registry of container images. The row is the resource.</summary>
public sealed record Feed
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public required FeedType FeedType { get; init; }

    /// <summary>A registry's https URL; null: the built-in feed, or an ECR feed whose address AWS tells.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FeedUri { get; init; }

    /// <summary>What stands before an image's name where it is pulled, if that is not the host of <see cref="FeedUri"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistryPath { get; init; }

    /// <summary>As it was sent. Registries speak version 2 here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiVersion { get; init; }

    /// <summary>AWS's, of an ECR feed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Region { get; init; }

    [JsonIgnore]
    public string? User { get; init; }

    /// <summary>Encrypted; only <see cref="FeedSecrets"/> opens it.</summary>
    [JsonIgnore]
    public byte[]? Secret { get; init; }

    [JsonIgnore]
    public string? OidcAuthenticationJson { get; init; }

    /// <summary>Counts the changes.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Username => IsEcr ? null : User;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenValue? Password => IsRegistry && !IsEcr ? new(Secret is not null) : null;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccessKey => IsEcr ? User : null;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HiddenValue? SecretKey => IsEcr ? new(Secret is not null) : null;

    /// <summary>How it logs in with an ID token of ours; null: it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeedOidc? OidcAuthentication => OidcAuthenticationJson is null ? null : JsonSerializer.Deserialize<FeedOidc>(OidcAuthenticationJson, Json.Options);

    public string[] PackageAcquisitionLocationOptions => IsRegistry ? ["ExecutionTarget", "NotAcquired"] : ["Server"];

    /// <summary>Null: never by the feed; the server's setting <c>Packages:RetentionDays</c> is for every feed.</summary>
    public int? DeleteUnreleasedPackagesAfterDays => null;

    /// <summary>Nothing puts packages into the feed but a push.</summary>
    public bool IsBuiltInRepoSyncEnabled => false;

    [JsonIgnore]
    public bool IsRegistry => FeedType != FeedType.BuiltIn;

    private bool IsEcr => FeedType == FeedType.AwsElasticContainerRegistry;

    /// <summary>The built-in feed's Id in every space.</summary>
    public const string BuiltInId = "feeds-builtin";

    /// <summary>Its slug, the same likewise.</summary>
    public const string BuiltInSlug = "octopus-server-built-in";
}

/// <summary>Octopus's names of the kinds of feed that this server has.</summary>
public enum FeedType
{
    /// <summary>The server's own, to which packages are pushed. Each space has one.</summary>
    BuiltIn,

    /// <summary>A registry with a password or without.</summary>
    Docker,
    AwsElasticContainerRegistry,
    AzureContainerRegistry,
    GoogleContainerRegistry,
}

/// <summary>A secret as clients may read it.</summary>
public sealed record HiddenValue(bool HasValue);

/// <summary>How a feed logs in with an ID token of ours, at the cloud of its registry; as it is sent and stored.</summary>
public sealed record FeedOidc
{
    /// <summary>Null: the issuer's host name for AWS, the public cloud's for Azure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Audience { get; init; }

    /// <summary>Empty: the default of feeds.</summary>
    public string[] SubjectKeys { get; init => field = value ?? []; } = [];

    /// <summary>AWS's role.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RoleArn { get; init; }

    /// <summary>In seconds, of the role's session. Octopus's clients send and read a text.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SessionDuration { get; init; }

    /// <summary>Entra's application, and its directory.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TenantId { get; init; }
}
