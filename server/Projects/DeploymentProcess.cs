using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.Projects;

/// <summary>
/// What a deployment (or a runbook's run) does, step by step: a present process, or as it was frozen for a release (or a runbook's snapshot).
/// A row of either table.
/// </summary>
public sealed record DeploymentProcess
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }

    /// <summary>Null: the project's own, for its deployments.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RunbookId { get; init; }

    /// <summary>Counts the changes. Who changes it names the version that they read.</summary>
    public required int Version { get; init; }

    /// <summary>The newest release's or runbook snapshot's; null: none was made from it yet.</summary>
    public string? LastSnapshotId { get; init; }

    [JsonIgnore]
    public string StepsJson { get; init; } = "[]";

    public IReadOnlyList<DeploymentStep> Steps => JsonSerializer.Deserialize<DeploymentStep[]>(StepsJson, Json.Options)!;

    public static string IdOf(string projectId) => $"deploymentprocess-{projectId}";

    public static string IdOfRunbook(string runbookId) => $"RunbookProcess-{runbookId}";

    public string SnapshotId() => $"{Id}-s-{Version}";

    /// <summary>Of the process that changes, also where this is one of its snapshots; sensitive values are sealed for that one.</summary>
    [JsonIgnore]
    public string PresentId => RunbookId is null ? IdOf(ProjectId) : IdOfRunbook(RunbookId);

    [JsonIgnore]
    public bool IsSnapshot => Id != PresentId;

    public static string Write(IEnumerable<DeploymentStep> steps) => JsonSerializer.Serialize(steps, Json.Options);
}

/// <summary>Actions that run together. What is not known here is in <see cref="Others"/> and goes back as it came.</summary>
public sealed record DeploymentStep
{
    public string Id { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Slug { get; init; }
    public Dictionary<string, JsonElement> Properties { get; init => field = value ?? []; } = [];
    public string Condition { get; init => field = value ?? "Success"; } = "Success";
    public string StartTrigger { get; init => field = value ?? "StartAfterPrevious"; } = "StartAfterPrevious";
    public string PackageRequirement { get; init => field = value ?? "LetOctopusDecide"; } = "LetOctopusDecide";
    public DeploymentAction[] Actions { get; init => field = value ?? []; } = [];

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>One thing that a step does.</summary>
public sealed record DeploymentAction
{
    public string Id { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Slug { get; init; }
    public string ActionType { get; init => field = value ?? ""; } = "";
    public string? Notes { get; init; }
    public bool IsDisabled { get; init; }
    public bool IsRequired { get; init; }
    public bool CanBeUsedForProjectVersioning { get; init; }
    public string Condition { get; init => field = value ?? "Success"; } = "Success";
    public ActionContainer Container { get; init => field = value ?? new(); } = new();
    public string? WorkerPoolId { get; init; }
    public string? WorkerPoolVariable { get; init; }

    /// <summary>Runs only in these; empty: in all. By Id, as the next three.</summary>
    public string[] Environments { get; init => field = value ?? []; } = [];
    public string[] ExcludedEnvironments { get; init => field = value ?? []; } = [];
    public string[] Channels { get; init => field = value ?? []; } = [];
    public string[] TenantTags { get; init => field = value ?? []; } = [];
    public PackageReference[] Packages { get; init => field = value ?? []; } = [];

    /// <summary>A value is a text, null, or a sensitive value (<see cref="SensitiveProperties"/>).</summary>
    public Dictionary<string, JsonElement> Properties { get; init => field = value ?? []; } = [];

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    public bool RunsIn(string channelId) => !IsDisabled && (Channels.Length == 0 || Channels.Contains(channelId));
}

/// <summary>The container image that an action runs in.</summary>
public sealed record ActionContainer
{
    public string? Image { get; init; }
    public string? FeedId { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>A package that an action uses. One without a name is the action's primary package.</summary>
public sealed record PackageReference
{
    public string Id { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
    public string PackageId { get; init => field = value ?? ""; } = "";
    public string? FeedId { get; init; }
    public string AcquisitionLocation { get; init => field = value ?? "Server"; } = "Server";
    public Dictionary<string, JsonElement> Properties { get; init => field = value ?? []; } = [];

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}
