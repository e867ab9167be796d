using Npgsql;
using OctoLogin.Access;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;
using OctoLogin.Tenants;

namespace OctoLogin.Deployments;

public static class ReleaseProgressionEndpoints
{
    public static void MapReleaseProgression(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("releases/{releaseId}/progression", group => group.MapGet("", GetProgressionOfRelease).WithSummary("Get how far a release has come in its lifecycle"));
        routes.MapSpaceRoutes("projects/{projectId}/progression", group => group.MapGet("", GetProgressionOfProject).WithSummary("Get how far a project's newest releases have come"));
    }

    /// <param name="releaseHistoryCount">How many releases at most; 30 unless told.</param>
    private static Task<ProjectProgression> GetProgressionOfProject(
        string projectId, int? releaseHistoryCount, SpaceContext space, Caller caller, ProjectProgressionReader reader, CancellationToken cancel) =>
        reader.ReadAsync(projectId, Math.Clamp(releaseHistoryCount ?? 30, 1, ProjectProgressionReader.MostReleases), space, caller, cancel);

    /// <param name="tenantId">For this tenant; absent: untenanted.</param>
    private static Task<ReleaseProgression> GetProgressionOfRelease(
        string releaseId, string? tenantId, SpaceContext space, Caller caller, ProgressionReader reader, CancellationToken cancel) =>
        reader.ReadAsync(releaseId, tenantId, space, caller, cancel);
}

/// <summary>Gathers how far a release has come, and what of it the caller may see.</summary>
public sealed class ProgressionReader(
    NpgsqlDataSource database, ReleaseStore releases, ProjectStore projects, TenantStore tenants, DeploymentStore deployments, ServerTaskStore tasks, ReleaseProgress progress)
{
    public async Task<ReleaseProgression> ReadAsync(string releaseId, string? tenantId, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var (release, project) = await ReleaseEndpoints.SeenAsync(releaseId, space, caller, projects, releases, cancel);
        var tenant = string.IsNullOrEmpty(tenantId) ? null : await TenantEndpoints.SeenAsync(tenantId, space, caller, tenants, cancel);
        caller.DemandSomewhere(Permission.DeploymentView, space.Id);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var history = await progress.ReadAsync(connection, project, release, cancel);
        var made = await DeploymentsAsync(release, space, caller, cancel);
        return ReleaseProgression.Of(history.Of(tenant), [.. made.Where(one => one.Deployment.TenantId == tenant?.Id)]);
    }

    /// <summary>The release's that the caller may see, newest first, each with its task if they may see that.</summary>
    public Task<IReadOnlyList<DeploymentAndTask>> DeploymentsAsync(Release release, SpaceContext space, Caller caller, CancellationToken cancel) =>
        DeploymentsAsync([release.Id], space, caller, cancel);

    /// <summary>The same of several.</summary>
    public async Task<IReadOnlyList<DeploymentAndTask>> DeploymentsAsync(string[] releaseIds, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var visible = caller.VisibleTargets(Permission.DeploymentView, space.Id);
        var made = (await deployments.ListAsync(new ExecutionQuery(), releaseIds, visible, Page.All, cancel)).Items;
        var ofThem = made.Where(one => caller.May(Permission.TaskView, ExecutionPlaces.Target(one))).Select(one => one.TaskId).ToArray();
        var seen = ofThem.Length == 0 ? []
            : (await tasks.ListAsync(new TaskFilter(), caller.VisibleTargets(Permission.TaskView, space.Id), Page.All with { Ids = ofThem }, cancel)).Items.ToDictionary(task => task.Id);
        return [.. made.Select(one => new DeploymentAndTask(one, seen.GetValueOrDefault(one.TaskId)))];
    }
}
