namespace OctoLogin.ServerTasks;

/// <summary>Why a task was told to stop.</summary>
internal enum StopReason { None, Canceled, TimeLimit, Shutdown, DatabaseGone, LeaseLost }

/// <summary>For how long a node holds a task: what makes it stop, and until when its end may still be written.</summary>
internal sealed class TaskHold : IDisposable
{
    private readonly ServerTask task;
    private readonly TaskOptions options;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource abandon = new();
    private readonly CancellationTokenSource giveUp = new();
    private readonly Timer stopUnlessRenewed;
    private readonly ITimer? limit;
    private readonly Lock gate = new();
    private volatile StopReason reason;
    private bool isShuttingDown;
    private bool isReleased;

    /// <param name="takenAt">The machine's uptime when the task was asked for.</param>
    public TaskHold(ServerTask task, long takenAt, TaskOptions options, TimeProvider clock, ILogger log)
    {
        (this.task, this.options, this.log) = (task, options, log);
        stopUnlessRenewed = new Timer(_ => Stop(StopReason.DatabaseGone));
        Renewed(takenAt);
        limit = task.TimeLimit is { } time ? clock.CreateTimer(_ => Stop(StopReason.TimeLimit), null, time, Timeout.InfiniteTimeSpan) : null;
    }

    public StopReason Reason => reason;

    /// <summary>The runner must end what it has started.</summary>
    public CancellationToken Stopped => stop.Token;

    /// <summary>The runner is waited for no longer: the process ends.</summary>
    public CancellationToken Abandoned => abandon.Token;

    /// <summary>The database has not taken the end in time, or somebody else has said what became of the task.</summary>
    public CancellationToken GivenUp => giveUp.Token;

    /// <param name="askedAt">The machine's uptime when the renewal was asked for.</param>
    public void Renewed(long askedAt) => WhileHeld(() =>
    {
        var since = TimeSpan.FromMilliseconds(Environment.TickCount64 - askedAt);
        stopUnlessRenewed.Change(Positive(options.StopAfter - since), Timeout.InfiniteTimeSpan);
        if (!isShuttingDown)
        {
            giveUp.CancelAfter(Positive(options.Lease - since));
        }
    });

    /// <summary>The first reason counts. Returns at once, whatever the runner does about it.</summary>
    public void Stop(StopReason why) => WhileHeld(() =>
    {
        if (reason == StopReason.None)
        {
            reason = why;
            log.TaskStopping(task.Id, why);
            _ = stop.CancelAsync();
        }
        if (why == StopReason.LeaseLost)
        {
            _ = giveUp.CancelAsync();
        }
    });

    /// <summary>The first time counts.</summary>
    /// <param name="runner">For the runner to end.</param>
    /// <param name="all">Until the end must be written.</param>
    public void StopForShutdown(TimeSpan runner, TimeSpan all) => WhileHeld(() =>
    {
        Stop(StopReason.Shutdown);
        if (!isShuttingDown)
        {
            isShuttingDown = true;
            abandon.CancelAfter(runner);
            giveUp.CancelAfter(all);
        }
    });

    /// <summary>The end is being written: a renewal that no longer finds the lease says nothing from here on.</summary>
    public void Release()
    {
        lock (gate)
        {
            isReleased = true;
        }
    }

    public void Dispose()
    {
        Release();
        stopUnlessRenewed.Dispose();
        limit?.Dispose();
        stop.Dispose();
        abandon.Dispose();
        giveUp.Dispose();
    }

    private void WhileHeld(Action what)
    {
        lock (gate)
        {
            if (!isReleased)
            {
                what();
            }
        }
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}

internal static partial class TaskHoldLog
{
    [LoggerMessage(LogLevel.Information, "Task {TaskId} is told to stop: {Reason}")]
    public static partial void TaskStopping(this ILogger log, string taskId, StopReason reason);
}
