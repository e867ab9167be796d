using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Tenants;

/// <summary>Writes <c>tenants</c>, their tags and the projects and environments that they are connected to.</summary>
public sealed class TenantStore(NpgsqlDataSource database)
{
    private static readonly TagLinks Tags = new("tenant_tags", "tenant_id");

    private static readonly string Columns =
        $"""
        t.id, t.space_id, t.name, t.slug, t.description, t.is_disabled, t.cloned_from_tenant_id, {Tags.Column("t.id")},
        coalesce((select json_object_agg(p.project_id,
            array(select e.environment_id from tenant_project_environments e where e.tenant_id = p.tenant_id and e.project_id = p.project_id
              order by length(e.environment_id), e.environment_id)
            order by length(p.project_id), p.project_id)
          from tenant_projects p where p.tenant_id = t.id), json_build_object())::text as project_environments_json
        """;

    public async Task<Tenant?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Tenant>(new CommandDefinition(
            $"""
            select {Columns} from tenants t where t.space_id = @spaceId and (t.id = @idOrSlug or t.slug = lower(@idOrSlug))
            order by t.id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    /// <summary>As a command names it: Id, name or slug, without case, in that order.</summary>
    public async Task<Tenant?> FindNamedAsync(string spaceId, string named, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Tenant>(new CommandDefinition(
            $"""
            select {Columns} from tenants t where t.space_id = @spaceId and lower(@named) in (lower(t.id), lower(t.name), t.slug)
            order by lower(t.id) = lower(@named) desc, lower(t.name) = lower(@named) desc limit 1
            """, new { spaceId, named }, cancellationToken: cancel));
    }

    /// <summary>The enabled tenants that the project is deployed for somewhere.</summary>
    public async Task<IReadOnlyList<Tenant>> ConnectedAsync(NpgsqlConnection connection, string projectId, CancellationToken cancel) =>
        (await connection.QueryAsync<Tenant>(new CommandDefinition(
            $"""
            select {Columns} from tenants t where not t.is_disabled
              and exists (select from tenant_project_environments e where e.tenant_id = t.id and e.project_id = @projectId) order by lower(t.name)
            """, new { projectId }, cancellationToken: cancel))).AsList();

    /// <summary>The tenants of the space that the tags mean (<see cref="TenantTags"/>), disabled ones too.</summary>
    public async Task<IReadOnlyList<Tenant>> WithTagsAsync(string spaceId, IReadOnlyCollection<string> tags, CancellationToken cancel)
    {
        var all = await ListAsync(spaceId, new TenantQuery(), Page.All, VisibleRows.Everything, cancel);
        return [.. all.Items.Where(tenant => tenant.Matches(tags))];
    }

    public async Task<Slice<Tenant>> ListAsync(string spaceId, TenantQuery query, Page page, VisibleRows visible, CancellationToken cancel)
    {
        const string Where =
            """
            where t.space_id = @spaceId and (@All or t.id = any(@Visible))
              and (@Ids::text[] is null or t.id = any(@Ids)) and (@NameLike::text is null or t.name ilike @NameLike)
              and (@After::text is null or lower(t.name) > lower(@After))
              and (@ProjectId::text is null or exists (select from tenant_projects p join projects r on r.id = p.project_id
                where p.tenant_id = t.id and (p.project_id = @ProjectId or r.slug = lower(@ProjectId))))
              and (@ClonedFromTenantId::text is null or t.cloned_from_tenant_id = @ClonedFromTenantId)
              and (@Name::text is null or lower(t.name) = lower(@Name)) and (@IsDisabled::boolean is null or t.is_disabled = @IsDisabled)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from tenants t {Where} and @IsCounted;
            select {Columns} from tenants t {Where} order by lower(t.name) limit @Take offset @Skip
            """,
            new
            {
                spaceId, visible.All, Visible = visible.Ids, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip,
                query.ProjectId, query.ClonedFromTenantId, query.Name, query.IsDisabled,
            },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Tenant>()).AsList());
    }

    public async Task<Tenant> InsertAsync(NpgsqlConnection connection, Tenant tenant, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, tenant.SpaceId, "select slug from tenants where space_id = @scope", tenant.SpaceId, tenant.Slug, cancel);
        try
        {
            var id = await connection.QuerySingleAsync<string>(new CommandDefinition(
                """
                insert into tenants (space_id, name, slug, description, is_disabled, cloned_from_tenant_id)
                values (@SpaceId, @Name, @Slug, @Description, @IsDisabled, @ClonedFromTenantId) returning id
                """, tenant with { Slug = slug }, cancellationToken: cancel));
            return await WriteLinksAsync(connection, tenant with { Id = id }, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, tenant) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Tenant?> UpdateAsync(NpgsqlConnection connection, Tenant tenant, CancellationToken cancel)
    {
        try
        {
            var found = await connection.ExecuteAsync(new CommandDefinition(
                """
                update tenants set name = @Name, slug = @Slug, description = @Description, is_disabled = @IsDisabled
                where space_id = @SpaceId and id = @Id
                """, tenant, cancellationToken: cancel)) > 0;
            return found ? await WriteLinksAsync(connection, tenant, cancel) : null;
        }
        catch (PostgresException fault) when (Refusal(fault, tenant) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Tenant tenant, CancellationToken cancel)
    {
        var users = (await connection.QueryAsync<(string Kind, string Name)>(new CommandDefinition(
            """
            select 'deployment target', m.name from machine_tenants x join machines m on m.id = x.machine_id where x.tenant_id = @Id
            union
            select 'account', a.name from account_tenants x join accounts a on a.id = x.account_id where x.tenant_id = @Id
            order by 1, 2 limit 5
            """, tenant, cancellationToken: cancel))).AsList();
        try
        {
            return users.Count == 0
                ? await connection.ExecuteAsync(new CommandDefinition(
                    "delete from tenants where space_id = @SpaceId and id = @Id", tenant, cancellationToken: cancel)) > 0
                : throw ApiException.Conflict($"Tenant '{tenant.Name}' is in use by {string.Join(", ", users.Select(user => $"{user.Kind} '{Printable.Of(user.Name, 100)}'"))}. Take it from these first.");
        }
        catch (PostgresException fault) when (fault.IsStillReferred())
        {
            throw ApiException.Conflict($"Tenant '{tenant.Name}' is still in use by {fault.Referrer()}. Take it from there, or delete what uses it, first.");
        }
    }

    private static async Task<Tenant> WriteLinksAsync(NpgsqlConnection connection, Tenant tenant, CancellationToken cancel)
    {
        await Tags.WriteAsync(connection, tenant.SpaceId, tenant.Id, tenant.TenantTags, cancel);
        var connected = tenant.ProjectEnvironments;
        var pairs = connected.SelectMany(entry => entry.Value.Select(environment => (Project: entry.Key, Environment: environment))).ToList();
        return await connection.QuerySingleAsync<Tenant>(new CommandDefinition(
            $"""
            delete from tenant_projects where tenant_id = @Id;
            insert into tenant_projects (space_id, tenant_id, project_id) select @SpaceId, @Id, unnest(@projects);
            insert into tenant_project_environments (space_id, tenant_id, project_id, environment_id)
            select @SpaceId, @Id, project, environment from unnest(@pairProjects, @pairEnvironments) as pair (project, environment);
            select {Columns} from tenants t where t.id = @Id
            """,
            new
            {
                tenant.Id, tenant.SpaceId, projects = connected.Keys.ToArray(),
                pairProjects = pairs.Select(pair => pair.Project).ToArray(), pairEnvironments = pairs.Select(pair => pair.Environment).ToArray(),
            }, cancellationToken: cancel));
    }

    private static ApiException? Refusal(PostgresException fault, Tenant tenant) => fault.ConstraintName switch
    {
        "tenants_name_key" or "tenants_slug_key" =>
            ApiException.Conflict($"There is a tenant with the name '{tenant.Name}' or the slug '{tenant.Slug}' in this space already."),
        "tenant_projects_project_fkey" or "tenant_project_environments_environment_fkey" =>
            ApiException.Conflict("A project or an environment that is named was deleted at this moment; read them again."),
        _ => null,
    };
}

/// <summary>What a list of tenants is asked for beside its page.</summary>
public sealed record TenantQuery(string? ProjectId = null, string? ClonedFromTenantId = null, string? Name = null, bool? IsDisabled = null);
