using System.Text.Json.Serialization;

namespace OctoLogin.Artifacts;

/// <summary>A file that a script kept with its task. The row is the resource.</summary>
public sealed record Artifact
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }

    /// <summary>As the script calls it: a name for people, and no path to write to.</summary>
    public required string Filename { get; init; }

    /// <summary>Which action, and for which target.</summary>
    public required string Source { get; init; }

    [JsonPropertyName("ServerTaskId")]
    public required string TaskId { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>The element of the task's log, by its Id.</summary>
    public required string LogCorrelationId { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>In lower-case hex.</summary>
    public required string Sha256 { get; init; }

    [JsonIgnore]
    public long ContentNumber { get; init; }

    /// <summary>Of its task, as the next three.</summary>
    [JsonIgnore]
    public string? ProjectId { get; init; }

    [JsonIgnore]
    public string? ProjectGroupId { get; init; }

    [JsonIgnore]
    public string? EnvironmentId { get; init; }

    [JsonIgnore]
    public string? TenantId { get; init; }
}
