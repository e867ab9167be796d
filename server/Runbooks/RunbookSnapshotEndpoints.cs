using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

public static class RunbookSnapshotEndpoints
{
    public static void MapRunbookSnapshots(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("runbooksnapshots", group =>
        {
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
        });
        routes.MapSpaceRoutes("projects/{projectId}/runbooksnapshots", group =>
        {
            group.MapGet("", ListOfProject);
            group.MapGet("/{id}", GetOfProject);
            group.MapPost("", CreateInProject);
        });
        routes.MapSpaceRoutes("runbooks/{runbookId}/runbooksnapshots", group => group.MapGet("", ListOfRunbook));
    }

    internal static async Task<ResourceCollection<RunbookSnapshot>> List(Page page, SpaceContext space, Caller caller, RunbookSnapshotStore snapshots, CancellationToken cancel)
    {
        var slice = await snapshots.ListAsync(space.Id, null, null, page, caller.Visible(Permission.RunbookView, space.Id), cancel);
        return ResourceCollection<RunbookSnapshot>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<ResourceCollection<RunbookSnapshot>> ListOfProject(
        string projectId, Page page, SpaceContext space, Caller caller, ProjectStore projects, RunbookSnapshotStore snapshots, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        caller.Demand(Permission.RunbookView, ProjectEndpoints.Target(project));
        var slice = await snapshots.ListAsync(space.Id, project.Id, null, page, VisibleRows.Everything, cancel);
        return ResourceCollection<RunbookSnapshot>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<ResourceCollection<RunbookSnapshot>> ListOfRunbook(
        string runbookId, Page page, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookSnapshotStore snapshots, CancellationToken cancel)
    {
        var (runbook, _) = await RunbookEndpoints.SeenAsync(null, runbookId, space, caller, projects, runbooks, cancel);
        var slice = await snapshots.ListAsync(space.Id, runbook.ProjectId, runbook.Id, page, VisibleRows.Everything, cancel);
        return ResourceCollection<RunbookSnapshot>.Of(page, slice.Total, slice.Items);
    }

    internal static Task<RunbookSnapshot> Get(
        string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookSnapshotStore snapshots, CancellationToken cancel) =>
        GetOfProject(null, id, space, caller, projects, snapshots, cancel);

    private static async Task<RunbookSnapshot> GetOfProject(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookSnapshotStore snapshots, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookView, space.Id);
        return await snapshots.FindAsync(space.Id, id, cancel) is { } snapshot
            && await projects.FindAsync(space.Id, snapshot.ProjectId, cancel) is { } project && caller.May(Permission.RunbookView, ProjectEndpoints.Target(project))
            && (projectId is null || projectId == project.Id || projectId.Equals(project.Slug, StringComparison.OrdinalIgnoreCase))
            ? snapshot
            : throw ApiException.NotFound("runbook snapshot", id);
    }

    internal static Task<IResult> Create(
        RunbookSnapshotInput input, bool? publish, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CreateRunbookSnapshot create, CancellationToken cancel) =>
        CreateInProject(null, input, publish, space, caller, projects, runbooks, create, cancel);

    /// <param name="publish">It is what is run from now on.</param>
    private static async Task<IResult> CreateInProject(
        string? projectId, RunbookSnapshotInput input, bool? publish, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CreateRunbookSnapshot create, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookEdit, space.Id);
        var (runbook, project) = await NamedAsync(projectId, input, space, caller, projects, runbooks, cancel);
        caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(project));
        var published = publish == true || "true".Equals(input.Publish, StringComparison.OrdinalIgnoreCase);
        var made = await create.RunAsync(input, runbook, published, space, caller.Actor, cancel);
        return Results.Created($"/api/{space.Id}/runbooksnapshots/{made.Id}", made);
    }

    /// <summary>What a body names is the body's fault when it is not there, not the path's.</summary>
    private static async Task<(Runbook Runbook, Project Project)> NamedAsync(
        string? projectId, RunbookSnapshotInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel)
    {
        var within = projectId is null ? null : await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        var runbook = string.IsNullOrEmpty(input.RunbookId) ? null : await runbooks.FindAsync(space.Id, within?.Id, input.RunbookId, cancel);
        var project = within ?? (runbook is null ? null : await projects.FindAsync(space.Id, runbook.ProjectId, cancel));
        return runbook is not null && project is not null && caller.May(Permission.RunbookView, ProjectEndpoints.Target(project))
            && (string.IsNullOrEmpty(input.ProjectId) || input.ProjectId == project.Id)
            ? (runbook, project)
            : throw ApiException.BadRequest($"RunbookId names '{Printable.Of(input.RunbookId)}', which is not a runbook of {(within is null ? "this space" : $"project '{within.Name}'")}.");
    }
}
