using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.ServerTasks;

/// <summary>Table <c>server_tasks</c> as people use it: queued, read, told to stop. What nodes do with it is in <see cref="TaskLeases"/>.</summary>
public sealed class ServerTaskStore(NpgsqlDataSource database, TimeProvider clock)
{
    internal const string Columns =
        """
        t.number, t.id, t.space_id, t.name, t.description, t.state, t.queue_time, t.queue_time_expiry, t.start_time, t.completed_time, t.last_updated_time,
        t.error_message, t.has_warnings_or_errors, t.project_id, t.environment_id, t.tenant_id, t.node_name, t.arguments::text as arguments_json,
        t.concurrency_key, t.time_limit, t.lease,
        (select p.project_group_id from projects p where p.id = t.project_id) as project_group_id
        """;

    /// <param name="spaceId">Null: whichever space it is of.</param>
    public async Task<ServerTask?> FindAsync(string? spaceId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return Read(await connection.QuerySingleOrDefaultAsync<ServerTask>(new CommandDefinition(
            $"select {Columns} from server_tasks t where t.id = @id and (@spaceId::text is null or t.space_id = @spaceId)", new { spaceId, id }, cancellationToken: cancel)));
    }

    /// <summary>Newest first.</summary>
    public async Task<Slice<ServerTask>> ListAsync(TaskFilter filter, VisibleTargets visible, Page page, CancellationToken cancel)
    {
        var from = From(visible);
        await using var connection = await database.OpenConnectionAsync(cancel);
        var parameters = new DynamicParameters(filter);
        parameters.AddDynamicParams(visible.Parameters);
        parameters.AddDynamicParams(new { page.Ids, page.NameLike, page.Take, page.Skip });
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) {from};
            select {Columns} {from} order by t.number desc limit @Take offset @Skip
            """, parameters, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, [.. (await results.ReadAsync<ServerTask>()).Select(task => Read(task)!)]);
    }

    /// <summary>The newest, without counting the others: how a person leafs through them.</summary>
    public async Task<IReadOnlyList<ServerTask>> NewestAsync(TaskFilter filter, VisibleTargets visible, string? nameLike, int most, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var parameters = new DynamicParameters(filter);
        parameters.AddDynamicParams(visible.Parameters);
        parameters.AddDynamicParams(new { Ids = (string[]?)null, NameLike = nameLike, most });
        return [.. (await connection.QueryAsync<ServerTask>(new CommandDefinition(
            $"select {Columns} {From(visible)} order by t.number desc limit @most", parameters, cancellationToken: cancel))).Select(task => Read(task)!)];
    }

    private static string From(VisibleTargets visible) =>
        $"""
        from server_tasks t left join projects p on p.id = t.project_id
        where {visible.Condition("t", "p")}
          and (@Ids::text[] is null or t.id = any(@Ids)) and (@NameLike::text is null or t.description ilike @NameLike)
          and (@Names::text[] is null or t.name = any(@Names)) and (@States::text[] is null or t.state = any(@States))
          and (@Projects::text[] is null or t.project_id = any(@Projects))
          and (@Environments::text[] is null or t.environment_id = any(@Environments))
          and (@Tenants::text[] is null or t.tenant_id = any(@Tenants))
          and (@Nodes::text[] is null or t.node_name = any(@Nodes))
          and (@Before::bigint is null or t.number < @Before)
        """;

    internal async Task<ServerTask> InsertAsync(NpgsqlConnection connection, NewServerTask task, DateTimeOffset now, CancellationToken cancel) =>
        Read(await connection.QuerySingleAsync<ServerTask>(new CommandDefinition(
            $"""
            insert into server_tasks as t (space_id, name, description, arguments, project_id, environment_id, tenant_id, concurrency_key, time_limit,
                queue_time, queue_time_expiry, last_updated_time)
            values (@SpaceId, @Name, @Description, @ArgumentsJson::json, @ProjectId, @EnvironmentId, @TenantId, @ConcurrencyKey, @TimeLimit,
                coalesce(@QueueTime::timestamptz, @now), @QueueTimeExpiry, @now)
            returning {Columns}
            """,
            new
            {
                task.SpaceId, task.Name, task.Description, task.ArgumentsJson, task.ProjectId, task.EnvironmentId, task.TenantId, task.ConcurrencyKey, task.TimeLimit,
                task.QueueTime, task.QueueTimeExpiry, now,
            }, cancellationToken: cancel)))!;

    /// <summary>One that waits ends as Canceled; one that runs becomes Cancelling, which its node is told. Null: it was neither.</summary>
    public async Task<ServerTask?> CancelAsync(NpgsqlConnection connection, ServerTask task, CancellationToken cancel)
    {
        var canceled = Read(await connection.QuerySingleOrDefaultAsync<ServerTask>(new CommandDefinition(
            $"""
            update server_tasks t set last_updated_time = @now,
                state = case state when 'Queued' then 'Canceled' else 'Cancelling' end,
                completed_time = case state when 'Queued' then @now::timestamptz end
            where t.space_id = @SpaceId and t.id = @Id and t.state in ('Queued', 'Executing') returning {Columns}
            """, new { task.SpaceId, task.Id, now = clock.GetUtcNow() }, cancellationToken: cancel)));
        if (canceled is not null)
        {
            await TaskSignals.SendAsync(connection, canceled.IsCompleted ? TaskSignal.Log(canceled.Id) : TaskSignal.Cancel(canceled.Id), cancel);
        }
        return canceled;
    }

    public async Task<QueueState> CountWaitingAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancel);
        var (waiting, oldest) = await connection.QuerySingleAsync<(long, DateTimeOffset?)>(new CommandDefinition(
            "select count(*), min(queue_time) from server_tasks where state = 'Queued' and queue_time <= @now", new { now }, cancellationToken: cancel));
        return new(waiting, oldest is { } since ? now - since : TimeSpan.Zero, Environment.TickCount64);
    }

    public Task<bool> AnyQueuedSinceAsync(NpgsqlConnection connection, string name, DateTimeOffset since, CancellationToken cancel) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from server_tasks where name = @name and queue_time > @since)", new { name, since }, cancellationToken: cancel));

    /// <summary>The numbers of tasks that ended before and have their logs, held until the transaction ends.</summary>
    public async Task<long[]> OldAsync(NpgsqlConnection connection, DateTimeOffset before, int most, CancellationToken cancel) =>
        [.. await connection.QueryAsync<long>(new CommandDefinition(
            "select number from server_tasks where not log_removed and completed_time < @before order by completed_time limit @most for update skip locked",
            new { before, most }, cancellationToken: cancel))];

    /// <summary>The tasks that are of no project go with their logs.</summary>
    public Task LogsRemovedAsync(NpgsqlConnection connection, long[] numbers, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update server_tasks set log_removed = true where number = any(@numbers) and project_id is not null;
            delete from server_tasks where number = any(@numbers) and project_id is null
            """, new { numbers }, cancellationToken: cancel));

    private ServerTask? Read(ServerTask? row) => row is null ? null : row with { ReadAt = clock.GetUtcNow() };
}

/// <summary>Which tasks are wanted; null in any part means all.</summary>
public sealed record TaskFilter
{
    public string[]? Names { get; init; }
    public string[]? States { get; init; }
    public string[]? Projects { get; init; }
    public string[]? Environments { get; init; }
    public string[]? Tenants { get; init; }
    public string[]? Nodes { get; init; }

    /// <summary>Only older ones than the task of this number.</summary>
    public long? Before { get; init; }
}
