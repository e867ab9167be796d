using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

public static class DeploymentProcessEndpoints
{
    private const string Kind = "Deployment process";

    public static void MapDeploymentProcesses(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("projects/{id}/deploymentprocesses", group =>
        {
            group.MapGet("", Get);
            group.MapPut("", Update);
        });
        routes.MapSpaceRoutes("deploymentprocesses", group =>
        {
            group.MapGet("/{id}", GetById);
            group.MapPut("/{id}", UpdateById);
        });
    }

    internal static async Task<DeploymentProcess> Get(
        string id, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProcessView, ProjectEndpoints.Target(project));
        return SensitiveProperties.Hide(await processes.FindAsync(space.Id, project.Id, cancel) ?? throw ApiException.NotFound("project", id));
    }

    /// <summary>Also of a snapshot, as a release names it.</summary>
    private static async Task<DeploymentProcess> GetById(
        string id, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, CancellationToken cancel) =>
        SensitiveProperties.Hide((await SeenAsync(id, space, caller, projects, processes, cancel)).Process);

    internal static async Task<DeploymentProcess> Update(
        string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, ProcessChanges changes, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProcessEdit, ProjectEndpoints.Target(project));
        var present = await processes.FindAsync(space.Id, project.Id, cancel) ?? throw ApiException.NotFound("project", id);
        return await changes.UpdateAsync(input, present, Kind, ("project", project.Name), space, caller.Actor, cancel);
    }

    private static async Task<DeploymentProcess> UpdateById(
        string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, ProcessChanges changes, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(id, space, caller, projects, processes, cancel);
        caller.Demand(Permission.ProcessEdit, ProjectEndpoints.Target(project));
        return await changes.UpdateAsync(input, present, Kind, ("project", project.Name), space, caller.Actor, cancel);
    }

    internal static async Task<(DeploymentProcess Process, Project Project)> SeenAsync(
        string id, SpaceContext space, Caller caller, ProjectStore projects, DeploymentProcessStore processes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProcessView, space.Id);
        return await processes.FindByIdAsync(space.Id, id, cancel) is { RunbookId: null } process
            && await projects.FindAsync(space.Id, process.ProjectId, cancel) is { } project && caller.May(Permission.ProcessView, ProjectEndpoints.Target(project))
            ? (process, project)
            : throw ApiException.NotFound("deployment process", id);
    }
}
