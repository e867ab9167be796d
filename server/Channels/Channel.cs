using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Channels;

/// <summary>A line of releases of a project, with a lifecycle of its own if it has one.</summary>
public sealed record Channel
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }

    /// <summary>Null: the project's.</summary>
    public string? LifecycleId { get; init; }

    /// <summary>Takes the releases that name no channel. Each project has exactly one.</summary>
    public required bool IsDefault { get; init; }
    public string[] TenantTags { get; init; } = [];

    [JsonIgnore]
    public string RulesJson { get; init; } = "[]";

    public IReadOnlyList<ChannelRule> Rules => JsonSerializer.Deserialize<ChannelRule[]>(RulesJson, Json.Options)!;
    public string Type => "Lifecycle";
    public string[] GitReferenceRules { get; init; } = [];
    public string[] GitResourceRules { get; init; } = [];
}
