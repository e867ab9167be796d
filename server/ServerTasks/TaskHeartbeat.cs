using System.Collections.Concurrent;

namespace OctoLogin.ServerTasks;

/// <summary>The tasks that this node runs, by their lease, and that it says every few seconds that it still does.</summary>
internal sealed class TaskHeartbeat(ServerNode node, TaskOptions options, TaskLeases leases, ILogger log)
{
    private readonly ConcurrentDictionary<long, (TaskExecution Execution, Task Done)> running = new();
    private long renewedAt;

    public int Count => running.Count;

    /// <summary>The database has answered lately. The machine's uptime and not the clock, which may be set back.</summary>
    public bool IsLive => Volatile.Read(ref renewedAt) is > 0 and var at && Environment.TickCount64 - at < options.StopAfter.TotalMilliseconds;

    public void Add(TaskExecution execution, Task done) => running[execution.Lease] = (execution, done);

    public void Remove(TaskExecution execution) => running.TryRemove(execution.Lease, out _);

    public void Cancel(string? taskId) => running.Values.FirstOrDefault(one => one.Execution.Task.Id == taskId).Execution?.Hold.Stop(StopReason.Canceled);

    public void StopForShutdown(TimeSpan runner, TimeSpan all)
    {
        foreach (var (execution, _) in running.Values)
        {
            execution.Hold.StopForShutdown(runner, all);
        }
    }

    public async Task WaitForEndsAsync(TimeSpan patience) =>
        await Task.WhenAll(running.Values.Select(one => one.Done)).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public async Task BeatAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await RenewAsync(cancel);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                log.NoHeartbeat(fault.Message);
            }
            catch (Exception)
            {
                return;
            }
            await Task.Delay(options.Heartbeat, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        // Before the question: one that is taken after it is none that was lost.
        var executions = running.Values.Select(one => one.Execution).ToList();
        var askedAt = Environment.TickCount64;
        var patience = Math.Max(1, (int)(2 * options.Heartbeat.TotalSeconds));
        var renewed = await leases.RenewAsync(node, [.. executions.Select(one => one.Lease)], options.Lease, patience, cancel);
        Volatile.Write(ref renewedAt, askedAt);
        foreach (var execution in executions)
        {
            if (!renewed.TryGetValue(execution.Lease, out var state))
            {
                execution.Hold.Stop(StopReason.LeaseLost);
                continue;
            }
            execution.Hold.Renewed(askedAt);
            if (state == TaskState.Cancelling)
            {
                execution.Hold.Stop(StopReason.Canceled);
            }
        }
    }
}

internal static partial class TaskHeartbeatLog
{
    [LoggerMessage(LogLevel.Warning, "The leases of this node's tasks could not be renewed, this is tried again: {Reason}")]
    public static partial void NoHeartbeat(this ILogger log, string reason);
}
