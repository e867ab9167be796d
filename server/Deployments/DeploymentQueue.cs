using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>Puts deployments and the tasks that run them into the queue: all of them or, when the transaction fails, none.</summary>
public sealed class DeploymentQueue(DeploymentStore deployments, ServerTaskQueue queue, PromptedSecrets prompted, AuditLog audit, TimeProvider clock)
{
    public async Task<IReadOnlyList<DeploymentServerTask>> AddAsync(
        NpgsqlConnection connection, Project project, Release release, IReadOnlyList<ExecutionPlace> places, DeploymentOptions options, AuditActor actor, CancellationToken cancel)
    {
        var queued = new List<(Deployment Deployment, ExecutionPlace Place)>();
        foreach (var place in places)
        {
            var id = await deployments.NextIdAsync(connection, cancel);
            var task = await queue.EnqueueAsync(connection, ExecutionTask.Of(
                DeploymentRunner.Name, $"Deploy {project.Name} release {release.Version} to {place.Name}", JsonSerializer.Serialize(new { DeploymentId = id }),
                project, place, options.Common.Times, project.Id), cancel);
            var deployment = new Deployment(id, task, release, place, options, actor, clock.GetUtcNow()) with { SealedValues = prompted.Seal(id, options.Common) };
            await deployments.InsertAsync(connection, deployment, cancel);
            queued.Add((deployment, place));
        }
        foreach (var (deployment, place) in queued)
        {
            await audit.AppendAsync(connection, Describe(deployment, project, release, place, actor), cancel);
        }
        return queued.ConvertAll(one => new DeploymentServerTask(one.Deployment.Id, one.Deployment.TaskId));
    }

    private static AuditEvent Describe(Deployment deployment, Project project, Release release, ExecutionPlace place, AuditActor actor) =>
        AuditEvent.Created(actor, "Deployment", deployment.Id, $"of release {release.Version} of project {project.Name} to {place.Name}", release.SpaceId) with
        {
            RelatedDocumentIds = [.. new[] { deployment.Id, project.Id, release.Id, place.Environment.Id, place.Tenant?.Id, deployment.TaskId }.OfType<string>()],
            Details = AuditDetails.Of(new
            {
                release.Version, Environment = place.Environment.Name, Tenant = place.Tenant?.Name, deployment.TaskId, deployment.QueueTime, deployment.QueueTimeExpiry, deployment.SkipActions,
            }),
        };
}

public sealed record DeploymentOptions(ExecutionOptions Common, bool ForcePackageRedeployment);

public sealed record DeploymentServerTask(string DeploymentId, string ServerTaskId);
