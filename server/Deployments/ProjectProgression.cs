using OctoLogin.Channels;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>How far a project's newest releases have come, as clients read it. Of environments those that the caller sees.</summary>
/// <param name="ChannelEnvironments">By channel: where its releases go, in the order of its lifecycle.</param>
/// <param name="LifecycleEnvironments">By lifecycle.</param>
public sealed record ProjectProgression(
    IReadOnlyList<NamedEnvironment> Environments, IReadOnlyDictionary<string, IReadOnlyList<NamedEnvironment>> ChannelEnvironments,
    IReadOnlyDictionary<string, IReadOnlyList<NamedEnvironment>> LifecycleEnvironments, IReadOnlyList<ReleaseStanding> Releases);

public sealed record NamedEnvironment(string Id, string Name);

/// <param name="Deployments">By environment, newest first.</param>
/// <param name="NextDeployments">The environments that it may go to next, by Id, for no tenant.</param>
public sealed record ReleaseStanding(
    Release Release, Channel? Channel, IReadOnlyDictionary<string, IReadOnlyList<DeploymentStanding>> Deployments, IReadOnlyList<string> NextDeployments)
{
    /// <summary>There are no defects here.</summary>
    public bool HasUnresolvedDefect => false;
}

/// <summary>A deployment in few words; what of it is the task's is null where the caller may not see that.</summary>
public sealed record DeploymentStanding
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string EnvironmentId { get; init; }
    public required string ReleaseId { get; init; }
    public required string DeploymentId { get; init; }
    public required string TaskId { get; init; }
    public required string? TenantId { get; init; }
    public required string ChannelId { get; init; }
    public required string ReleaseVersion { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? QueueTime { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? CompletedTime { get; init; }
    public TaskState? State { get; init; }
    public bool HasPendingInterruptions { get; init; }
    public bool HasWarningsOrErrors { get; init; }
    public string? ErrorMessage { get; init; }
    public string? Duration { get; init; }
    public bool IsCompleted { get; init; }

    /// <summary>The last that succeeded in its environment, for its tenant.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>The last before that.</summary>
    public required bool IsPrevious { get; init; }

    /// <param name="rank">Counted from the newest success in its place; null: it has not succeeded.</param>
    public static DeploymentStanding Of(Release release, DeploymentAndTask one, long? rank) => new()
    {
        Id = one.Deployment.Id, ProjectId = one.Deployment.ProjectId, EnvironmentId = one.Deployment.EnvironmentId, ReleaseId = release.Id, DeploymentId = one.Deployment.Id,
        TaskId = one.Deployment.TaskId, TenantId = one.Deployment.TenantId, ChannelId = release.ChannelId, ReleaseVersion = release.Version, Created = one.Deployment.Created,
        QueueTime = one.Task?.QueueTime, StartTime = one.Task?.StartTime, CompletedTime = one.Task?.CompletedTime, State = one.Task?.State,
        HasPendingInterruptions = one.Task?.HasPendingInterruptions ?? false, HasWarningsOrErrors = one.Task?.HasWarningsOrErrors ?? false,
        ErrorMessage = one.Task?.ErrorMessage, Duration = one.Task?.Duration, IsCompleted = one.Task?.IsCompleted ?? false,
        IsCurrent = rank == 1, IsPrevious = rank == 2,
    };
}
