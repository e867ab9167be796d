using Dapper;
using Npgsql;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

/// <summary>Writes <c>feeds</c>; a space's built-in feed is written with the space.</summary>
public sealed class FeedStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, space_id, name, slug, feed_type, feed_uri, registry_path, api_version, region, username as "user", secret,
        oidc_authentication::text as oidc_authentication_json, revision
        """;

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
              and (@After::text is null or lower(name) > lower(@After))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from feeds {Where} and @IsCounted;
            select {Columns} from feeds {Where} order by lower(name) limit @Take offset @Skip
            """, new { spaceId, type, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Feed>()).AsList());
    }

    /// <summary>The Id of a feed that is about to be made: its secret is sealed for it.</summary>
    public Task<string> NewIdAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.QuerySingleAsync<string>(new CommandDefinition("select 'Feeds-' || nextval('feeds_seq')", cancellationToken: cancel));

    public async Task<Feed> InsertAsync(NpgsqlConnection connection, Feed feed, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(connection, feed.SpaceId, "select slug from feeds where space_id = @scope", feed.SpaceId, feed.Slug, cancel);
        return (await WriteAsync(connection, feed with { Slug = slug },
            $"""
            insert into feeds (space_id, id, name, slug, feed_type, feed_uri, registry_path, api_version, region, username, secret, oidc_authentication)
            values (@SpaceId, @Id, @Name, @Slug, @type, @FeedUri, @RegistryPath, @ApiVersion, @Region, @User, @Secret, @OidcAuthenticationJson::jsonb)
            returning {Columns}
            """, cancel))!;
    }

    /// <summary>Null: it is not there any more.</summary>
    public Task<Feed?> UpdateAsync(NpgsqlConnection connection, Feed feed, CancellationToken cancel) => WriteAsync(connection, feed,
        $"""
        update feeds set name = @Name, slug = @Slug, feed_uri = @FeedUri, registry_path = @RegistryPath, api_version = @ApiVersion, region = @Region,
            username = @User, secret = @Secret, oidc_authentication = @OidcAuthenticationJson::jsonb, revision = revision + 1
        where space_id = @SpaceId and id = @Id
        returning {Columns}
        """, cancel);

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Feed feed, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from feeds where space_id = @SpaceId and id = @Id", new { feed.SpaceId, feed.Id }, cancellationToken: cancel)) > 0;

    private static async Task<Feed?> WriteAsync(NpgsqlConnection connection, Feed feed, string sql, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<Feed>(new CommandDefinition(sql, new
            {
                feed.SpaceId, feed.Id, feed.Name, feed.Slug, type = feed.FeedType.ToString(), feed.FeedUri, feed.RegistryPath, feed.ApiVersion, feed.Region,
                feed.User, feed.Secret, feed.OidcAuthenticationJson,
            }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.ConstraintName is "feeds_name_key" or "feeds_slug_key")
        {
            throw ApiException.Conflict($"There is a feed with the name '{Printable.Of(feed.Name)}' or the slug '{feed.Slug}' in this space already.");
        }
    }
}
