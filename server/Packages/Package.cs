using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>A version of a package in a space's built-in feed. The row is the resource; nothing of it was read from the file's inside.</summary>
public sealed record Package
{
    /// <summary><c>packages-Acme.Web.1.2.3</c>, unique in its space.</summary>
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string FeedId { get; init; }
    public required string PackageId { get; init; }
    public required string Version { get; init; }

    /// <summary>With its dot: <c>.zip</c>.</summary>
    public required string FileExtension { get; init; }
    public required DateTimeOffset Published { get; init; }

    [JsonPropertyName("PackageSizeBytes")]
    public required long SizeBytes { get; init; }

    /// <summary>Of the file, in lower-case hex.</summary>
    public required string Sha256 { get; init; }

    [JsonIgnore]
    public string VersionKey { get; init; } = "";

    [JsonIgnore]
    public long ContentNumber { get; init; }

    [JsonIgnore]
    public string? BuildInformationJson { get; init; }

    public string Title => PackageId;
    public string Summary => "";
    public string Description => "";
    public string ReleaseNotes => "";

    /// <summary>What was pushed to <c>build-information</c> for this version; null: nothing.</summary>
    public JsonElement? PackageVersionBuildInformation =>
        BuildInformationJson is null ? null : JsonSerializer.Deserialize<JsonElement>(BuildInformationJson, Json.Options);

    [JsonIgnore]
    public string FileName => $"{PackageId}.{Version}{FileExtension}";
}

/// <summary>A package whatever its version, as a search in a feed finds it.</summary>
public sealed record PackageDescription
{
    /// <summary>The package's Id, such as <c>Acme.Web</c>.</summary>
    public required string Id { get; init; }
    public string Name => Id;
    public string Description => "";

    /// <summary>Null: a registry's list of images does not tell.</summary>
    public string? LatestVersion { get; init; }
}
