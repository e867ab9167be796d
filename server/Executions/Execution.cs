using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>What a deployment and a runbook's run have in common: a process that a server task runs in an environment, perhaps for a tenant.</summary>
public abstract record Execution
{
    protected Execution()
    {
    }

    /// <summary>One that is to be queued.</summary>
    [SetsRequiredMembers]
    protected Execution(string id, ServerTask task, ExecutionPlace place, ExecutionOptions options, DateTimeOffset now)
    {
        (Id, SpaceId, ProjectId, TaskId, Created) = (id, task.SpaceId, task.ProjectId!, task.Id, now);
        (EnvironmentId, TenantId) = (place.Environment.Id, place.Tenant?.Id);
        Name = task.Description;
        (Comments, QueueTime, QueueTimeExpiry) = (options.Comments, options.Times.QueueTime, options.Times.Expiry);
        (SkipActions, SpecificMachineIds, ExcludedMachineIds) = (options.SkipActions, options.SpecificMachineIds, options.ExcludedMachineIds);
        (ForcePackageDownload, UseGuidedFailure) = (options.ForcePackageDownload, options.UseGuidedFailure);
        FormValuesJson = JsonSerializer.Serialize(options.Values.Where(value => !options.SensitiveNames.Contains(value.Key)).ToDictionary(), Json.Options);
    }

    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string ProjectId { get; init; }
    public required string EnvironmentId { get; init; }

    /// <summary>Null: untenanted.</summary>
    public string? TenantId { get; init; }
    public required string TaskId { get; init; }
    public required string Name { get; init; }
    public string? Comments { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>As it was asked for; null: at once.</summary>
    public DateTimeOffset? QueueTime { get; init; }
    public DateTimeOffset? QueueTimeExpiry { get; init; }

    /// <summary>By Id, as the next two.</summary>
    public string[] SkipActions { get; init; } = [];

    /// <summary>Empty: all.</summary>
    public string[] SpecificMachineIds { get; init; } = [];
    public string[] ExcludedMachineIds { get; init; } = [];
    public bool ForcePackageDownload { get; init; }
    public bool UseGuidedFailure { get; init; }

    [JsonIgnore]
    public string FormValuesJson { get; init; } = "{}";

    /// <summary>The sensitive ones of the prompted values (<see cref="PromptedSecrets"/>); null: there are none.</summary>
    [JsonIgnore]
    public byte[]? SealedValues { get; init; }

    /// <summary>Of the project as it is now.</summary>
    [JsonIgnore]
    public string ProjectGroupId { get; init; } = "";

    /// <summary>What was given for prompted variables, without the sensitive ones.</summary>
    public IReadOnlyDictionary<string, string> FormValues => JsonSerializer.Deserialize<Dictionary<string, string>>(FormValuesJson, Json.Options)!;

    /// <summary>The frozen variables; null: there are none.</summary>
    [JsonPropertyName("ManifestVariableSetId")]
    public string? VariableSetSnapshotId { get; init; }
}
