using Npgsql;
using OctoLogin.Database;

namespace OctoLogin.ServerTasks;

/// <summary>What one running task writes to the database: its log while it runs, and its end. An outage is waited out for as long as the task is held.</summary>
internal sealed class TaskWrites(ServerTask task, LogBuffer buffer, TaskLogStore logs, TaskLeases leases, CancellationToken givenUp, ILogger log)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    /// <summary>Lines that come within this are written together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    /// <summary>Writes the log until the task has ended and all is written, or nothing can be any more.</summary>
    public async Task WriteLogAsync(CancellationToken ended)
    {
        while (true)
        {
            await buffer.WaitAsync(ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Gathering, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isLast = ended.IsCancellationRequested;
            while (buffer.Oldest() is { Count: > 0 } entries)
            {
                // Who reads the log is told of the end anyway.
                if (!await TryAsync(() => logs.AppendAsync(task, entries, tell: !isLast, givenUp)))
                {
                    return;
                }
                buffer.Written(entries);
            }
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>What was written; null: the lease was lost, or the database did not take it in time.</summary>
    /// <param name="also">Committed with it, or null.</param>
    /// <param name="fault">What is written instead when that cannot be done.</param>
    public async Task<TaskState?> FinishAsync(TaskOutcome outcome, Func<NpgsqlConnection, CancellationToken, Task>? also, TaskOutcome fault)
    {
        var isOurs = false;
        await TryAsync(async () =>
        {
            try
            {
                isOurs = await leases.FinishAsync(task, outcome, also, givenUp);
            }
            catch (Exception bug) when (also is not null && !givenUp.IsCancellationRequested && !Outage.Is(bug))
            {
                log.TaskNotWritten(bug, task.Id);
                (outcome, also) = (fault, null);
                isOurs = await leases.FinishAsync(task, outcome, also, givenUp);
            }
        });
        if (!isOurs)
        {
            log.TaskNotOurs(task.Id, outcome.State);
        }
        return isOurs ? outcome.State : null;
    }

    /// <summary>Again and again while the database is away. False: it was not done in time.</summary>
    private async Task<bool> TryAsync(Func<Task> write)
    {
        while (!givenUp.IsCancellationRequested)
        {
            try
            {
                await write();
                return true;
            }
            catch (Exception fault) when (givenUp.IsCancellationRequested || Outage.Is(fault))
            {
                await Task.Delay(BetweenTries, givenUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                // Trying again would not help, and must not keep the task from ending.
                log.TaskNotWritten(fault, task.Id);
                return true;
            }
        }
        return false;
    }
}

internal static partial class TaskWritesLog
{
    [LoggerMessage(LogLevel.Error, "Something of task {TaskId} could not be written to the database")]
    public static partial void TaskNotWritten(this ILogger log, Exception fault, string taskId);

    [LoggerMessage(LogLevel.Warning, "Task {TaskId} ended here as {State}, which was not written now: its lease was lost, or an earlier try had written it")]
    public static partial void TaskNotOurs(this ILogger log, string taskId, TaskState state);
}
