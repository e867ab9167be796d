using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.TagSets;

namespace OctoLogin.Machines;

/// <summary>Writes <c>machines</c> and the environments, tenants and tags that they are for.</summary>
public sealed class MachineStore(NpgsqlDataSource database)
{
    private static readonly TagLinks Tags = new("machine_tags", "machine_id");

    private static readonly string Columns =
        $"""
        m.id, m.space_id, m.name, m.slug, m.is_disabled, m.roles, m.tenanted_deployment_participation, m.endpoint::text as endpoint_json, m.account_id as used_account_id,
        m.machine_policy_id, m.thumbprint, m.uri, m.health_status, m.status_summary, {Tags.Column("m.id")},
        array(select e.environment_id from machine_environments e where e.machine_id = m.id order by length(e.environment_id), e.environment_id) as environment_ids,
        array(select t.tenant_id from machine_tenants t where t.machine_id = m.id order by length(t.tenant_id), t.tenant_id) as tenant_ids
        """;

    public async Task<Machine?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Machine>(new CommandDefinition(
            $"""
            select {Columns} from machines m where m.space_id = @spaceId and (m.id = @idOrSlug or m.slug = lower(@idOrSlug))
            order by m.id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }

    public async Task<Slice<Machine>> ListAsync(string spaceId, MachineQuery query, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where m.space_id = @spaceId and (@Ids::text[] is null or m.id = any(@Ids)) and (@NameLike::text is null or m.name ilike @NameLike)
              and (@After::text is null or lower(m.name) > lower(@After))
              and (@Name::text is null or lower(m.name) = lower(@Name)) and (@Thumbprint::text is null or m.thumbprint = @Thumbprint)
              and (@Roles::text[] is null or exists (select from unnest(m.roles) r, unnest(@Roles) w where lower(r) = lower(w)))
              and (@EnvironmentIds::text[] is null or exists (select from machine_environments e where e.machine_id = m.id and e.environment_id = any(@EnvironmentIds)))
              and (@TenantIds::text[] is null or exists (select from machine_tenants t where t.machine_id = m.id and t.tenant_id = any(@TenantIds)))
              and (@TenantTags::text[] is null or exists (select from machine_tags x join tags g on g.id = x.tag_id, unnest(@TenantTags) w
                where x.machine_id = m.id and lower(g.canonical_name) = lower(w)))
              and (@HealthStatuses::text[] is null or m.health_status = any(@HealthStatuses))
              and (@CommStyles::text[] is null or (m.endpoint ->> 'CommunicationStyle') = any(@CommStyles))
              and (@IsDisabled::boolean is null or m.is_disabled = @IsDisabled)
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        var parameters = new DynamicParameters(query);
        parameters.AddDynamicParams(new { spaceId, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip });
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from machines m {Where} and @IsCounted;
            select {Columns} from machines m {Where} order by lower(m.name) limit @Take offset @Skip
            """, parameters, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Machine>()).AsList());
    }

    /// <summary>The targets that a step for these roles runs for: enabled, in the environment, with any of the roles, serving the tenant.</summary>
    /// <param name="tenantId">Null: a deployment for no tenant.</param>
    /// <param name="tenantTags">Those that the tenant has.</param>
    /// <param name="roles">Empty: of any role.</param>
    public async Task<IReadOnlyList<Machine>> ForDeploymentAsync(
        string spaceId, string environmentId, string? tenantId, IReadOnlyCollection<string> tenantTags, IReadOnlyCollection<string> roles, CancellationToken cancel)
    {
        var query = new MachineQuery { EnvironmentIds = [environmentId], Roles = roles.Count == 0 ? null : [.. roles], IsDisabled = false };
        var slice = await ListAsync(spaceId, query, Page.All, cancel);
        return [.. slice.Items.Where(machine => machine.Serves(tenantId, tenantTags))];
    }

    public async Task<Machine> InsertAsync(NpgsqlConnection connection, Machine machine, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, machine.SpaceId, "select slug from machines where space_id = @scope", machine.SpaceId, machine.Slug, cancel);
        try
        {
            var id = await connection.QuerySingleAsync<string>(new CommandDefinition(
                """
                insert into machines (space_id, name, slug, is_disabled, roles, tenanted_deployment_participation, endpoint, account_id, machine_policy_id, thumbprint, uri)
                values (@SpaceId, @Name, @Slug, @IsDisabled, @Roles, @participation, @EndpointJson::json, @UsedAccountId, @MachinePolicyId, @Thumbprint, @Uri)
                returning id
                """, Parameters(machine with { Slug = slug }), cancellationToken: cancel));
            return await WriteLinksAsync(connection, machine with { Id = id }, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, machine) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Machine?> UpdateAsync(NpgsqlConnection connection, Machine machine, CancellationToken cancel)
    {
        try
        {
            var found = await connection.ExecuteAsync(new CommandDefinition(
                """
                update machines set name = @Name, slug = @Slug, is_disabled = @IsDisabled, roles = @Roles, tenanted_deployment_participation = @participation,
                    endpoint = @EndpointJson::json, account_id = @UsedAccountId, machine_policy_id = @MachinePolicyId, thumbprint = @Thumbprint, uri = @Uri,
                    -- What was found of another endpoint says nothing of this one.
                    health_status = case when endpoint::text = @EndpointJson then health_status else 'Unknown' end,
                    status_summary = case when endpoint::text = @EndpointJson then status_summary end
                where space_id = @SpaceId and id = @Id
                """, Parameters(machine), cancellationToken: cancel)) > 0;
            return found ? await WriteLinksAsync(connection, machine, cancel) : null;
        }
        catch (PostgresException fault) when (Refusal(fault, machine) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Keeps what was found, and says what was known before. Null: the target is gone, or is another by now.</summary>
    /// <param name="machine">As it was looked at.</param>
    public Task<string?> SetHealthAsync(NpgsqlConnection connection, Machine machine, MachineHealth health, CancellationToken cancel) =>
        connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            """
            update machines m set health_status = @Status, status_summary = @Summary
            from (select id, health_status from machines where space_id = @SpaceId and id = @Id and endpoint::text = @EndpointJson for update) known
            where m.id = known.id returning known.health_status
            """, new { machine.SpaceId, machine.Id, machine.EndpointJson, health.Status, health.Summary }, cancellationToken: cancel));

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Machine machine, CancellationToken cancel)
    {
        try
        {
            return await connection.ExecuteAsync(new CommandDefinition(
                "delete from machines where space_id = @SpaceId and id = @Id", machine, cancellationToken: cancel)) > 0;
        }
        catch (PostgresException fault) when (fault.IsStillReferred())
        {
            throw ApiException.Conflict($"Deployment target '{machine.Name}' is still in use by {fault.Referrer()}. Take it from there first.");
        }
    }

    private static async Task<Machine> WriteLinksAsync(NpgsqlConnection connection, Machine machine, CancellationToken cancel)
    {
        await Tags.WriteAsync(connection, machine.SpaceId, machine.Id, machine.TenantTags, cancel);
        return await connection.QuerySingleAsync<Machine>(new CommandDefinition(
            $"""
            delete from machine_environments where machine_id = @Id;
            insert into machine_environments (space_id, machine_id, environment_id) select @SpaceId, @Id, unnest(@EnvironmentIds);
            delete from machine_tenants where machine_id = @Id;
            insert into machine_tenants (space_id, machine_id, tenant_id) select @SpaceId, @Id, unnest(@TenantIds);
            select {Columns} from machines m where m.id = @Id
            """, new { machine.Id, machine.SpaceId, machine.EnvironmentIds, machine.TenantIds }, cancellationToken: cancel));
    }

    private static object Parameters(Machine machine) => new
    {
        machine.Id, machine.SpaceId, machine.Name, machine.Slug, machine.IsDisabled, machine.Roles, machine.EndpointJson, machine.UsedAccountId,
        machine.MachinePolicyId, machine.Thumbprint, machine.Uri, participation = machine.TenantedDeploymentParticipation.ToString(),
    };

    private static ApiException? Refusal(PostgresException fault, Machine machine) => fault.ConstraintName switch
    {
        "machines_name_key" or "machines_slug_key" =>
            ApiException.Conflict($"There is a deployment target with the name '{machine.Name}' or the slug '{machine.Slug}' in this space already."),
        "machine_environments_environment_fkey" or "machine_tenants_tenant_fkey" =>
            ApiException.Conflict("An environment or a tenant that is named was deleted at this moment; read them again."),
        "machines_account_fkey" => ApiException.Conflict("The account that the endpoint names was deleted at this moment; read the accounts again."),
        _ => null,
    };
}
