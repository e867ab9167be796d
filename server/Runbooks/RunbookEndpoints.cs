using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

public static class RunbookEndpoints
{
    public static IServiceCollection AddRunbooks(this IServiceCollection services) => services
        .AddSingleton<RunbookStore>().AddSingleton<RunbookSnapshotStore>().AddSingleton<RunbookChanges>().AddSingleton<CreateRunbookSnapshot>().AddRunbookRuns();

    public static void MapRunbooks(this IEndpointRouteBuilder routes)
    {
        routes.MapRunbookRuns();
        routes.MapSpaceRoutes("runbooks", group =>
        {
            group.MapGet("", List);
            group.MapGet("/all", All);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
        });
        routes.MapSpaceRoutes("projects/{projectId}/runbooks", group =>
        {
            group.MapGet("", ListOfProject);
            group.MapGet("/{id}", GetOfProject);
            group.MapPost("", CreateInProject);
            group.MapPut("/{id}", UpdateInProject);
            group.MapDelete("/{id}", DeleteInProject);
        });
        routes.MapRunbookProcesses();
        routes.MapRunbookSnapshots();
    }

    /// <summary>The runbook that a path names, if the caller may see it: one that they may not see is as one that is not there.</summary>
    /// <param name="projectId">Null: of any project, then only the Id counts.</param>
    public static async Task<(Runbook Runbook, Project Project)> SeenAsync(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookView, space.Id);
        var named = projectId is null ? null : await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        return await runbooks.FindAsync(space.Id, named?.Id, id, cancel) is { } runbook
            && (named ?? await projects.FindAsync(space.Id, runbook.ProjectId, cancel)) is { } project
            && caller.May(Permission.RunbookView, ProjectEndpoints.Target(project))
            ? (runbook, project)
            : throw ApiException.NotFound("runbook", id);
    }

    internal static async Task<ResourceCollection<Runbook>> List(Page page, SpaceContext space, Caller caller, RunbookStore runbooks, CancellationToken cancel)
    {
        var slice = await runbooks.ListAsync(space.Id, null, page, caller.Visible(Permission.RunbookView, space.Id), cancel);
        return ResourceCollection<Runbook>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<Runbook>> All(SpaceContext space, Caller caller, RunbookStore runbooks, CancellationToken cancel) =>
        (await List(Page.All, space, caller, runbooks, cancel)).Items;

    internal static async Task<ResourceCollection<Runbook>> ListOfProject(
        string projectId, Page page, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        caller.Demand(Permission.RunbookView, ProjectEndpoints.Target(project));
        var slice = await runbooks.ListAsync(space.Id, project.Id, page, VisibleRows.Everything, cancel);
        return ResourceCollection<Runbook>.Of(page, slice.Total, slice.Items);
    }

    internal static Task<Runbook> Get(string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel) =>
        GetAsync(null, id, space, caller, projects, runbooks, cancel);

    private static Task<Runbook> GetOfProject(
        string projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel) =>
        GetAsync(projectId, id, space, caller, projects, runbooks, cancel);

    private static async Task<Runbook> GetAsync(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, CancellationToken cancel) =>
        (await SeenAsync(projectId, id, space, caller, projects, runbooks, cancel)).Runbook;

    internal static async Task<IResult> Create(RunbookInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookChanges changes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookEdit, space.Id);
        var project = input.ProjectId is { Length: > 0 } id && await projects.FindAsync(space.Id, id, cancel) is { } found
            && caller.May(Permission.ProjectView, ProjectEndpoints.Target(found))
            ? found
            : throw ApiException.BadRequest($"ProjectId names '{Printable.Of(input.ProjectId)}', which is not a project of this space.");
        caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(project));
        var blank = new Runbook { Id = "", SpaceId = space.Id, ProjectId = project.Id, Name = "", Slug = "" };
        var created = await changes.CreateAsync(await changes.CheckAsync(input, blank, space, cancel), project, caller.Actor, cancel);
        return Results.Created($"/api/{space.Id}/runbooks/{created.Id}", created);
    }

    private static Task<IResult> CreateInProject(
        string projectId, RunbookInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookChanges changes, CancellationToken cancel) =>
        Create(input with { ProjectId = projectId }, space, caller, projects, changes, cancel);

    internal static Task<Runbook> Update(
        string id, RunbookInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel) =>
        UpdateAsync(null, id, input, space, caller, projects, runbooks, changes, cancel);

    private static Task<Runbook> UpdateInProject(
        string projectId, string id, RunbookInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel) =>
        UpdateAsync(projectId, id, input, space, caller, projects, runbooks, changes, cancel);

    private static async Task<Runbook> UpdateAsync(
        string? projectId, string id, RunbookInput input, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(projectId, id, space, caller, projects, runbooks, cancel);
        caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(project));
        return await changes.UpdateAsync(await changes.CheckAsync(input, present, space, cancel), present, project, caller.Actor, cancel);
    }

    internal static Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel) =>
        DeleteAsync(null, id, space, caller, projects, runbooks, changes, cancel);

    private static Task<IResult> DeleteInProject(
        string projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel) =>
        DeleteAsync(projectId, id, space, caller, projects, runbooks, changes, cancel);

    private static async Task<IResult> DeleteAsync(
        string? projectId, string id, SpaceContext space, Caller caller, ProjectStore projects, RunbookStore runbooks, RunbookChanges changes, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(projectId, id, space, caller, projects, runbooks, cancel);
        caller.Demand(Permission.RunbookEdit, ProjectEndpoints.Target(project));
        await changes.DeleteAsync(present, project, caller.Actor, cancel);
        return Results.Ok();
    }
}
