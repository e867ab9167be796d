using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Channels;

public sealed class ChannelStore(NpgsqlDataSource database)
{
    private static readonly TagLinks Tags = new("channel_tags", "channel_id");

    private static readonly string Columns =
        $"""
        c.id, c.space_id, c.project_id, c.name, c.slug, c.description, c.lifecycle_id, c.is_default, c.rules::text as rules_json,
        {Tags.Column("c.id")}
        """;

    /// <param name="projectId">Null: of any project. A slug is unique only within one, so then only the Id counts.</param>
    public async Task<Channel?> FindAsync(string spaceId, string? projectId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Channel>(new CommandDefinition(
            $"""
            select {Columns} from channels c where c.space_id = @spaceId
              and ((@projectId::text is null and c.id = @idOrSlug)
                or (c.project_id = @projectId and (c.id = @idOrSlug or c.slug = lower(@idOrSlug))))
            order by c.id = @idOrSlug desc limit 1
            """, new { spaceId, projectId, idOrSlug }, cancellationToken: cancel));
    }

    /// <summary>As a command names it: Id, name or slug, without case. Null for <paramref name="named"/>: the default one.</summary>
    public Task<Channel?> FindNamedAsync(NpgsqlConnection connection, Project project, string? named, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Channel>(new CommandDefinition(
            $"""
            select {Columns} from channels c where c.project_id = @Id
              and ((@named::text is null and c.is_default) or lower(@named) in (lower(c.id), lower(c.name), c.slug))
            order by lower(c.id) = lower(@named) desc, lower(c.name) = lower(@named) desc limit 1
            """, new { project.Id, named }, cancellationToken: cancel));

    /// <param name="projectId">Null: of every project that is visible.</param>
    public async Task<Slice<Channel>> ListAsync(string spaceId, string? projectId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string From =
            """
            from channels c join projects p on p.id = c.project_id
            where c.space_id = @spaceId and (@projectId::text is null or c.project_id = @projectId)
              and (@All or p.id = any(@Visible) or p.project_group_id = any(@ProjectGroupIds))
              and (@Narrowed::text[] is null or p.id = any(@Narrowed))
              and (@Ids::text[] is null or c.id = any(@Ids)) and (@NameLike::text is null or c.name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From};
            select {Columns} {From} order by lower(p.name), lower(c.name) limit @Take offset @Skip
            """,
            new { spaceId, projectId, visible.All, Visible = visible.Ids, visible.ProjectGroupIds, visible.Narrowed, page.Ids, page.NameLike, page.Take, page.Skip },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Channel>()).AsList());
    }

    public async Task<Channel> InsertAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, channel.SpaceId, "select slug from channels where project_id = @scope", channel.ProjectId, channel.Slug, cancel);
        await MakeRoomForDefaultAsync(connection, channel, cancel);
        try
        {
            var id = await connection.QuerySingleAsync<string>(new CommandDefinition(
                """
                insert into channels (space_id, project_id, name, slug, description, lifecycle_id, is_default, rules)
                values (@SpaceId, @ProjectId, @Name, @Slug, @Description, @LifecycleId, @IsDefault, @RulesJson::jsonb) returning id
                """, channel with { Slug = slug }, cancellationToken: cancel));
            return await WriteTagsAsync(connection, channel with { Id = id }, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, channel) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Channel?> UpdateAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancel)
    {
        await MakeRoomForDefaultAsync(connection, channel, cancel);
        try
        {
            var found = await connection.ExecuteAsync(new CommandDefinition(
                """
                update channels set name = @Name, slug = @Slug, description = @Description, lifecycle_id = @LifecycleId,
                    is_default = @IsDefault, rules = @RulesJson::jsonb
                where space_id = @SpaceId and id = @Id
                """, channel, cancellationToken: cancel)) > 0;
            return found ? await WriteTagsAsync(connection, channel, cancel) : null;
        }
        catch (PostgresException fault) when (Refusal(fault, channel) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancel)
    {
        try
        {
            return await connection.ExecuteAsync(new CommandDefinition(
                "delete from channels where space_id = @SpaceId and id = @Id and not is_default", channel, cancellationToken: cancel)) > 0;
        }
        catch (PostgresException fault) when (fault.Violates("releases_channel_fkey"))
        {
            throw ApiException.Conflict($"Channel '{channel.Name}' still has releases; delete them first.");
        }
    }

    private static async Task<Channel> WriteTagsAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancel)
    {
        await Tags.WriteAsync(connection, channel.SpaceId, channel.Id, channel.TenantTags, cancel);
        return await connection.QuerySingleAsync<Channel>(new CommandDefinition(
            $"select {Columns} from channels c where c.id = @Id", channel, cancellationToken: cancel));
    }

    /// <summary>A new default channel takes the place of the present one, which is done one after the other within a project.</summary>
    private static Task<int> MakeRoomForDefaultAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancel) =>
        !channel.IsDefault ? Task.FromResult(0) : connection.ExecuteAsync(new CommandDefinition(
            """
            select from projects where id = @ProjectId for no key update;
            update channels set is_default = false where project_id = @ProjectId and is_default and id <> @Id
            """, channel, cancellationToken: cancel));

    private static ApiException? Refusal(PostgresException fault, Channel channel) => fault.ConstraintName switch
    {
        "channels_name_key" or "channels_slug_key" =>
            ApiException.Conflict($"There is a channel with the name '{channel.Name}' or the slug '{channel.Slug}' in this project already."),
        "channels_lifecycle_fkey" => ApiException.Conflict($"Lifecycle {channel.LifecycleId} was deleted at this moment."),
        "channels_project_fkey" => ApiException.Conflict($"Project {channel.ProjectId} was deleted at this moment."),
        _ => null,
    };
}
