using Dapper;
using Npgsql;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Releases;

namespace OctoLogin.Deployments;

public sealed class DeploymentStore(NpgsqlDataSource database)
{
    private static readonly ExecutionRows<Deployment> Rows = new(
        """
        x.id, x.space_id, x.project_id, x.release_id, x.environment_id, x.tenant_id, x.task_id, x.name, x.comments, x.created, x.queue_time, x.queue_time_expiry,
        x.deployed_by_id, x.deployed_by, x.variable_set_snapshot_id, x.form_values::text as form_values_json, x.sealed_values, x.skip_actions, x.specific_machine_ids, x.excluded_machine_ids,
        x.force_package_download, x.force_package_redeployment, x.use_guided_failure,
        r.channel_id, r.process_snapshot_id as deployment_process_id, p.project_group_id
        """,
        "deployments x join releases r on r.id = x.release_id join projects p on p.id = x.project_id join server_tasks t on t.id = x.task_id");

    /// <summary>Of a project's deployments that succeeded: the how manieth in its place, from the newest.</summary>
    private const string Ranks =
        """
        select id, row_number() over (partition by environment_id, tenant_id order by succeeded desc, number desc) as rank
        from deployments where project_id = @projectId and succeeded is not null
        """;

    public Task<Deployment?> FindAsync(string spaceId, string id, CancellationToken cancel) => Rows.FindAsync(database, spaceId, id, cancel);

    /// <summary>Newest first.</summary>
    /// <param name="releaseIds">Null: of every release.</param>
    public Task<Slice<Deployment>> ListAsync(ExecutionQuery query, string[]? releaseIds, VisibleTargets visible, Page page, CancellationToken cancel) => Rows.ListAsync(
        database, query, visible, page,
        "(@releaseIds::text[] is null or x.release_id = any(@releaseIds)) and (@Channels::text[] is null or r.channel_id = any(@Channels))", new { releaseIds }, cancel);

    /// <summary>An Id that no other gets: the task names it before the row is there, and what is sealed is sealed for it.</summary>
    public Task<string> NextIdAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.QuerySingleAsync<string>(new CommandDefinition("select 'Deployments-' || nextval('deployments_seq')", cancellationToken: cancel));

    public async Task InsertAsync(NpgsqlConnection connection, Deployment deployment, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into deployments (number, space_id, project_id, release_id, environment_id, tenant_id, task_id, name, comments, created, queue_time, queue_time_expiry,
                    deployed_by_id, deployed_by, variable_set_snapshot_id, form_values, sealed_values, skip_actions, specific_machine_ids, excluded_machine_ids,
                    force_package_download, force_package_redeployment, use_guided_failure)
                values (cast(split_part(@Id, '-', 2) as bigint), @SpaceId, @ProjectId, @ReleaseId, @EnvironmentId, @TenantId, @TaskId, @Name, @Comments, @Created, @QueueTime, @QueueTimeExpiry,
                    @DeployedById, @DeployedBy, @VariableSetSnapshotId, @FormValuesJson::jsonb, @SealedValues, @SkipActions, @SpecificMachineIds, @ExcludedMachineIds,
                    @ForcePackageDownload, @ForcePackageRedeployment, @UseGuidedFailure)
                """, deployment, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.ConstraintName is "deployments_release_fkey" or "deployments_environment_fkey" or "deployments_tenant_fkey")
        {
            throw ApiException.Conflict("The release, an environment or a tenant was deleted at this moment; nothing is deployed.");
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Deployment deployment, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from deployments where space_id = @SpaceId and id = @Id", deployment, cancellationToken: cancel)) > 0;

    /// <summary>Its process ran to its end without a fault: the lifecycle counts it from now on.</summary>
    public Task MarkSucceededAsync(NpgsqlConnection connection, Deployment deployment, DateTimeOffset now, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            -- Two that end together are counted one after the other: the second sees that both are there.
            select from releases where id = @ReleaseId for no key update;
            update deployments set succeeded = @now where space_id = @SpaceId and id = @Id
            """, new { deployment.SpaceId, deployment.Id, deployment.ReleaseId, now }, cancellationToken: cancel));

    /// <summary>Where the release was deployed to with success, each place once.</summary>
    public async Task<IReadOnlyList<SucceededDeployment>> SucceededAsync(NpgsqlConnection connection, string releaseId, CancellationToken cancel) =>
        (await connection.QueryAsync<SucceededDeployment>(new CommandDefinition(
            "select distinct environment_id, tenant_id from deployments where release_id = @releaseId and succeeded is not null", new { releaseId }, cancellationToken: cancel))).AsList();

    /// <summary>The same of several, by release.</summary>
    public async Task<ILookup<string, SucceededDeployment>> SucceededAsync(NpgsqlConnection connection, string[] releaseIds, CancellationToken cancel) =>
        (await connection.QueryAsync<(string Release, string Environment, string? Tenant)>(new CommandDefinition(
            "select distinct release_id, environment_id, tenant_id from deployments where release_id = any(@releaseIds) and succeeded is not null", new { releaseIds }, cancellationToken: cancel)))
        .ToLookup(row => row.Release, row => new SucceededDeployment(row.Environment, row.Tenant));

    /// <summary>By the Id of each of a project's deployments that succeeded: the how manieth it is in its environment for its tenant, from the newest.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RanksAsync(NpgsqlConnection connection, string projectId, CancellationToken cancel) =>
        (await connection.QueryAsync<(string Id, long Rank)>(new CommandDefinition(Ranks, new { projectId }, cancellationToken: cancel))).ToDictionary(row => row.Id, row => row.Rank);

    /// <summary>A project's releases as retention looks at them.</summary>
    public async Task<IReadOnlyList<RetainedRelease>> RetainedAsync(NpgsqlConnection connection, string projectId, CancellationToken cancel) =>
        (await connection.QueryAsync<RetainedRelease>(new CommandDefinition(
            $"""
            select r.id, r.channel_id, greatest(r.assembled, max(d.created)) as last_used,
              coalesce(array_agg(distinct d.environment_id) filter (where d.succeeded is not null), array[]::text[]) as environment_ids,
              coalesce(bool_or((d.id is not null and t.completed_time is null) or x.rank <= 2), false) as is_held
            from releases r left join deployments d on d.release_id = r.id left join server_tasks t on t.id = d.task_id left join ({Ranks}) x on x.id = d.id
            where r.project_id = @projectId group by r.id, r.channel_id, r.assembled
            """, new { projectId }, cancellationToken: cancel))).AsList();

    /// <summary>Whether the release was to be deployed since then. Until the transaction ends it will not be.</summary>
    public async Task<bool> AnySinceAsync(NpgsqlConnection connection, Release release, DateTimeOffset since, CancellationToken cancel)
    {
        // A statement of its own: the next one sees what was committed while this one waited.
        await connection.ExecuteAsync(new CommandDefinition("select from releases where id = @Id for update", new { release.Id }, cancellationToken: cancel));
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from deployments where release_id = @Id and created >= @since)", new { release.Id, since }, cancellationToken: cancel));
    }

    /// <summary>Where the release was deployed to, or is going to be, whatever came of it.</summary>
    public async Task<IReadOnlyList<SucceededDeployment>> AttemptedAsync(NpgsqlConnection connection, string releaseId, CancellationToken cancel) =>
        (await connection.QueryAsync<SucceededDeployment>(new CommandDefinition(
            "select distinct environment_id, tenant_id from deployments where release_id = @releaseId", new { releaseId }, cancellationToken: cancel))).AsList();
}
