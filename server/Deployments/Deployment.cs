using System.Diagnostics.CodeAnalysis;
using OctoLogin.Audit;
using OctoLogin.Executions;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>A release on its way to an environment. The row, with what its release has, is the resource.</summary>
public sealed record Deployment : Execution
{
    public Deployment()
    {
    }

    [SetsRequiredMembers]
    public Deployment(string id, ServerTask task, Release release, ExecutionPlace place, DeploymentOptions options, AuditActor actor, DateTimeOffset now)
        : base(id, task, place, options.Common, now)
    {
        (ReleaseId, ChannelId, DeploymentProcessId) = (release.Id, release.ChannelId, release.ProcessSnapshotId);
        VariableSetSnapshotId = release.VariableSetSnapshotId;
        (DeployedById, DeployedBy, ForcePackageRedeployment) = (actor.UserId, actor.Username, options.ForcePackageRedeployment);
    }

    public required string ReleaseId { get; init; }
    public required string ChannelId { get; init; }

    /// <summary>The frozen process.</summary>
    public required string DeploymentProcessId { get; init; }
    public bool ForcePackageRedeployment { get; init; }

    /// <summary>Null: deployed by the lifecycle itself.</summary>
    public string? DeployedById { get; init; }
    public string? DeployedBy { get; init; }

    /// <summary>Changes between releases are not worked out here.</summary>
    public string[] Changes { get; init; } = [];
    public string ChangesMarkdown { get; init; } = "";
}
