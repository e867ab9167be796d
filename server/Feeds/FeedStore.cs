using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>Reads <c>feeds</c>; a space's built-in feed is written with the space.</summary>
public sealed class FeedStore(NpgsqlDataSource database)
{
    private const string Columns = "id, space_id, name, slug, feed_type";

    public async Task<Feed?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Feed>(new CommandDefinition(
            $"""
            select {Columns} from feeds where space_id = @spaceId and (lower(id) = lower(@idOrSlug) or slug = lower(@idOrSlug))
            order by lower(id) = lower(@idOrSlug) desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    /// <param name="type">Null: of every type.</param>
    public async Task<Slice<Feed>> ListAsync(string spaceId, string? type, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where space_id = @spaceId and (@type::text is null or lower(feed_type) = lower(@type))
              and (@Ids::text[] is null or id = any(@Ids)) and (@NameLike::text is null or name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from feeds {Where};
            select {Columns} from feeds {Where} order by lower(name) limit @Take offset @Skip
            """, new { spaceId, type, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Feed>()).AsList());
    }
}
