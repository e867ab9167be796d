using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Lifecycles;

/// <summary>In which order a release may go to which environments. Without phases: to all, in any order.</summary>
public sealed record Lifecycle
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }

    [JsonIgnore]
    public string PhasesJson { get; init; } = "[]";

    [JsonIgnore]
    public string ReleaseRetentionJson { get; init; } = "{}";

    [JsonIgnore]
    public string TentacleRetentionJson { get; init; } = "{}";

    public IReadOnlyList<Phase> Phases => JsonSerializer.Deserialize<Phase[]>(PhasesJson, Json.Options)!;
    public RetentionPeriod ReleaseRetentionPolicy => JsonSerializer.Deserialize<RetentionPeriod>(ReleaseRetentionJson, Json.Options)!;
    public RetentionPeriod TentacleRetentionPolicy => JsonSerializer.Deserialize<RetentionPeriod>(TentacleRetentionJson, Json.Options)!;

    /// <summary>Every environment that some phase names, once.</summary>
    public string[] EnvironmentIds() => [.. Phases.SelectMany(phase => phase.EnvironmentIds()).Distinct()];
}

/// <summary>A step of a lifecycle; the next one opens when enough of its environments have the release.</summary>
public sealed record Phase
{
    public string Id { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
    public bool IsOptionalPhase { get; init; }
    public bool IsPriorityPhase { get; init; }

    /// <summary>0: all of them.</summary>
    public int MinimumEnvironmentsBeforePromotion { get; init; }

    /// <summary>Environments, by Id, that a person or a job chooses.</summary>
    public string[] OptionalDeploymentTargets { get; init => field = value ?? []; } = [];

    /// <summary>Environments, by Id, that are deployed to as soon as the phase opens.</summary>
    public string[] AutomaticDeploymentTargets { get; init => field = value ?? []; } = [];

    /// <summary>Null: the lifecycle's.</summary>
    public RetentionPeriod? ReleaseRetentionPolicy { get; init; }
    public RetentionPeriod? TentacleRetentionPolicy { get; init; }

    public IEnumerable<string> EnvironmentIds() => OptionalDeploymentTargets.Concat(AutomaticDeploymentTargets);
}

/// <summary>How much is kept. A quantity of 0 with <see cref="ShouldKeepForever"/> false is read as forever, as Octopus does.</summary>
public sealed record RetentionPeriod
{
    public const string Days = "Days";
    public const string Items = "Items";

    public string Unit { get; init => field = value ?? Days; } = Days;
    public int QuantityToKeep { get; init; }
    public bool ShouldKeepForever { get; init; } = true;

    [JsonIgnore]
    public bool KeepsAll => ShouldKeepForever || QuantityToKeep == 0;

    public string? Fault(string property) =>
        Unit is not (Days or Items) ? $"{property}.Unit must be {Days} or {Items}, not '{Printable.Of(Unit)}'."
        : QuantityToKeep < 0 ? $"{property}.QuantityToKeep must be 0 or more, not {QuantityToKeep}."
        : null;
}
