using Npgsql;

namespace OctoLogin.Deployments;

/// <summary>What follows from a deployment that succeeded: the lifecycle counts it, and what opens by it may be deployed by itself.</summary>
public sealed class DeploymentCompletion(DeploymentStore deployments, AutomaticDeployments automatic, TimeProvider clock)
{
    /// <param name="connection">In the transaction that ends the deployment's task, so that no lifecycle counts what the task calls a failure.</param>
    public async Task CompleteAsync(NpgsqlConnection connection, PreparedDeployment prepared, CancellationToken cancel)
    {
        await deployments.MarkSucceededAsync(connection, prepared.Deployment, clock.GetUtcNow(), cancel);
        await automatic.AfterAsync(connection, prepared.Run.Project, prepared.Release, prepared.Run.Tenant, cancel);
    }
}
