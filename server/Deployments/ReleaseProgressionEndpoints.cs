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
    public static void MapReleaseProgression(this IEndpointRouteBuilder routes) =>
        routes.MapSpaceRoutes("releases/{releaseId}/progression", group => group.MapGet("", GetProgressionOfRelease).WithSummary("Get how far a release has come in its lifecycle"));

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
        var visible = caller.VisibleTargets(Permission.DeploymentView, space.Id);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var history = await progress.ReadAsync(connection, project, release, cancel);
        var made = (await deployments.ListAsync(new ExecutionQuery(), release.Id, visible, Page.All, cancel)).Items.Where(one => one.TenantId == tenant?.Id).ToList();
        var ofThem = made.Where(one => caller.May(Permission.TaskView, ExecutionPlaces.Target(one))).Select(one => one.TaskId).ToArray();
        var seen = ofThem.Length == 0 ? []
            : (await tasks.ListAsync(new TaskFilter(), caller.VisibleTargets(Permission.TaskView, space.Id), Page.All with { Ids = ofThem }, cancel)).Items.ToDictionary(task => task.Id);
        return ReleaseProgression.Of(history.Of(tenant), made.ConvertAll(one => new DeploymentAndTask(one, seen.GetValueOrDefault(one.TaskId))));
    }
}
