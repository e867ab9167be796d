using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

public static class ProjectEndpoints
{
    public static IServiceCollection AddProjects(this IServiceCollection services) => services
        .AddSingleton<ProjectStore>().AddSingleton<ProjectChanges>().AddSingleton<DeploymentProcessStore>().AddSingleton<SensitiveProperties>().AddSingleton<ProcessChanges>();

    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("projects", group =>
        {
            group.MapGet("", List);
            group.MapGet("/all", All);
            group.MapGet("/{id}", Get);
            group.MapPost("", Create);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
        });
        routes.MapDeploymentProcesses();
    }

    /// <summary>The project that a path names, if the caller may see it: one that they may not see is as one that is not there.</summary>
    public static async Task<Project> SeenAsync(string id, SpaceContext space, Caller caller, ProjectStore projects, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProjectView, space.Id);
        return await projects.FindAsync(space.Id, id, cancel) is { } project && caller.May(Permission.ProjectView, Target(project))
            ? project
            : throw ApiException.NotFound("project", id);
    }

    /// <summary>The project that a command names. Null, with a fault: none that the caller may know of, be it that they may only do this there.</summary>
    public static async Task<Project?> NamedAsync(
        string? named, Permission permission, SpaceContext space, Caller caller, ProjectStore projects, Validation validation, CancellationToken cancel)
    {
        var name = validation.Required("ProjectName", named);
        var project = name.Length == 0 ? null : await projects.FindNamedAsync(space.Id, name, cancel);
        var known = project is not null && (caller.May(Permission.ProjectView, Target(project)) || caller.May(permission, Target(project)));
        validation.Check(known || name.Length == 0, $"There is no project '{Printable.Of(name)}' in space '{space.Space.Name}' ({space.Id}).");
        return known ? project : null;
    }

    public static AccessTarget Target(Project project) => new(project.SpaceId, project.Id, project.ProjectGroupId);

    /// <param name="clonedFromProjectId">Projects are not cloned here: asked for, there are none.</param>
    internal static async Task<ResourceCollection<Project>> List(
        Page page, string? clonedFromProjectId, SpaceContext space, Caller caller, ProjectStore projects, CancellationToken cancel)
    {
        var visible = caller.Visible(Permission.ProjectView, space.Id);
        if (!string.IsNullOrEmpty(clonedFromProjectId))
        {
            return ResourceCollection<Project>.Of(page, 0, []);
        }
        var slice = await projects.ListAsync(space.Id, page, visible, cancel);
        return ResourceCollection<Project>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<Project>> All(SpaceContext space, Caller caller, ProjectStore projects, CancellationToken cancel) =>
        (await List(Page.All, null, space, caller, projects, cancel)).Items;

    internal static Task<Project> Get(string id, SpaceContext space, Caller caller, ProjectStore projects, CancellationToken cancel) =>
        SeenAsync(id, space, caller, projects, cancel);

    internal static async Task<IResult> Create(ProjectInput input, SpaceContext space, Caller caller, ProjectChanges changes, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ProjectCreate, space.Id);
        var project = await changes.CheckAsync(input, null, space, cancel);
        caller.Demand(Permission.ProjectCreate, new(space.Id, ProjectGroupId: project.ProjectGroupId));
        var created = await changes.CreateAsync(project, caller.Actor, cancel);
        return Results.Created($"/api/{space.Id}/projects/{created.Id}", created);
    }

    internal static async Task<Project> Update(
        string id, ProjectInput input, SpaceContext space, Caller caller, ProjectStore projects, ProjectChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProjectEdit, Target(present));
        var project = await changes.CheckAsync(input, present, space, cancel);
        if (project.ProjectGroupId != present.ProjectGroupId)
        {
            // Roles are limited to groups: a move gives others rights on the project, as making one there does.
            caller.Demand(Permission.ProjectCreate, new(space.Id, ProjectGroupId: project.ProjectGroupId));
        }
        return await changes.UpdateAsync(project, caller.Actor, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ProjectChanges changes, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, projects, cancel);
        caller.Demand(Permission.ProjectDelete, Target(present));
        await changes.DeleteAsync(present, caller.Actor, cancel);
        return Results.Ok();
    }
}
