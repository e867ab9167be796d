using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

public static class FeedEndpoints
{
    public static IServiceCollection AddFeeds(this IServiceCollection services) => services
        .AddSingleton<FeedStore>().AddSingleton<FeedSecrets>().AddSingleton<FeedUses>().AddSingleton<FeedChanges>()
        .AddSingleton<RegistryClient>().AddSingleton<EcrLogin>().AddSingleton<AcrLogin>().AddSingleton<CloudRegistryLogin>().AddSingleton<RegistryLogins>().AddSingleton<Registries>()
        .AddSingleton<FeedTest>();

    public static void MapFeeds(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("feeds", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
        group.MapPut("/{id}", Update);
        group.MapDelete("/{id}", Delete);
    });

    /// <summary>The feed that a path names, for whoever may see feeds.</summary>
    public static async Task<Feed> SeenAsync(string id, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        return await feeds.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("feed", id);
    }

    internal static async Task<ResourceCollection<Feed>> List(Page page, string? feedType, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        var slice = await feeds.ListAsync(space.Id, string.IsNullOrEmpty(feedType) ? null : feedType, page, cancel);
        return ResourceCollection<Feed>.Of(page, slice.Total, slice.Items);
    }

    private static async Task<IReadOnlyList<Feed>> All(SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel) =>
        (await List(Page.All, null, space, caller, feeds, cancel)).Items;

    private static Task<Feed> Get(string id, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel) =>
        SeenAsync(id, space, caller, feeds, cancel);

    private static async Task<IResult> Create(FeedInput input, SpaceContext space, Caller caller, FeedChanges changes, CancellationToken cancel)
    {
        var created = await CreateAsync(input, space, caller, changes, cancel);
        return Results.Created($"/api/{space.Id}/feeds/{created.Id}", created);
    }

    internal static async Task<Feed> CreateAsync(FeedInput input, SpaceContext space, Caller caller, FeedChanges changes, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedEdit, AccessTarget.Space(space.Id));
        if (nameof(FeedType.BuiltIn).Equals(input.FeedType, StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.BadRequest($"Space '{space.Space.Name}' ({space.Id}) has its {FeedType.BuiltIn} feed already: {Feed.BuiltInId}. There is one in each space.");
        }
        return await changes.CreateAsync(changes.Check(input, Blank(space), space), caller.Actor, cancel);
    }

    /// <summary>Before anything is said of it.</summary>
    internal static Feed Blank(SpaceContext space) => new() { Id = "", SpaceId = space.Id, Name = "", Slug = "", FeedType = FeedType.Docker };

    internal static async Task<Feed> Update(
        string id, FeedInput input, SpaceContext space, Caller caller, FeedStore feeds, FeedChanges changes, CancellationToken cancel)
    {
        var present = await EditedAsync(id, space, caller, feeds, cancel);
        return await changes.UpdateAsync(changes.Check(input, present, space), caller.Actor, cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, FeedStore feeds, FeedChanges changes, RegistryLogins logins, CancellationToken cancel)
    {
        var present = await EditedAsync(id, space, caller, feeds, cancel);
        await changes.DeleteAsync(present, caller, cancel);
        logins.Forget(present);
        return Results.Ok();
    }

    /// <summary>A registry's feed, for whoever may change it; and so whoever may have it tested, since the log tells what is in its tokens.</summary>
    internal static async Task<Feed> EditedAsync(string id, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, feeds, cancel);
        caller.Demand(Permission.FeedEdit, AccessTarget.Space(space.Id));
        return present.IsRegistry ? present : throw ApiException.BadRequest($"Feed '{Feed.BuiltInId}' is the server's own: it is made and deleted with its space, and nothing of it can be changed.");
    }
}
