using Npgsql;
using OctoLogin.Database;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>What follows from a deployment that succeeded: the lifecycle counts it, and what opens by it may be deployed by itself.</summary>
public sealed class DeploymentCompletion(NpgsqlDataSource database, DeploymentStore deployments, AutomaticDeployments automatic, TimeProvider clock)
{
    /// <summary>May be done again: when a connection breaks at the commit, nobody knows whether it was done.</summary>
    public Task<bool> CompleteAsync(PreparedDeployment prepared, ActivityLog log, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        await deployments.MarkSucceededAsync(connection, prepared.Deployment, clock.GetUtcNow(), cancel);
        foreach (var next in await automatic.AfterAsync(connection, prepared.Run.Project, prepared.Release, prepared.Run.Tenant, cancel))
        {
            log.Info($"The lifecycle deploys the release on: {next.ServerTaskId}.");
        }
        return true;
    }, cancel);
}
