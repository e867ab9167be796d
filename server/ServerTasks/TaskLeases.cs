using Dapper;
using Npgsql;
using OctoLogin.Database;

namespace OctoLogin.ServerTasks;

/// <summary>Table <c>server_tasks</c> as nodes use it: who runs what, and what became of it. A task is taken once and never again.</summary>
public sealed class TaskLeases(NpgsqlDataSource database, TimeProvider clock)
{
    // The queue may be long, so only the head of each project's part of it is looked at.
    private const string ProjectsWaiting =
        """
        with recursive projects_waiting as (
          (select project_key from server_tasks where state = 'Queued' order by project_key limit 1)
          union all
          select (select t.project_key from server_tasks t where t.state = 'Queued' and t.project_key > w.project_key order by t.project_key limit 1)
          from projects_waiting w where w.project_key is not null)
        """;

    private const string Take =
        $"""
        {ProjectsWaiting},
        due as (
          select t.number, t.queue_time,
            row_number() over (partition by w.project_key order by t.queue_time, t.number)
              + (select count(*) from server_tasks r where r.state in ('Executing', 'Cancelling') and r.project_key = w.project_key) as turn,
            row_number() over (partition by coalesce(t.concurrency_key, t.number::text) order by t.queue_time, t.number) as turn_of_key
          from projects_waiting w cross join lateral (
            select q.number, q.queue_time, q.concurrency_key from server_tasks q
            where q.state = 'Queued' and q.project_key = w.project_key and q.queue_time <= @now
              and (q.queue_time_expiry is null or q.queue_time_expiry > @now) and q.name = any(@names)
              and (q.concurrency_key is null or not exists (
                select from server_tasks r where r.concurrency_key = q.concurrency_key and r.state in ('Executing', 'Cancelling')))
            order by q.queue_time, q.number limit 4 * @most) t),
        taken as (
          select q.number from server_tasks q join due d using (number)
          where d.turn_of_key = 1 and q.state = 'Queued' order by d.turn, d.queue_time, q.number limit @most for update of q skip locked)
        update server_tasks t set state = 'Executing', start_time = @now, last_updated_time = @now, node_id = @Id, node_name = @Name, take_id = @take,
          lease = nextval('server_task_leases_seq'), lease_until = clock_timestamp() + @lease
        from taken where t.number = taken.number
        returning {ServerTaskStore.Columns}
        """;

