using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

public sealed class RunbookStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        r.id, r.space_id, r.project_id, r.name, r.slug, r.description, r.multi_tenancy_mode, r.environment_scope, r.default_guided_failure_mode,
        r.force_package_download, r.run_retention_policy::text as run_retention_json, r.connectivity_policy::text as connectivity_json,
        r.published_snapshot_id as published_runbook_snapshot_id,
        array(select e.environment_id from runbook_environments e where e.runbook_id = r.id order by e.environment_id) as environments
        """;

    /// <param name="projectId">Null: of any project. A slug is unique only within one, so then only the Id counts.</param>
    public async Task<Runbook?> FindAsync(string spaceId, string? projectId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Runbook>(new CommandDefinition(
            $"""
            select {Columns} from runbooks r where r.space_id = @spaceId
              and ((@projectId::text is null and r.id = @idOrSlug)
                or (r.project_id = @projectId and (r.id = @idOrSlug or r.slug = lower(@idOrSlug))))
            order by r.id = @idOrSlug desc limit 1
            """, new { spaceId, projectId, idOrSlug }, cancellationToken: cancel));
    }

    /// <summary>As a command names it: Id, name or slug, without case, in that order.</summary>
    public async Task<Runbook?> FindNamedAsync(string spaceId, string projectId, string named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Runbook>(new CommandDefinition(
            $"""
            select {Columns} from runbooks r where r.space_id = @spaceId and r.project_id = @projectId and lower(@named) in (lower(r.id), lower(r.name), r.slug)
            order by lower(r.id) = lower(@named) desc, lower(r.name) = lower(@named) desc limit 1
            """, new { spaceId, projectId, named }, cancellationToken: cancel));
    }

    /// <param name="projectId">Null: of every project that is visible.</param>
    public async Task<Slice<Runbook>> ListAsync(string spaceId, string? projectId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string From =
            """
            from runbooks r join projects p on p.id = r.project_id
            where r.space_id = @spaceId and (@projectId::text is null or r.project_id = @projectId)
              and (@All or p.id = any(@Visible) or p.project_group_id = any(@ProjectGroupIds))
              and (@Narrowed::text[] is null or p.id = any(@Narrowed))
              and (@Ids::text[] is null or r.id = any(@Ids)) and (@NameLike::text is null or r.name ilike @NameLike)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {From};
            select {Columns} {From} order by lower(p.name), lower(r.name) limit @Take offset @Skip
            """,
            new { spaceId, projectId, visible.All, Visible = visible.Ids, visible.ProjectGroupIds, visible.Narrowed, page.Ids, page.NameLike, page.Take, page.Skip },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Runbook>()).AsList());
    }

    /// <summary>Born with an empty process, in one statement: clients rely on it.</summary>
    public async Task<Runbook> InsertAsync(NpgsqlConnection connection, Runbook runbook, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, runbook.SpaceId, "select slug from runbooks where project_id = @scope", runbook.ProjectId, runbook.Slug, cancel);
        try
        {
            var made = await connection.QuerySingleAsync<Runbook>(new CommandDefinition(
                $"""
                with r as (
                  insert into runbooks (space_id, project_id, name, slug, description, multi_tenancy_mode, environment_scope,
                    default_guided_failure_mode, force_package_download, run_retention_policy, connectivity_policy)
                  values (@SpaceId, @ProjectId, @Name, @Slug, @Description, @mode, @scope, @guided, @ForcePackageDownload,
                    @RunRetentionJson::jsonb, @ConnectivityJson::jsonb)
                  returning *),
                process as (
                  insert into deployment_processes (id, space_id, project_id, runbook_id) select 'RunbookProcess-' || id, space_id, project_id, id from r)
                select {Columns} from r
                """, Parameters(runbook with { Slug = slug }), cancellationToken: cancel));
            return await WriteEnvironmentsAsync(connection, made, runbook.Environments, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, runbook) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Runbook?> UpdateAsync(NpgsqlConnection connection, Runbook runbook, CancellationToken cancel)
    {
        try
        {
            var changed = await connection.QuerySingleOrDefaultAsync<Runbook>(new CommandDefinition(
                $"""
                update runbooks r set name = @Name, slug = @Slug, description = @Description, multi_tenancy_mode = @mode, environment_scope = @scope,
                    default_guided_failure_mode = @guided, force_package_download = @ForcePackageDownload,
                    run_retention_policy = @RunRetentionJson::jsonb, connectivity_policy = @ConnectivityJson::jsonb
                where r.space_id = @SpaceId and r.id = @Id returning {Columns}
                """, Parameters(runbook), cancellationToken: cancel));
            return changed is null ? null : await WriteEnvironmentsAsync(connection, changed, runbook.Environments, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, runbook) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <param name="snapshotId">One of the runbook's own.</param>
    public async Task<Runbook?> PublishAsync(NpgsqlConnection connection, Runbook runbook, string snapshotId, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<Runbook>(new CommandDefinition(
            $"update runbooks r set published_snapshot_id = @snapshotId where r.space_id = @SpaceId and r.id = @Id returning {Columns}",
            new { runbook.SpaceId, runbook.Id, snapshotId }, cancellationToken: cancel));

    /// <summary>Its process and snapshots go with it.</summary>
    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Runbook runbook, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from runbooks where space_id = @SpaceId and id = @Id", new { runbook.SpaceId, runbook.Id }, cancellationToken: cancel)) > 0;

    private static async Task<Runbook> WriteEnvironmentsAsync(NpgsqlConnection connection, Runbook runbook, string[] environments, CancellationToken cancel)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from runbook_environments where runbook_id = @Id;
            insert into runbook_environments (space_id, runbook_id, environment_id) select @SpaceId, @Id, unnest(@environments)
            """, new { runbook.Id, runbook.SpaceId, environments }, cancellationToken: cancel));
        return runbook with { Environments = [.. environments.Order(StringComparer.Ordinal)] };
    }

    private static DynamicParameters Parameters(Runbook runbook)
    {
        var parameters = new DynamicParameters(runbook);
        parameters.Add("mode", runbook.MultiTenancyMode.ToString());
        parameters.Add("scope", runbook.EnvironmentScope.ToString());
        parameters.Add("guided", runbook.DefaultGuidedFailureMode.ToString());
        return parameters;
    }

    private static ApiException? Refusal(PostgresException fault, Runbook runbook) => fault.ConstraintName switch
    {
        "runbooks_name_key" or "runbooks_slug_key" =>
            ApiException.Conflict($"There is a runbook with the name '{runbook.Name}' or the slug '{runbook.Slug}' in this project already."),
        "runbooks_project_fkey" => ApiException.Conflict($"Project {runbook.ProjectId} was deleted at this moment."),
        "runbook_environments_environment_fkey" => ApiException.Conflict("An environment that the runbook names was deleted at this moment; read the environments again."),
        _ => null,
    };
}
