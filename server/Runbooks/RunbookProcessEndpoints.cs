using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

/// <summary>A runbook's process is read and changed as a project's is; also read as a snapshot froze it.</summary>
public static class RunbookProcessEndpoints
{
    public static void MapRunbookProcesses(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("runbookprocesses", group =>
        {
            group.MapGet("/{id}", Get);
            group.MapPut("/{id}", Update);
        });
        routes.MapSpaceRoutes("projects/{projectId}/runbookprocesses", group =>
        {
            group.MapGet("/{id}", GetOfProject);
            group.MapPut("/{id}", UpdateInProject);
        });
    }

    internal static Task<DeploymentProcess> Get(
        string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes, CancellationToken cancel) =>
        GetOfProject(null, id, space, caller, projects, runbooks, processes, cancel);

    private static async Task<DeploymentProcess> GetOfProject(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes, CancellationToken cancel) =>
        SensitiveProperties.Hide((await SeenAsync(projectId, id, space, caller, projects, runbooks, processes, cancel)).Process);

    internal static Task<DeploymentProcess> Update(
        string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes,
        ProcessChanges changes, CancellationToken cancel) =>
        UpdateInProject(null, id, input, space, caller, projects, runbooks, processes, changes, cancel);

    private static async Task<DeploymentProcess> UpdateInProject(
        string? projectId, string id, DeploymentProcessInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes,
        ProcessChanges changes, CancellationToken cancel)
    {
        var (process, runbook, project) = await SeenAsync(projectId, id, space, caller, projects, runbooks, processes, cancel);
        caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(project));
        return await changes.UpdateAsync(input, process, "Runbook process", ("runbook", runbook.Name), space, caller.Actor, cancel);
    }

    internal static async Task<(DeploymentProcess Process, Runbook Runbook, Project Project)> SeenAsync(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, DeploymentProcessStore processes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookView, space.Id);
        if (await processes.FindByIdAsync(space.Id, id, cancel) is not { RunbookId: { } runbookId } process)
        {
            throw ApiException.NotFound("runbook process", id);
        }
        var (runbook, project) = await RunbookEndpoints.SeenAsync(projectId, runbookId, space, caller, projects, runbooks, cancel);
        return (process, runbook, project);
    }
}
