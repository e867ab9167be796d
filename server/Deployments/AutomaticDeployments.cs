using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Environments;
using OctoLogin.Executions;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Tenants;

namespace OctoLogin.Deployments;

/// <summary>Deploys a release to the automatic environments of the phases that are open to it, each once.</summary>
public sealed class AutomaticDeployments(
    ReleaseProgress progress, DeploymentStore deployments, EnvironmentStore environments, TenantStore tenants, DeploymentQueue queue)
{
    /// <summary>The first phase is open at once, to every tenant too.</summary>
    public async Task OfNewReleaseAsync(NpgsqlConnection connection, Project project, Release release, CancellationToken cancel)
    {
        var history = await progress.ReadAsync(connection, project, release, cancel);
        if (history.Lifecycle.Phases.All(phase => phase.AutomaticDeploymentTargets.Length == 0))
        {
            return;
        }
        var forTenants = project.TenantedDeploymentMode == TenantedDeploymentMode.Untenanted ? [] : await tenants.ConnectedAsync(connection, project.Id, cancel);
        foreach (var tenant in project.TenantedDeploymentMode == TenantedDeploymentMode.Tenanted ? forTenants : forTenants.Prepend(null))
        {
            await AddAsync(connection, history, release, tenant, cancel);
        }
    }

    /// <param name="tenant">For whom; null: untenanted.</param>
    public async Task<IReadOnlyList<DeploymentServerTask>> AfterAsync(
        NpgsqlConnection connection, Project project, Release release, Tenant? tenant, CancellationToken cancel) =>
        await AddAsync(connection, await progress.ReadAsync(connection, project, release, cancel), release, tenant, cancel);

    private async Task<IReadOnlyList<DeploymentServerTask>> AddAsync(
        NpgsqlConnection connection, ReleaseHistory history, Release release, Tenant? tenant, CancellationToken cancel)
    {
        var project = history.Project;
        var open = history.Of(tenant).Phases.Where(phase => phase.IsOpen).SelectMany(phase => phase.Phase.AutomaticDeploymentTargets).Distinct()
            .Where(id => tenant is null || tenant.IsConnected(project.Id, id)).ToList();
        if (open.Count == 0 || project.IsDisabled || history.Refusal(tenant) is not null)
        {
            return [];
        }
        var attempted = await deployments.AttemptedAsync(connection, release.Id, cancel);
        var places = new List<ExecutionPlace>();
        foreach (var id in open.Where(id => !attempted.Contains(new(id, tenant?.Id))))
        {
            if (await environments.FindAsync(connection, project.SpaceId, id, cancel) is { } environment)
            {
                places.Add(new(environment, tenant));
            }
        }
        return await queue.AddAsync(connection, project, release, places, new(new(), ForcePackageRedeployment: false), AuditActor.System, cancel);
    }
}
