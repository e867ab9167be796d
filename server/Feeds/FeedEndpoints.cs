using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

public static class FeedEndpoints
{
    public static IServiceCollection AddFeeds(this IServiceCollection services) => services.AddSingleton<FeedStore>();

    public static void MapFeeds(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("feeds", group =>
    {
        group.MapGet("", List);
        group.MapGet("/all", All);
        group.MapGet("/{id}", Get);
        group.MapPost("", Create);
    });

    /// <summary>The feed that a path names, for whoever may see feeds.</summary>
    public static async Task<Feed> SeenAsync(string id, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        return await feeds.FindAsync(space.Id, id, cancel) ?? throw ApiException.NotFound("feed", id);
    }

    private static async Task<ResourceCollection<Feed>> List(Page page, string? feedType, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel)
    {
        caller.Demand(Permission.FeedView, AccessTarget.Space(space.Id));
        var slice = await feeds.ListAsync(space.Id, string.IsNullOrEmpty(feedType) ? null : feedType, page, cancel);
        return ResourceCollection<Feed>.Of(page, slice.Total, slice.Items);
    }

    private static async Task<IReadOnlyList<Feed>> All(SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel) =>
        (await List(Page.All, null, space, caller, feeds, cancel)).Items;

    private static Task<Feed> Get(string id, SpaceContext space, Caller caller, FeedStore feeds, CancellationToken cancel) =>
        SeenAsync(id, space, caller, feeds, cancel);

    private static Feed Create(FeedInput input, SpaceContext space, Caller caller)
    {
        caller.Demand(Permission.FeedEdit, AccessTarget.Space(space.Id));
        throw ApiException.BadRequest(nameof(FeedType.BuiltIn).Equals(input.FeedType, StringComparison.OrdinalIgnoreCase)
            ? $"Space '{space.Space.Name}' ({space.Id}) has its {FeedType.BuiltIn} feed already: {Feed.BuiltInId}. There is one in each space."
            : $"FeedType is '{Printable.Of(input.FeedType)}'; this server has only these types: {Names.List(Enum.GetNames<FeedType>())}.");
    }
}

/// <summary>What a client sends.</summary>
public sealed record FeedInput(string? Name, string? FeedType, string? SpaceId);
