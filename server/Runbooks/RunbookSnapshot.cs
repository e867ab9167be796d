using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;
using OctoLogin.Releases;

namespace OctoLogin.Runbooks;

/// <summary>A runbook with the process, the variables and the packages that it had when this was made. The row is the resource.</summary>
public sealed record RunbookSnapshot
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }
    public required string RunbookId { get; init; }
    public required string Name { get; init; }
    public string? Notes { get; init; }
    public required DateTimeOffset Assembled { get; init; }

    [JsonIgnore]
    public string ProcessSnapshotId { get; init; } = "";

    [JsonIgnore]
    public string VariableSetSnapshotId { get; init; } = "";

    [JsonIgnore]
    public string SelectedPackagesJson { get; init; } = "[]";

    public string FrozenRunbookProcessId => ProcessSnapshotId;
    public string FrozenProjectVariableSetId => VariableSetSnapshotId;
    public string ProjectVariableSetSnapshotId => VariableSetSnapshotId;
    public string[] LibraryVariableSetSnapshotIds { get; init; } = [];
    public IReadOnlyList<SelectedPackage> SelectedPackages => JsonSerializer.Deserialize<SelectedPackage[]>(SelectedPackagesJson, Json.Options)!;
    public string[] SelectedGitResources { get; init; } = [];
}
