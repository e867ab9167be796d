using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Environments;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Tenants;

namespace OctoLogin.Deployments;

/// <summary>Deploys a release to the automatic environments of the phases that are open to it, each once.</summary>
public sealed class AutomaticDeployments(ReleaseProgress progress, DeploymentStore deployments, EnvironmentStore environments, DeploymentQueue queue)
{
    /// <param name="tenant">For whom; null: untenanted.</param>
    public async Task<IReadOnlyList<DeploymentServerTask>> AddAsync(
        NpgsqlConnection connection, Project project, Release release, Tenant? tenant, CancellationToken cancel)
    {
        var history = await progress.ReadAsync(connection, project, release, cancel);
        var open = history.Of(tenant).Phases.Where(phase => phase.IsOpen).SelectMany(phase => phase.Phase.AutomaticDeploymentTargets).Distinct()
            .Where(id => tenant is null || tenant.IsConnected(project.Id, id)).ToList();
        if (open.Count == 0 || project.IsDisabled)
        {
            return [];
        }
        var attempted = await deployments.AttemptedAsync(connection, release.Id, cancel);
        var places = new List<ExecutionPlace>();
        foreach (var id in open.Where(id => !attempted.Contains(new(id, tenant?.Id))))
        {
            if (await environments.FindAsync(project.SpaceId, id, cancel) is { } environment)
            {
                places.Add(new(environment, tenant));
            }
        }
        return await queue.AddAsync(connection, project, release, places, new(new(), ForcePackageRedeployment: false), AuditActor.System, cancel);
    }
}
