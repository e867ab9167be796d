using Npgsql;

namespace OctoLogin.ServerTasks;

/// <summary>Where a use case puts what is to be done in the background, in the transaction of what it is done for.</summary>
public sealed class ServerTaskQueue(ServerTaskStore tasks, TimeProvider clock)
{
    /// <summary>The nodes are woken when the transaction commits.</summary>
    public async Task<ServerTask> EnqueueAsync(NpgsqlConnection connection, NewServerTask task, CancellationToken cancel)
    {
        var queued = await tasks.InsertAsync(connection, task, clock.GetUtcNow(), cancel);
        await TaskSignals.SendAsync(connection, TaskSignal.Queued, cancel);
        return queued;
    }
}
