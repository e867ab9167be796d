using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.TagSets;

public static class TagSetEndpoints
{
    private const string Kind = "Tag set";
    private static readonly Permission[] Changes = [Permission.TagSetCreate, Permission.TagSetEdit, Permission.TagSetDelete];

    public static IServiceCollection AddTagSets(this IServiceCollection services) => services.AddSingleton<TagSetStore>();

    public static void MapTagSets(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("tagsets", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
        group.MapPut("/sortorder", Sort);
    });

    internal static async Task<ResourceCollection<TagSet>> List(Page page, SpaceContext space, Caller caller, TagSetStore sets, CancellationToken cancel)
    {
        DemandView(space, caller);
        var slice = await sets.ListAsync(space.Id, page, cancel);
        return ResourceCollection<TagSet>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<IReadOnlyList<TagSet>> All(SpaceContext space, Caller caller, TagSetStore sets, CancellationToken cancel) =>
        (await List(Page.All, space, caller, sets, cancel)).Items;

    internal static async Task<TagSet> Get(string id, SpaceContext space, Caller caller, TagSetStore sets, CancellationToken cancel)
    {
        DemandView(space, caller);
        return await sets.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("tag set", id);
    }

    internal static async Task<IResult> Create(
        TagSetInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, TagSetStore sets, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.TagSetCreate, AccessTarget.Space(space.Id));
        var set = Check(input, new TagSet { Id = "", SpaceId = space.Id, Name = "", Slug = "", SortOrder = 0 }, space);
        var created = await database.InTransactionAsync(async connection =>
        {
            var made = await sets.InsertAsync(connection, set, input.SortOrder, cancel);
            await audit.AppendAsync(connection, Describe(AuditEvent.Created(caller.Actor, Kind, made.Id, made.Name, space.Id), made), cancel);
            return made;
        }, cancel);
        return Results.Created($"/api/{space.Id}/tagsets/{created.Id}", created);
    }

    internal static async Task<TagSet> Update(
        string id, TagSetInput input, SpaceContext space, Caller caller, NpgsqlDataSource database, TagSetStore sets, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, sets, cancel);
        caller.Demand(Permission.TagSetEdit, AccessTarget.Space(space.Id));
        var set = Check(input, present, space);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await sets.UpdateAsync(connection, set, cancel) ?? throw ApiException.NotFound("tag set", id);
            await audit.AppendAsync(connection, Describe(AuditEvent.Modified(caller.Actor, Kind, changed.Id, changed.Name, space.Id), changed), cancel);
            return changed;
        }, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, TagSetStore sets, AuditLog audit, CancellationToken cancel)
    {
        var present = await Get(id, space, caller, sets, cancel);
        caller.Demand(Permission.TagSetDelete, AccessTarget.Space(space.Id));
        await database.InTransactionAsync(async connection =>
        {
            if (!await sets.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("tag set", id);
            }
            await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, present.Id, present.Name, space.Id), cancel);
        }, cancel);
        return Results.Ok();
    }

    /// <summary>The body is the Ids in their new order; those that it leaves out follow in their present order.</summary>
    internal static async Task<IReadOnlyList<TagSet>> Sort(
        string[] order, SpaceContext space, Caller caller, NpgsqlDataSource database, TagSetStore sets, AuditLog audit, CancellationToken cancel)
    {
        caller.Demand(Permission.TagSetEdit, AccessTarget.Space(space.Id));
        var present = (await sets.ListAsync(space.Id, Page.All, cancel)).Items;
        var ids = SortOrder.Of(order, [.. present.Select(set => set.Id)], "tag set");
        await database.InTransactionAsync(async connection =>
        {
            await sets.SortAsync(connection, space.Id, ids, cancel);
            var happened = AuditEvent.Modified(caller.Actor, "Order of the tag sets", space.Id, string.Join(", ", ids), space.Id);
            await audit.AppendAsync(connection, happened with { RelatedDocumentIds = ids }, cancel);
        }, cancel);
        return await All(space, caller, sets, cancel);
    }

    /// <summary>Octopus has no permission to view them: who sees tenants, or may change tag sets, sees them.</summary>
    public static bool MayView(Caller caller, string spaceId) => Changes.Prepend(Permission.TenantView).Any(permission => caller.MaySomewhere(permission, spaceId));

    private static void DemandView(SpaceContext space, Caller caller)
    {
        if (!MayView(caller, space.Id))
        {
            caller.DemandSomewhere(Permission.TenantView, space.Id);
        }
    }

    private static AuditEvent Describe(AuditEvent happened, TagSet set) =>
        happened with { Details = AuditDetails.Of(new { Tags = set.Tags.Select(tag => tag.CanonicalTagName) }) };

    private static TagSet Check(TagSetInput input, TagSet present, SpaceContext space) =>
        TagSetRules.Apply(input, present, new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId)));
}
