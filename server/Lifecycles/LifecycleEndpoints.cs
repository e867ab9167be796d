using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Lifecycles;

public static class LifecycleEndpoints
{
    private const string Kind = "Lifecycle";

    public static IServiceCollection AddLifecycles(this IServiceCollection services) => services.AddSingleton<LifecycleStore>();

    public static void MapLifecycles(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("lifecycles", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    });

    internal static async Task<ResourceCollection<Lifecycle>> List(
        Page page, SpaceContext space, Caller caller, LifecycleStore lifecycles, CancellationToken cancel)
    {
        caller.Demand(Permission.LifecycleView, AccessTarget.Space(space.Id));
        var slice = await lifecycles.ListAsync(space.Id, page, cancel);
        return ResourceCollection<Lifecycle>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<Lifecycle>> All(SpaceContext space, Caller caller, LifecycleStore lifecycles, CancellationToken cancel) =>
        (await List(Page.All, space, caller, lifecycles, cancel)).Items;

    internal static async Task<Lifecycle> Get(string id, SpaceContext space, Caller caller, LifecycleStore lifecycles, CancellationToken cancel)
    {
        caller.Demand(Permission.LifecycleView, AccessTarget.Space(space.Id));
        return await lifecycles.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("lifecycle", id);
    }

    internal static async Task<IResult> Create(
        LifecycleInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, LifecycleStore lifecycles, EnvironmentStore environments, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.LifecycleCreate, AccessTarget.Space(space.Id));
        var blank = new Lifecycle { Id = "", SpaceId = space.Id, Name = "", Slug = "" };
        var lifecycle = await CheckAsync(input, blank, space, environments, cancel);
        var created = await database.InTransactionAsync(async connection =>
        {
            var made = await lifecycles.InsertAsync(connection, lifecycle, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, Kind, made.Id, made.Name, space.Id), cancel);
            return made;
        }, cancel);
        return Results.Created($"/api/{space.Id}/lifecycles/{created.Id}", created);
    }

    internal static async Task<Lifecycle> Update(
        string id, LifecycleInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, LifecycleStore lifecycles, EnvironmentStore environments, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, lifecycles, cancel);
        caller.Demand(Permission.LifecycleEdit, AccessTarget.Space(space.Id));
        var lifecycle = await CheckAsync(input, present, space, environments, cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await lifecycles.UpdateAsync(connection, lifecycle, cancel) ?? throw ApiException.NotFound("lifecycle", id);
            await audit.AppendAsync(connection, AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.Name, space.Id), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, LifecycleStore lifecycles, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, lifecycles, cancel);
        caller.Demand(Permission.LifecycleDelete, AccessTarget.Space(space.Id));
        await database.InTransactionAsync(async connection =>
        {
            if (!await lifecycles.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("lifecycle", id);
            }
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, present.Id, present.Name, space.Id), cancel);
        }, cancel);
        return Results.Ok();
    }

    private static async Task<Lifecycle> CheckAsync(
        LifecycleInput input, Lifecycle present, SpaceContext space, EnvironmentStore environments, CancellationToken cancel)
    {
        var known = await environments.IdsAsync(space.Id, cancel);
        return LifecycleRules.Apply(input, present, known, new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId)));
    }
}