    /// <summary>
    /// Tasks that are due, leased to the node: first of the project of which the fewest run, then the oldest. One of each key at a time:
    /// two nodes that take two of one key at the same moment meet in the index server_tasks_one_of_key, and the second looks again.
    /// </summary>
    /// <param name="take">New for each call, for <see cref="PutBackAsync"/>.</param>
    public async Task<IReadOnlyList<ServerTask>> TakeAsync(ServerNode node, Guid take, string[] names, int most, TimeSpan lease, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancel);
                var taken = await connection.QueryAsync<ServerTask>(new CommandDefinition(
                    Take, new { take, names, most, lease, node.Id, node.Name, now = clock.GetUtcNow() }, cancellationToken: cancel));
                return [.. taken.OrderBy(task => task.QueueTime).ThenBy(task => task.Number)];
            }
            catch (PostgresException fault) when (fault.Violates("server_tasks_one_of_key"))
            {
                // The other node's is committed now, so that this time it is seen.
            }
        }
    }

    /// <summary>When the next task after this time is due; null: none is.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<DateTimeOffset?>(new CommandDefinition(
            $"""
            {ProjectsWaiting}
            select next.queue_time from projects_waiting w cross join lateral (
              select q.queue_time from server_tasks q where q.state = 'Queued' and q.project_key = w.project_key and q.queue_time > @after order by q.queue_time limit 1) next
            order by next.queue_time limit 1
            """, new { after }, cancellationToken: cancel));
    }

    /// <summary>Those of <paramref name="leases"/> that still are the node's, with their state: one that is missing was lost.</summary>
    public async Task<IReadOnlyDictionary<long, TaskState>> RenewAsync(ServerNode node, long[] leases, TimeSpan lease, int patienceSeconds, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var renewed = await connection.QueryAsync<ServerTaskLease>(new CommandDefinition(
            """
            update server_tasks set lease_until = clock_timestamp() + @lease
            where node_id = @Id and lease = any(@leases) and state in ('Executing', 'Cancelling') returning lease, state
            """, new { node.Id, leases, lease }, commandTimeout: patienceSeconds, cancellationToken: cancel));
        return renewed.ToDictionary(one => one.Lease, one => one.State);
    }

    /// <summary>False: the lease was lost, and somebody else has said what became of the task; then nothing of <paramref name="also"/> is there either.</summary>
    /// <param name="also">What is committed together with the end.</param>
    public async Task<bool> FinishAsync(ServerTask task, TaskOutcome outcome, Func<NpgsqlConnection, CancellationToken, Task>? also, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        if (also is null)
        {
            return await FinishAsync(connection, task, outcome, cancel);
        }
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // First: the heartbeat, which renews all tasks of the node together, waits for whoever holds the task's row.
        await also(connection, cancel);
        if (!await FinishAsync(connection, task, outcome, cancel))
        {
            return false;
        }
        await transaction.CommitAsync(cancel);
        return true;
    }

    private async Task<bool> FinishAsync(NpgsqlConnection connection, ServerTask task, TaskOutcome outcome, CancellationToken cancel) =>
        await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"""
            with ended as (
              update server_tasks t set state = @state, completed_time = @now, last_updated_time = @now, error_message = @Error,
                has_warnings_or_errors = @HasWarningsOrErrors, lease = null, lease_until = null
              where t.id = @Id and t.lease = @Lease returning t.id, t.concurrency_key)
            select count(*) from (select {TellOfEnd} from ended) told
            """,
            new { task.Id, task.Lease, state = outcome.State.ToString(), outcome.Error, outcome.HasWarningsOrErrors, now = clock.GetUtcNow() }, cancellationToken: cancel)) > 0;

    /// <summary>
    /// Puts back what a call of <see cref="TakeAsync"/> took without its caller knowing, because the answer was lost: nothing of it has begun.
    /// By the call and not by the node, since a task that has begun must never be among them.
    /// </summary>
    public async Task PutBackAsync(Guid take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update server_tasks set last_updated_time = @now, lease = null, lease_until = null, take_id = null, start_time = null, node_id = null, node_name = null,
              state = case state when 'Executing' then 'Queued' else 'Canceled' end, completed_time = case state when 'Cancelling' then @now::timestamptz end
            where take_id = @take and state in ('Executing', 'Cancelling')
            """, new { take, now = clock.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Ends the tasks whose node let their lease run out, and says how many.</summary>
    public async Task<int> FailAbandonedAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"""
            with ended as (
              update server_tasks t set state = 'Failed', completed_time = @now, last_updated_time = @now, has_warnings_or_errors = true, lease = null, lease_until = null,
                error_message = format('The node %s stopped answering at %s.', t.node_name,
                  to_char(coalesce((select n.heartbeat_at from server_nodes n where n.id = t.node_id), t.start_time) at time zone 'UTC', {TimeFormat}))
              where t.state in ('Executing', 'Cancelling') and t.lease_until < clock_timestamp() returning t.id, t.concurrency_key)
            select count(*) from (select {TellOfEnd} from ended) told
            """, new { now = clock.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Ends the tasks that were not begun in time, and says how many.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"""
            with ended as (
              update server_tasks t set state = 'TimedOut', completed_time = @now, last_updated_time = @now, has_warnings_or_errors = true,
                error_message = format('The task was to begin before %s and did not: %s.', to_char(t.queue_time_expiry at time zone 'UTC', {TimeFormat}),
                  case when exists (select from server_tasks r where r.concurrency_key = t.concurrency_key and r.state in ('Executing', 'Cancelling'))
                    then 'another that it has to wait for was still running' else 'no node was free to run it' end)
              where t.state = 'Queued' and t.queue_time_expiry <= @now returning t.id, null::text as concurrency_key)
            select count(*) from (select {TellOfEnd} from ended) told
            """, new { now = clock.GetUtcNow() }, cancellationToken: cancel));
    }

    private const string TimeFormat = "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'";

    /// <summary>Who reads the log is told, and the nodes where another task may have waited for this one.</summary>
    private const string TellOfEnd =
        "pg_notify('octologin_tasks', 'log ' || id), case when concurrency_key is not null then pg_notify('octologin_tasks', 'queued') end";

    private sealed record ServerTaskLease
    {
        public required long Lease { get; init; }
        public required TaskState State { get; init; }
    }
}

/// <summary>How a task ended.</summary>
/// <param name="Error">Null: nothing to say.</param>
public sealed record TaskOutcome(TaskState State, string? Error, bool HasWarningsOrErrors);
