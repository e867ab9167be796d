namespace OctoLogin.ServerTasks;

/// <summary>
/// What any process does for the queue, also one that runs no tasks: ends tasks whose time to begin is over and those whose node died,
/// counts what waits, and queues the removal of old logs.
/// </summary>
public sealed class TaskUpkeep(
    TaskLeases leases, ServerTaskStore tasks, ServerNodeStore nodes, RetentionSchedule retention, TaskMetrics metrics, TaskWorker worker, TimeProvider clock, ILogger<TaskUpkeep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int TicksBetweenCounts = 10;
    private const int TicksBetweenCleanings = 3600;

    /// <summary>Not at the start: then there is enough to do.</summary>
    private const int FirstCleaning = 600;

    private volatile QueueState? queue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Watch(() => worker.Running, () => queue is { } known && Environment.TickCount64 - known.ReadAt < 60_000 ? known : null);
        using var timer = new PeriodicTimer(Interval, clock);
        for (var tick = 0; ; tick++)
        {
            try
            {
                await TickAsync(tick, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotKept(fault.Message);
            }
            if (!await timer.WaitForNextTickAsync(stoppingToken))
            {
                return;
            }
        }
    }

    private async Task TickAsync(int tick, CancellationToken cancel)
    {
        metrics.Finished(TaskState.TimedOut, await leases.ExpireAsync(cancel));
        metrics.Finished(TaskState.Failed, await leases.FailAbandonedAsync(cancel));
        if (tick % TicksBetweenCounts == 0)
        {
            queue = await tasks.CountWaitingAsync(cancel);
        }
        if (tick % TicksBetweenCleanings == FirstCleaning)
        {
            await nodes.RemoveDeadAsync(cancel);
            await retention.QueueAsync(cancel);
        }
    }
}

internal static partial class TaskUpkeepLog
{
    [LoggerMessage(LogLevel.Warning, "The upkeep of the task queue was interrupted, this is tried again: {Reason}")]
    public static partial void NotKept(this ILogger log, string reason);
}
