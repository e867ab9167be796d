using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.TagSets;

/// <summary>Writes <c>tag_sets</c> and, by <see cref="TagRows"/>, the tags in them.</summary>
public sealed class TagSetStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        s.id, s.space_id, s.name, s.slug, s.description, s.sort_order,
        coalesce((select json_agg(json_build_object('Id', t.id, 'Name', t.name, 'Color', t.color, 'Description', t.description,
            'SortOrder', t.sort_order, 'CanonicalTagName', t.canonical_name) order by t.sort_order, lower(t.name))
          from tags t where t.tag_set_id = s.id), '[]')::text as tags_json
        """;

    public async Task<TagSet?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<TagSet>(new CommandDefinition(
            $"""
            select {Columns} from tag_sets s where s.space_id = @spaceId and (s.id = @idOrSlug or s.slug = lower(@idOrSlug))
            order by s.id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    public async Task<Slice<TagSet>> ListAsync(string spaceId, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where s.space_id = @spaceId and (@Ids::text[] is null or s.id = any(@Ids)) and (@NameLike::text is null or s.name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from tag_sets s {Where};
            select {Columns} from tag_sets s {Where} order by s.sort_order, lower(s.name) limit @Take offset @Skip
            """, new { spaceId, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<TagSet>()).AsList());
    }

    /// <summary>The tags of these canonical names, without case; those that do not exist are left out.</summary>
    public async Task<IReadOnlyList<string>> CanonicalNamesAsync(string spaceId, IReadOnlyCollection<string> named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            "select canonical_name from tags where space_id = @spaceId and lower(canonical_name) in (select lower(n) from unnest(@named) n)",
            new { spaceId, named = named.ToArray() }, cancellationToken: cancel))).AsList();
    }

    /// <param name="sortOrder">Null: after the last.</param>
    public async Task<TagSet> InsertAsync(NpgsqlConnection connection, TagSet set, int? sortOrder, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(connection, set.SpaceId, "select slug from tag_sets where space_id = @scope", set.SpaceId, set.Slug, cancel);
        try
        {
            var id = await connection.QuerySingleAsync<string>(new CommandDefinition(
                """
                insert into tag_sets (space_id, name, slug, description, sort_order)
                select @SpaceId, @Name, @slug, @Description, coalesce(@sortOrder::int, (select coalesce(max(sort_order) + 1, 0) from tag_sets where space_id = @SpaceId))
                returning id
                """, new { set.SpaceId, set.Name, slug, set.Description, sortOrder }, cancellationToken: cancel));
            await TagRows.WriteAsync(connection, set with { Id = id }, cancel);
            return await ReadAsync(connection, id, cancel);
        }
        catch (PostgresException fault) when (fault.Violates("tag_sets_name_key"))
        {
            throw Taken(set);
        }
    }

    public async Task<TagSet?> UpdateAsync(NpgsqlConnection connection, TagSet set, CancellationToken cancel)
    {
        try
        {
            var found = await connection.ExecuteAsync(new CommandDefinition(
                "update tag_sets set name = @Name, slug = @Slug, description = @Description, sort_order = @SortOrder where space_id = @SpaceId and id = @Id",
                set, cancellationToken: cancel)) > 0;
            if (!found)
            {
                return null;
            }
            await TagRows.WriteAsync(connection, set, cancel);
            return await ReadAsync(connection, set.Id, cancel);
        }
        catch (PostgresException fault) when (fault.Violates("tag_sets_name_key") || fault.Violates("tag_sets_slug_key"))
        {
            throw Taken(set);
        }
    }

    /// <summary>Numbers the tag sets in the order given.</summary>
    public Task SortAsync(NpgsqlConnection connection, string spaceId, string[] ids, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update tag_sets s set sort_order = o.place - 1
            from unnest(@ids) with ordinality as o (id, place) where s.space_id = @spaceId and s.id = o.id
            """, new { spaceId, ids }, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, TagSet set, CancellationToken cancel)
    {
        await TagRows.WriteAsync(connection, set with { TagsJson = "[]" }, cancel);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from tag_sets where space_id = @SpaceId and id = @Id", set, cancellationToken: cancel)) > 0;
    }

    private static Task<TagSet> ReadAsync(NpgsqlConnection connection, string id, CancellationToken cancel) =>
        connection.QuerySingleAsync<TagSet>(new CommandDefinition($"select {Columns} from tag_sets s where s.id = @id", new { id }, cancellationToken: cancel));

    private static ApiException Taken(TagSet set) =>
        ApiException.Conflict($"There is a tag set with the name '{set.Name}' or the slug '{set.Slug}' in this space already.");
}
