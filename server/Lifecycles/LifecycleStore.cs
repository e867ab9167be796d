using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Lifecycles;

/// <summary>Writes <c>lifecycles</c> and the environments that their phases name.</summary>
public sealed class LifecycleStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, space_id, name, slug, description, phases::text as phases_json,
        release_retention_policy::text as release_retention_json, tentacle_retention_policy::text as tentacle_retention_json
        """;

    public async Task<Lifecycle?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindAsync(connection, spaceId, idOrSlug, cancel);
    }

    public Task<Lifecycle?> FindAsync(NpgsqlConnection connection, string spaceId, string idOrSlug, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Lifecycle>(new CommandDefinition(
            $"""
            select {Columns} from lifecycles where space_id = @spaceId and (id = @idOrSlug or slug = lower(@idOrSlug))
            order by id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));

    public async Task<Slice<Lifecycle>> ListAsync(string spaceId, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where space_id = @spaceId and (@Ids::text[] is null or id = any(@Ids)) and (@NameLike::text is null or name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from lifecycles {Where};
            select {Columns} from lifecycles {Where} order by lower(name) limit @Take offset @Skip
            """, new { spaceId, page.Ids, page.NameLike, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Lifecycle>()).AsList());
    }

    public async Task<Lifecycle> InsertAsync(NpgsqlConnection connection, Lifecycle lifecycle, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, lifecycle.SpaceId, "select slug from lifecycles where space_id = @scope", lifecycle.SpaceId, lifecycle.Slug, cancel);
        try
        {
            var made = await connection.QuerySingleAsync<Lifecycle>(new CommandDefinition(
                $"""
                insert into lifecycles (space_id, name, slug, description, phases, release_retention_policy, tentacle_retention_policy)
                values (@SpaceId, @Name, @Slug, @Description, @PhasesJson::jsonb, @ReleaseRetentionJson::jsonb, @TentacleRetentionJson::jsonb)
                returning {Columns}
                """, lifecycle with { Slug = slug }, cancellationToken: cancel));
            await WriteEnvironmentsAsync(connection, made, cancel);
            return made;
        }
        catch (PostgresException fault) when (fault.Violates("lifecycles_name_key"))
        {
            throw Taken(lifecycle);
        }
    }

    public async Task<Lifecycle?> UpdateAsync(NpgsqlConnection connection, Lifecycle lifecycle, CancellationToken cancel)
    {
        try
        {
            var changed = await connection.QuerySingleOrDefaultAsync<Lifecycle>(new CommandDefinition(
                $"""
                update lifecycles set name = @Name, slug = @Slug, description = @Description, phases = @PhasesJson::jsonb,
                    release_retention_policy = @ReleaseRetentionJson::jsonb, tentacle_retention_policy = @TentacleRetentionJson::jsonb
                where space_id = @SpaceId and id = @Id returning {Columns}
                """, lifecycle, cancellationToken: cancel));
            if (changed is not null)
            {
                await WriteEnvironmentsAsync(connection, changed, cancel);
            }
            return changed;
        }
        catch (PostgresException fault) when (fault.Violates("lifecycles_name_key") || fault.Violates("lifecycles_slug_key"))
        {
            throw Taken(lifecycle);
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Lifecycle lifecycle, CancellationToken cancel)
    {
        var users = (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select 'project ' || name from projects where space_id = @SpaceId and lifecycle_id = @Id
            union all
            select 'channel ' || c.name || ' of project ' || p.name from channels c join projects p on p.id = c.project_id
            where c.space_id = @SpaceId and c.lifecycle_id = @Id
            order by 1 limit 5
            """, lifecycle, cancellationToken: cancel))).AsList();
        try
        {
            return users.Count == 0
                ? await connection.ExecuteAsync(new CommandDefinition(
                    "delete from lifecycles where space_id = @SpaceId and id = @Id", lifecycle, cancellationToken: cancel)) > 0
                : throw ApiException.Conflict($"Lifecycle '{lifecycle.Name}' is in use by {Names.List(users)}. Give them another one first.");
        }
        catch (PostgresException fault) when (fault.Violates("projects_lifecycle_fkey") || fault.Violates("channels_lifecycle_fkey"))
        {
            throw ApiException.Conflict($"Lifecycle '{lifecycle.Name}' has just come into use. Give its users another one first.");
        }
    }

    private static async Task WriteEnvironmentsAsync(NpgsqlConnection connection, Lifecycle lifecycle, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                delete from lifecycle_environments where lifecycle_id = @Id;
                insert into lifecycle_environments (space_id, lifecycle_id, environment_id) select @SpaceId, @Id, unnest(@environments)
                """, new { lifecycle.Id, lifecycle.SpaceId, environments = lifecycle.EnvironmentIds() }, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("lifecycle_environments_environment_fkey"))
        {
            throw ApiException.Conflict("An environment that a phase names was deleted at this moment; read the environments again.");
        }
    }

    private static ApiException Taken(Lifecycle lifecycle) =>
        ApiException.Conflict($"There is a lifecycle with the name '{lifecycle.Name}' or the slug '{lifecycle.Slug}' in this space already.");
}
