using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Audit;

/// <summary>The audit is read here and written nowhere but with what happens; there is no route that changes it.</summary>
public static class AuditEndpoints
{
    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services.AddSingleton<ChainSeal>().AddSingleton<AuditChains>().AddSingleton<ChainWriter>().AddSingleton<EventNumbers>().AddSingleton<AuditLog>().AddSingleton<AuditVerification>();

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        // Not MapSpaceRoutes: without a space this is the whole server's audit, not the default space's.
        Map(routes.MapGroup("/api/events"));
        Map(routes.MapGroup("/api/{space}/events").WithMetadata(new SpaceScoped()));
    }

    private static void Map(RouteGroupBuilder group)
    {
        group.WithTags("events");
        group.MapGet("", List);
        group.MapGet("/categories", ListCategories);
        group.MapGet("/{id}", Get);
    }

    private static async Task<ResourceCollection<AuditEventResource>> List(
        Page page, AuditQuery query, SpaceContext? space, Caller caller, AuditLog audit, CancellationToken cancel)
    {
        var slice = await audit.ListAsync(query.Filter, SeenSpaces(caller, space), page, cancel);
        return ResourceCollection<AuditEventResource>.Of(page, slice.Total, [.. slice.Items.Select(AuditEventResource.Of)]) with { ItemType = "Event" };
    }

    private static async Task<AuditEventResource> Get(string id, SpaceContext? space, Caller caller, AuditLog audit, CancellationToken cancel)
    {
        var seen = SeenSpaces(caller, space);
        var rows = AuditEventResource.IsId(id) ? (await audit.ListAsync(new AuditFilter(), seen, Page.All with { Ids = [id] }, cancel)).Items : [];
        return rows is [var row] ? AuditEventResource.Of(row) : throw ApiException.NotFound("event", id);
    }

    private static IReadOnlyList<AuditCategory> ListCategories(SpaceContext? space, Caller caller)
    {
        SeenSpaces(caller, space);
        return AuditCategories.All;
    }

    /// <summary>Null: every space, and what happened in none.</summary>
    private static string[]? SeenSpaces(Caller caller, SpaceContext? space)
    {
        if (space is null)
        {
            return caller.DemandSpacesWith(Permission.EventView);
        }
        caller.Demand(Permission.EventView, AccessTarget.Space(space.Id));
        return [space.Id];
    }
}
