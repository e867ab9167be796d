using System.ComponentModel;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Audit;

/// <summary>The audit is read here and written nowhere but with what happens; there is no route that changes it.</summary>
public static class AuditEndpoints
{
    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services.AddSingleton<ChainSeal>().AddSingleton<AuditChains>().AddSingleton<ChainWriter>().AddSingleton<EventNumbers>().AddSingleton<AuditLog>().AddSingleton<AuditVerification>()
        .AddSingleton<AuditExport>().AddSingleton<LoginCounts>().AddHostedService<LoginCounting>();

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
        group.MapGet("/export", Export).WithSummary("Get all events that the query selects, newest first, as JSON lines or CSV");
        group.MapGet("/{id}", Get);
    }

    private static async Task<ResourceCollection<AuditEventResource>> List(
        Page page, AuditQuery query, SpaceContext? space, Caller caller, AuditLog audit, CancellationToken cancel)
    {
        var slice = await audit.ListAsync(query.Filter, SeenSpaces(caller, space), page, cancel);
        return ResourceCollection<AuditEventResource>.Of(page, slice.Total, [.. slice.Items.Select(AuditEventResource.Of)]) with { ItemType = "Event" };
    }

    private static async Task<IResult> Export(
        [Description("jsonl (unless told: each line an event as the list has it) or csv.")] string? format, AuditQuery query, SpaceContext? space, Caller caller, AuditExport export, CancellationToken cancel)
    {
        var seen = SeenSpaces(caller, space);
        return await export.StartAsync(AuditExport.FormatOf(format), query.Filter, seen, caller.Actor, cancel);
    }

    private static async Task<AuditEventResource> Get(string id, SpaceContext? space, Caller caller, AuditLog audit, CancellationToken cancel)
    {
        var seen = SeenSpaces(caller, space);
        return AuditEventResource.Of(await FindAsync(id, seen, audit, cancel));
    }

    internal static async Task<AuditRow> FindAsync(string id, string[]? seenSpaces, AuditLog audit, CancellationToken cancel) =>
        AuditEventResource.NumberOf(id) is { } number && await audit.FindAsync(number, seenSpaces, cancel) is { } row ? row : throw ApiException.NotFound("event", id);

    private static IReadOnlyList<AuditCategory> ListCategories(SpaceContext? space, Caller caller)
    {
        SeenSpaces(caller, space);
        return AuditCategories.All;
    }

    /// <summary>Null: every space, and what happened in none.</summary>
    internal static string[]? SeenSpaces(Caller caller, SpaceContext? space)
    {
        if (space is null)
        {
            return caller.DemandSpacesWith(Permission.EventView);
        }
        caller.Demand(Permission.EventView, AccessTarget.Space(space.Id));
        return [space.Id];
    }
}
