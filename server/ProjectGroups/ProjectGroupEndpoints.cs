using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.ProjectGroups;

public static class ProjectGroupEndpoints
{
    private const string Kind = "Project group";

    public static IServiceCollection AddProjectGroups(this IServiceCollection services) => services.AddSingleton<ProjectGroupStore>();

    public static void MapProjectGroups(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("projectgroups", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    });

    internal static async Task<ResourceCollection<ProjectGroup>> List(
        Page page, SpaceContext space, Caller caller, ProjectGroupStore groups, CancellationToken cancel)
    {
        caller.Demand(Permission.ProjectGroupView, AccessTarget.Space(space.Id));
        var slice = await groups.ListAsync(space.Id, page, cancel);
        return ResourceCollection<ProjectGroup>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<ProjectGroup>> All(SpaceContext space, Caller caller, ProjectGroupStore groups, CancellationToken cancel) =>
        (await List(Page.All, space, caller, groups, cancel)).Items;

    internal static async Task<ProjectGroup> Get(string id, SpaceContext space, Caller caller, ProjectGroupStore groups, CancellationToken cancel)
    {
        caller.Demand(Permission.ProjectGroupView, AccessTarget.Space(space.Id));
        return await groups.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("project group", id);
    }

    internal static async Task<IResult> Create(
        ProjectGroupInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, ProjectGroupStore groups, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.ProjectGroupCreate, AccessTarget.Space(space.Id));
        var group = Check(input, new ProjectGroup { Id = "", SpaceId = space.Id, Name = "", Slug = "" }, space);
        var created = await database.InTransactionAsync(async connection =>
        {
            var made = await groups.InsertAsync(connection, group, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, Kind, made.Id, made.Name, space.Id), cancel);
            return made;
        }, cancel);
        return Results.Created($"/api/{space.Id}/projectgroups/{created.Id}", created);
    }

    internal static async Task<ProjectGroup> Update(
        string id, ProjectGroupInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, ProjectGroupStore groups, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, groups, cancel);
        caller.Demand(Permission.ProjectGroupEdit, new(space.Id, ProjectGroupId: present.Id));
        var group = Check(input, present, space);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await groups.UpdateAsync(connection, group, cancel) ?? throw ApiException.NotFound("project group", id);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.Name, space.Id), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, ProjectGroupStore groups, ScopedUserRoleStore roles, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, groups, cancel);
        caller.Demand(Permission.ProjectGroupDelete, new(space.Id, ProjectGroupId: present.Id));
        await database.InTransactionAsync(async connection =>
        {
            await roles.DemandNoLimitAsync(connection, space.Id, present.Id, $"Project group '{present.Name}'", cancel);
            if (!await groups.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("project group", id);
            }
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, present.Id, present.Name, space.Id), cancel);
        }, cancel);
        return Results.Ok();
    }

    private static ProjectGroup Check(ProjectGroupInput input, ProjectGroup present, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var name = validation.Required("Name", input.Name ?? present.Name);
        var group = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
        };
        validation.ThrowIfAny();
        return group;
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record ProjectGroupInput(string? Name, string? Slug, string? Description, string? SpaceId);
