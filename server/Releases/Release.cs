using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Releases;

/// <summary>A version of a project, with the process, the variables and the packages that it had when it was made. The row is the resource.</summary>
public sealed record Release
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }
    public required string ChannelId { get; init; }
    public required string Version { get; init; }

    [JsonIgnore]
    public string VersionKey { get; init; } = "";

    public string? ReleaseNotes { get; init; }
    public required bool IgnoreChannelRules { get; init; }
    public required DateTimeOffset Assembled { get; init; }

    [JsonIgnore]
    public string ProcessSnapshotId { get; init; } = "";

    [JsonIgnore]
    public string? VariableSetSnapshotId { get; init; }

    [JsonIgnore]
    public string SelectedPackagesJson { get; init; } = "[]";

    [JsonIgnore]
    public string CustomFieldsJson { get; init; } = "{}";

    public string ProjectDeploymentProcessSnapshotId => ProcessSnapshotId;

    /// <summary>Null: it was made before there were variables, and has none.</summary>
    public string? ProjectVariableSetSnapshotId => VariableSetSnapshotId;
    public string[] LibraryVariableSetSnapshotIds { get; init; } = [];
    public IReadOnlyList<SelectedPackage> SelectedPackages => JsonSerializer.Deserialize<SelectedPackage[]>(SelectedPackagesJson, Json.Options)!;
    public IReadOnlyDictionary<string, string> CustomFields => JsonSerializer.Deserialize<Dictionary<string, string>>(CustomFieldsJson, Json.Options)!;
    public string[] SelectedGitResources { get; init; } = [];
    public string[] BuildInformation { get; init; } = [];

    /// <summary>Null: the process is not in a Git repository.</summary>
    public string? VersionControlReference { get; init; }
}

/// <summary>The version of a package that an action of this release uses.</summary>
/// <param name="PackageReferenceName">Empty: the action's primary package.</param>
public sealed record SelectedPackage(string ActionName, string PackageReferenceName, string Version);
