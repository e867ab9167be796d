using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace OctoLogin.ServerTasks;

/// <summary>What nodes tell each other by PostgreSQL's NOTIFY, at the commit of what it is about.</summary>
/// <param name="TaskId">Null: the queue, not one task.</param>
public readonly record struct TaskSignal(string Kind, string? TaskId = null)
{
    public const string CancelKind = "cancel";
    public const string LogKind = "log";

    /// <summary>Something may be taken: a task was queued, or one ended that others of its key waited for.</summary>
    public static TaskSignal Queued => new("queued");

    public static TaskSignal Cancel(string taskId) => new(CancelKind, taskId);

    /// <summary>There is more in the task's log, or it has ended.</summary>
    public static TaskSignal Log(string taskId) => new(LogKind, taskId);

    public string Payload => TaskId is null ? Kind : $"{Kind} {TaskId}";

    public static TaskSignal Of(string payload) => payload.Split(' ', 2) is [var kind, var id] ? new(kind, id) : new(payload);
}

/// <summary>
/// Hears the signals of all nodes, for everybody in this process, on one connection. They only make things fast: whoever waits for one
/// also looks by itself every few seconds, so that one which is lost costs no more than that.
/// </summary>
public sealed class TaskSignals(NpgsqlDataSource database, ILogger<TaskSignals> log) : BackgroundService
{
    private const string Channel = "octologin_tasks";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Action<TaskSignal>, bool> listeners = new();

    public static Task SendAsync(NpgsqlConnection connection, TaskSignal signal, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("select pg_notify(@Channel, @Payload)", new { Channel, signal.Payload }, cancellationToken: cancel));

    /// <param name="heard">Quick, and throws nothing.</param>
    public IDisposable Listen(Action<TaskSignal> heard)
    {
        listeners[heard] = true;
        return new Listening(() => listeners.TryRemove(heard, out _));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.SignalsInterrupted(fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        connection.Notification += (_, sent) => Tell(TaskSignal.Of(sent.Payload));
        await using var listen = new NpgsqlCommand($"listen {Channel}", connection) { CommandTimeout = 5 };
        await listen.ExecuteNonQueryAsync(cancel);
        // Something may have been queued while nobody listened.
        Tell(TaskSignal.Queued);
        await using var ask = new NpgsqlCommand("select 1", connection) { CommandTimeout = 5 };
        while (true)
        {
            // A connection whose other end is gone without a word is found by asking.
            if (!await connection.WaitAsync(Heartbeat, cancel))
            {
                await ask.ExecuteScalarAsync(cancel);
            }
        }
    }

    private void Tell(TaskSignal signal)
    {
        foreach (var heard in listeners.Keys)
        {
            heard(signal);
        }
    }

    private sealed class Listening(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

internal static partial class TaskSignalsLog
{
    [LoggerMessage(LogLevel.Warning, "The signals of the task queue are interrupted; until they are back it is looked at every few seconds: {Reason}")]
    public static partial void SignalsInterrupted(this ILogger log, string reason);
}
