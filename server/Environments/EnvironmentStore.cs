using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Environments;

public sealed class EnvironmentStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, space_id, name, slug, description, sort_order, use_guided_failure, allow_dynamic_infrastructure,
        extension_settings::text as extension_settings_json
        """;

    public async Task<DeploymentEnvironment?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await FindAsync(connection, spaceId, idOrSlug, cancel);
    }

    public Task<DeploymentEnvironment?> FindAsync(NpgsqlConnection connection, string spaceId, string idOrSlug, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<DeploymentEnvironment>(new CommandDefinition(
            $"""
            select {Columns} from environments where space_id = @spaceId and (id = @idOrSlug or slug = lower(@idOrSlug))
            order by id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));

    /// <summary>As a command names it: Id, name or slug, without case, in that order.</summary>
    public async Task<DeploymentEnvironment?> FindNamedAsync(string spaceId, string named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<DeploymentEnvironment>(new CommandDefinition(
            $"""
            select {Columns} from environments where space_id = @spaceId and lower(@named) in (lower(id), lower(name), slug)
            order by lower(id) = lower(@named) desc, lower(name) = lower(@named) desc limit 1
            """, new { spaceId, named }, cancellationToken: cancel));
    }

    public async Task<IReadOnlySet<string>> IdsAsync(string spaceId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            "select id from environments where space_id = @spaceId", new { spaceId }, cancellationToken: cancel))).ToHashSet();
    }

    public async Task<Slice<DeploymentEnvironment>> ListAsync(string spaceId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string Where =
            """
            where space_id = @spaceId and (@All or id = any(@Visible)) and (@Narrowed::text[] is null or id = any(@Narrowed))
              and (@Ids::text[] is null or id = any(@Ids)) and (@NameLike::text is null or name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from environments {Where};
            select {Columns} from environments {Where} order by sort_order, lower(name) limit @Take offset @Skip
            """,
            new { spaceId, visible.All, Visible = visible.Ids, visible.Narrowed, page.Ids, page.NameLike, page.Take, page.Skip },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<DeploymentEnvironment>()).AsList());
    }

    /// <param name="sortOrder">Null: after the last.</param>
    public async Task<DeploymentEnvironment> InsertAsync(
        NpgsqlConnection connection, DeploymentEnvironment environment, int? sortOrder, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, environment.SpaceId, "select slug from environments where space_id = @scope", environment.SpaceId, environment.Slug, cancel);
        var parameters = new DynamicParameters(environment with { Slug = slug });
        parameters.Add("wanted", sortOrder);
        try
        {
            return await connection.QuerySingleAsync<DeploymentEnvironment>(new CommandDefinition(
                $"""
                insert into environments (space_id, name, slug, description, sort_order, use_guided_failure, allow_dynamic_infrastructure, extension_settings)
                select @SpaceId, @Name, @Slug, @Description,
                    coalesce(@wanted::int, (select coalesce(max(sort_order) + 1, 0) from environments where space_id = @SpaceId)),
                    @UseGuidedFailure, @AllowDynamicInfrastructure, @ExtensionSettingsJson::jsonb
                returning {Columns}
                """, parameters, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("environments_name_key"))
        {
            throw Taken(environment);
        }
    }

    public async Task<DeploymentEnvironment?> UpdateAsync(NpgsqlConnection connection, DeploymentEnvironment environment, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<DeploymentEnvironment>(new CommandDefinition(
                $"""
                update environments set name = @Name, slug = @Slug, description = @Description, sort_order = @SortOrder,
                    use_guided_failure = @UseGuidedFailure, allow_dynamic_infrastructure = @AllowDynamicInfrastructure,
                    extension_settings = @ExtensionSettingsJson::jsonb
                where space_id = @SpaceId and id = @Id returning {Columns}
                """, environment, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("environments_name_key") || fault.Violates("environments_slug_key"))
        {
            throw Taken(environment);
        }
    }

    /// <summary>Numbers the environments in the order given.</summary>
    public Task SortAsync(NpgsqlConnection connection, string spaceId, string[] ids, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update environments e set sort_order = o.place - 1
            from unnest(@ids) with ordinality as o (id, place) where e.space_id = @spaceId and e.id = o.id
            """, new { spaceId, ids }, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, DeploymentEnvironment environment, CancellationToken cancel)
    {
        var users = (await connection.QueryAsync<(string Kind, string Name)>(new CommandDefinition(
            """
            select 'lifecycle', l.name from lifecycle_environments e join lifecycles l on l.id = e.lifecycle_id
            where e.space_id = @SpaceId and e.environment_id = @Id
            union
            select 'tenant', t.name from tenant_project_environments e join tenants t on t.id = e.tenant_id
            where e.space_id = @SpaceId and e.environment_id = @Id
            union
            select 'deployment target', m.name from machine_environments e join machines m on m.id = e.machine_id
            where e.space_id = @SpaceId and e.environment_id = @Id
            union
            select 'account', a.name from account_environments e join accounts a on a.id = e.account_id
            where e.space_id = @SpaceId and e.environment_id = @Id
            order by 1, 2 limit 5
            """, environment, cancellationToken: cancel))).AsList();
        try
        {
            return users.Count == 0
                ? await connection.ExecuteAsync(new CommandDefinition(
                    "delete from environments where space_id = @SpaceId and id = @Id", environment, cancellationToken: cancel)) > 0
                : throw ApiException.Conflict($"Environment '{environment.Name}' is in use by {string.Join(", ", users.Select(user => $"{user.Kind} '{Printable.Of(user.Name, 100)}'"))}. Take it out of these first.");
        }
        catch (PostgresException fault) when (fault.IsStillReferred())
        {
            throw ApiException.Conflict($"Environment '{environment.Name}' is still in use by {fault.Referrer()}. Take it out of these first.");
        }
    }

    private static ApiException Taken(DeploymentEnvironment environment) =>
        ApiException.Conflict($"There is an environment with the name '{environment.Name}' or the slug '{environment.Slug}' in this space already.");
}
