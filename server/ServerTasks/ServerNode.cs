using Dapper;
using Npgsql;

namespace OctoLogin.ServerTasks;

/// <summary>A process of the server. One that starts again is another node, whatever it is called.</summary>
/// <param name="Serves">It answers requests.</param>
/// <param name="RunsTasks">It takes tasks of the queue.</param>
public sealed record ServerNode(Guid Id, string Name, bool Serves = true, bool RunsTasks = true);

/// <summary>Table <c>server_nodes</c>. Its times are the database's.</summary>
public sealed class ServerNodeStore(NpgsqlDataSource database)
{
    /// <summary>Says that the node is there; the first time, that it has started.</summary>
    public async Task BeatAsync(ServerNode node, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into server_nodes (id, name, serves, runs_tasks, started_at, heartbeat_at) values (@Id, @Name, @Serves, @RunsTasks, clock_timestamp(), clock_timestamp())
            on conflict (id) do update set heartbeat_at = clock_timestamp()
            """, node, cancellationToken: cancel));
    }

    public async Task RemoveAsync(ServerNode node, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition("delete from server_nodes where id = @Id", node, cancellationToken: cancel));
    }

    /// <summary>The ones heard of within a day, the latest start first.</summary>
    public async Task<IReadOnlyList<SeenNode>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<SeenNode>(new CommandDefinition(
            """
            select n.id, n.name, n.serves, n.runs_tasks, n.started_at, n.heartbeat_at, extract(epoch from clock_timestamp() - n.heartbeat_at)::int as silent_seconds,
              (select count(*) from server_tasks t where t.node_id = n.id and t.state in ('Executing', 'Cancelling')) as tasks
            from server_nodes n order by n.started_at desc limit 100
            """, cancellationToken: cancel))).AsList();
    }

    /// <summary>Those that have not been heard of for a day.</summary>
    public async Task RemoveDeadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition("delete from server_nodes where heartbeat_at < now() - interval '1 day'", cancellationToken: cancel));
    }
}

/// <summary>A row of <c>server_nodes</c>. Its times are the database's.</summary>
public sealed record SeenNode
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>It answers requests.</summary>
    public required bool Serves { get; init; }

    /// <summary>It takes tasks of the queue.</summary>
    public required bool RunsTasks { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset HeartbeatAt { get; init; }
    public required int SilentSeconds { get; init; }

    /// <summary>That it runs now.</summary>
    public required long Tasks { get; init; }
}
