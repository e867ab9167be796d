using Dapper;
using Npgsql;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Lifecycles;

namespace OctoLogin.Runbooks;

public sealed class RunbookRunStore(NpgsqlDataSource database)
{
    private static readonly ExecutionRows<RunbookRun> Rows = new(
        """
        x.id, x.space_id, x.project_id, x.runbook_id, x.runbook_snapshot_id, x.environment_id, x.tenant_id, x.task_id, x.name, x.comments, x.created, x.queue_time, x.queue_time_expiry,
        x.run_by_id, x.run_by, x.form_values::text as form_values_json, x.sealed_values, x.skip_actions, x.specific_machine_ids, x.excluded_machine_ids,
        x.force_package_download, x.use_guided_failure,
        s.process_snapshot_id as frozen_runbook_process_id, s.variable_set_snapshot_id, p.project_group_id
        """,
        "runbook_runs x join runbook_snapshots s on s.id = x.runbook_snapshot_id join projects p on p.id = x.project_id join server_tasks t on t.id = x.task_id");

    public Task<RunbookRun?> FindAsync(string spaceId, string id, CancellationToken cancel) => Rows.FindAsync(database, spaceId, id, cancel);

    /// <summary>Newest first.</summary>
    public Task<Slice<RunbookRun>> ListAsync(ExecutionQuery query, VisibleTargets visible, Page page, CancellationToken cancel) => Rows.ListAsync(
        database, query, visible, page, "(@Runbooks::text[] is null or x.runbook_id = any(@Runbooks))", new { }, cancel);

    /// <summary>An Id that no other gets: the task names it before the row is there, and what is sealed is sealed for it.</summary>
    public Task<string> NextIdAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.QuerySingleAsync<string>(new CommandDefinition("select 'RunbookRuns-' || nextval('runbook_runs_seq')", cancellationToken: cancel));

    public async Task InsertAsync(NpgsqlConnection connection, RunbookRun run, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into runbook_runs (number, space_id, project_id, runbook_id, runbook_snapshot_id, environment_id, tenant_id, task_id, name, comments, created,
                    queue_time, queue_time_expiry, run_by_id, run_by, form_values, sealed_values, skip_actions, specific_machine_ids, excluded_machine_ids,
                    force_package_download, use_guided_failure)
                values (cast(split_part(@Id, '-', 2) as bigint), @SpaceId, @ProjectId, @RunbookId, @RunbookSnapshotId, @EnvironmentId, @TenantId, @TaskId, @Name, @Comments, @Created,
                    @QueueTime, @QueueTimeExpiry, @RunById, @RunBy, @FormValuesJson::jsonb, @SealedValues, @SkipActions, @SpecificMachineIds, @ExcludedMachineIds,
                    @ForcePackageDownload, @UseGuidedFailure)
                """, run, cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.ConstraintName is "runbook_runs_runbook_fkey" or "runbook_runs_snapshot_fkey" or "runbook_runs_environment_fkey" or "runbook_runs_tenant_fkey")
        {
            throw ApiException.Conflict("The runbook, its snapshot, an environment or a tenant was deleted at this moment; nothing is run.");
        }
    }

    /// <summary>Of each environment and tenant those that the runbook no longer keeps and that have ended: their Ids, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> DeleteOldAsync(NpgsqlConnection connection, Runbook runbook, DateTimeOffset now, int most, CancellationToken cancel)
    {
        var policy = runbook.RunRetentionPolicy;
        return (await connection.QueryAsync<string>(new CommandDefinition(
            """
            delete from runbook_runs x using (
              select r.id from (
                select o.*, row_number() over (partition by o.environment_id, o.tenant_id order by o.number desc) as rank from runbook_runs o where o.runbook_id = @Id) r
              join server_tasks t on t.id = r.task_id
              where t.completed_time is not null and (r.rank > @items or r.created < @before)
              order by r.number limit @most) old
            where x.space_id = @SpaceId and x.id = old.id returning x.id
            """,
            new
            {
                runbook.SpaceId, runbook.Id, most,
                items = policy.Unit == RetentionPeriod.Items ? policy.QuantityToKeep : long.MaxValue,
                before = policy.Unit == RetentionPeriod.Items ? DateTimeOffset.MinValue : now.AddDays(-Math.Min(policy.QuantityToKeep, 36_500)),
            }, cancellationToken: cancel))).AsList();
    }
}
