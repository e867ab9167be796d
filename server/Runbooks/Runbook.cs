using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;

namespace OctoLogin.Runbooks;

/// <summary>A process of a project that is run by itself, without a release: a restart, a backup. The row is the resource.</summary>
public sealed record Runbook
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? Description { get; init; }
    public string RunbookProcessId => DeploymentProcess.IdOfRunbook(Id);

    /// <summary>What is run unless another snapshot is named; null: none was published.</summary>
    public string? PublishedRunbookSnapshotId { get; init; }
    public TenantedDeploymentMode MultiTenancyMode { get; init; }
    public RunbookEnvironmentScope EnvironmentScope { get; init; }

    /// <summary>Of the scope Specified, by Id.</summary>
    public string[] Environments { get; init; } = [];
    public GuidedFailureMode DefaultGuidedFailureMode { get; init; }
    public bool ForcePackageDownload { get; init; }

    [JsonIgnore]
    public string RunRetentionJson { get; init; } = """{"Unit": "Items", "QuantityToKeep": 100, "ShouldKeepForever": false}""";

    [JsonIgnore]
    public string ConnectivityJson { get; init; } = "{}";

    public RetentionPeriod RunRetentionPolicy => JsonSerializer.Deserialize<RetentionPeriod>(RunRetentionJson, Json.Options)!;
    public ConnectivityPolicy ConnectivityPolicy => JsonSerializer.Deserialize<ConnectivityPolicy>(ConnectivityJson, Json.Options)!;
}

/// <summary>Where a runbook may be run.</summary>
public enum RunbookEnvironmentScope
{
    All,
    Specified,
    FromProjectLifecycles,
}

public enum GuidedFailureMode
{
    EnvironmentDefault,
    Off,
    On,
}

/// <summary>What happens when a deployment target does not answer.</summary>
public sealed record ConnectivityPolicy
{
    public string SkipMachineBehavior { get; init => field = value ?? None; } = None;

    /// <summary>Roles whose targets may be skipped; none: those of every role.</summary>
    public string[] TargetRoles { get; init => field = value ?? []; } = [];
    public bool AllowDeploymentsToNoTargets { get; init; }
    public bool ExcludeUnhealthyTargets { get; init; }

    public const string None = nameof(None);
    public const string SkipUnavailableMachines = nameof(SkipUnavailableMachines);

    public string? Fault(string property) =>
        SkipMachineBehavior is not (None or SkipUnavailableMachines) ? $"{property}.SkipMachineBehavior must be {None} or {SkipUnavailableMachines}, not '{Printable.Of(SkipMachineBehavior)}'."
        : TargetRoles.FirstOrDefault(role => string.IsNullOrWhiteSpace(role) || role.Length > 200 || role.Any(char.IsControl)) is { } bad ? $"{property}.TargetRoles has '{Printable.Of(bad)}', which is not a role."
        : null;
}
