using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>A project's variables, present or as they were frozen for a release or a runbook's snapshot. A row of either table.</summary>
public sealed record VariableSet
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }

    [JsonIgnore]
    public string ProjectId { get; init; } = "";

    public string OwnerId => ProjectId;

    /// <summary>Counts the changes. Who changes it names the version that they read.</summary>
    public required int Version { get; init; }

    [JsonIgnore]
    public string VariablesJson { get; init; } = "[]";

    public IReadOnlyList<Variable> Variables => JsonSerializer.Deserialize<Variable[]>(VariablesJson, Json.Options)!;

    /// <summary>What a scope may name; filled for clients.</summary>
    public ScopeValues ScopeValues { get; init; } = ScopeValues.None;

    [JsonIgnore]
    public bool IsSnapshot => Id != IdOf(ProjectId);

    public static string IdOf(string projectId) => $"variableset-{projectId}";

    public string SnapshotId() => $"{Id}-s-{Version}";

    public static string Write(IEnumerable<Variable> variables) => JsonSerializer.Serialize(variables, Json.Options);
}

/// <summary>By Id and name, for who chooses a scope.</summary>
public sealed record ScopeValues
{
    public static ScopeValues None { get; } = new();

    public IReadOnlyList<ScopeValue> Environments { get; init; } = [];
    public IReadOnlyList<ScopeValue> Machines { get; init; } = [];
    public IReadOnlyList<ScopeValue> Actions { get; init; } = [];
    public IReadOnlyList<ScopeValue> Roles { get; init; } = [];
    public IReadOnlyList<ScopeValue> Channels { get; init; } = [];
    public IReadOnlyList<ScopeValue> TenantTags { get; init; } = [];
    public IReadOnlyList<ScopeValue> Processes { get; init; } = [];
}

public sealed record ScopeValue(string Id, string Name);
