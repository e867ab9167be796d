using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

public sealed class ProjectStore(NpgsqlDataSource database)
{
    private const string Columns =
        "id, space_id, name, slug, description, project_group_id, lifecycle_id, is_disabled, tenanted_deployment_mode";

    public async Task<Project?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Project>(new CommandDefinition(
            $"""
            select {Columns} from projects where space_id = @spaceId and (id = @idOrSlug or slug = lower(@idOrSlug))
            order by id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    /// <summary>
    /// As a command names it: Id, name or slug, without case. In that order, so that nobody can take over what a command
    /// means by giving a project of their own another's Id as a name.
    /// </summary>
    public async Task<Project?> FindNamedAsync(string spaceId, string named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Project>(new CommandDefinition(
            $"""
            select {Columns} from projects where space_id = @spaceId and lower(@named) in (lower(id), lower(name), slug)
            order by lower(id) = lower(@named) desc, lower(name) = lower(@named) desc limit 1
            """, new { spaceId, named }, cancellationToken: cancel));
    }

    public async Task<Slice<Project>> ListAsync(string spaceId, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string Where =
            """
            where space_id = @spaceId and (@All or id = any(@Visible) or project_group_id = any(@ProjectGroupIds))
              and (@Narrowed::text[] is null or id = any(@Narrowed))
              and (@Ids::text[] is null or id = any(@Ids)) and (@NameLike::text is null or name ilike @NameLike)
              and (@After::text is null or lower(name) > lower(@After))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from projects {Where} and @IsCounted;
            select {Columns} from projects {Where} order by lower(name) limit @Take offset @Skip
            """,
            new
            {
                spaceId, visible.All, Visible = visible.Ids, visible.ProjectGroupIds, visible.Narrowed, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip,
            },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Project>()).AsList());
    }

    /// <summary>The project, held until the transaction ends: whoever numbers its releases does so one after the other. Null: deleted.</summary>
    public Task<Project?> LockAsync(NpgsqlConnection connection, Project project, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<Project>(new CommandDefinition(
            $"select {Columns} from projects where space_id = @SpaceId and id = @Id for no key update", project, cancellationToken: cancel));

    /// <summary>Born with channel Default, an empty process and no variables, in one statement: clients rely on all three.</summary>
    public async Task<Project> InsertAsync(NpgsqlConnection connection, Project project, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, project.SpaceId, "select slug from projects where space_id = @scope", project.SpaceId, project.Slug, cancel);
        try
        {
            return await connection.QuerySingleAsync<Project>(new CommandDefinition(
                $"""
                with project as (
                  insert into projects (space_id, name, slug, description, project_group_id, lifecycle_id, is_disabled, tenanted_deployment_mode)
                  values (@SpaceId, @Name, @Slug, @Description, @ProjectGroupId, @LifecycleId, @IsDisabled, @mode)
                  returning {Columns}),
                channel as (
                  insert into channels (space_id, project_id, name, slug, is_default) select space_id, id, 'Default', 'default', true from project),
                process as (
                  insert into deployment_processes (id, space_id, project_id) select 'deploymentprocess-' || id, space_id, id from project),
                variables as (
                  insert into variable_sets (id, space_id, project_id) select 'variableset-' || id, space_id, id from project)
                select {Columns} from project
                """, Parameters(project with { Slug = slug }), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (Refusal(fault, project) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Project?> UpdateAsync(NpgsqlConnection connection, Project project, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<Project>(new CommandDefinition(
                $"""
                update projects set name = @Name, slug = @Slug, description = @Description, project_group_id = @ProjectGroupId,
                    lifecycle_id = @LifecycleId, is_disabled = @IsDisabled, tenanted_deployment_mode = @mode
                where space_id = @SpaceId and id = @Id returning {Columns}
                """, Parameters(project), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (Refusal(fault, project) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Its process, variables, channels, runbooks and releases go with it; tenants that are connected to it keep it.</summary>
    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Project project, CancellationToken cancel)
    {
        var tenants = (await connection.QueryAsync<string>(new CommandDefinition(
            "select t.name from tenant_projects p join tenants t on t.id = p.tenant_id where p.space_id = @SpaceId and p.project_id = @Id order by lower(t.name) limit 5",
            project, cancellationToken: cancel))).AsList();
        try
        {
            return tenants.Count == 0
                ? await connection.ExecuteAsync(new CommandDefinition(
                    "delete from projects where space_id = @SpaceId and id = @Id", project, cancellationToken: cancel)) > 0
                : throw ApiException.Conflict($"Project '{project.Name}' is connected to the tenants {Names.List(tenants)}. Take it from them first.");
        }
        catch (PostgresException fault) when (fault.IsStillReferred())
        {
            throw ApiException.Conflict($"Project '{project.Name}' is still in use by {fault.Referrer()}. Delete these first.");
        }
    }

    private static DynamicParameters Parameters(Project project)
    {
        var parameters = new DynamicParameters(project);
        parameters.Add("mode", project.TenantedDeploymentMode.ToString());
        return parameters;
    }

    private static ApiException? Refusal(PostgresException fault, Project project) => fault.ConstraintName switch
    {
        "projects_name_key" or "projects_slug_key" =>
            ApiException.Conflict($"There is a project with the name '{project.Name}' or the slug '{project.Slug}' in this space already."),
        "projects_group_fkey" => ApiException.Conflict($"Project group {project.ProjectGroupId} was deleted at this moment."),
        "projects_lifecycle_fkey" => ApiException.Conflict($"Lifecycle {project.LifecycleId} was deleted at this moment."),
        _ => null,
    };
}
