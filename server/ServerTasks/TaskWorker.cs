namespace OctoLogin.ServerTasks;

/// <summary>This process as a node that takes tasks and runs them, up to its cap.</summary>
public sealed class TaskWorker : BackgroundService
{
    // SIGTERM leaves 10 s for everything, of which requests in progress may take 5 and the private PostgreSQL 2.
    private static readonly TimeSpan RunnersEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndsAreWritten = TimeSpan.FromSeconds(3);

    private readonly TaskOptions options;
    private readonly TaskLeases leases;
    private readonly TaskLogStore logs;
    private readonly TaskSignals signals;
    private readonly TaskMetrics metrics;
    private readonly IHostApplicationLifetime lifetime;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly TaskHeartbeat running;
    private readonly Dictionary<string, IServerTaskRunner> runnerOf;
    private readonly QueueWatch watch;
    private readonly CancellationTokenSource stopping = new();

    public TaskWorker(
        ServerNode node, TaskOptions options, TaskLeases leases, TaskLogStore logs, TaskSignals signals, IEnumerable<IServerTaskRunner> runners,
        TaskMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<TaskWorker> log)
    {
        (Node, this.options, this.leases, this.logs, this.signals) = (node, options, leases, logs, signals);
        (this.metrics, this.lifetime, this.clock, this.log) = (metrics, lifetime, clock, log);
        runnerOf = runners.ToDictionary(runner => runner.TaskName);
        watch = new QueueWatch(leases, clock);
        running = new TaskHeartbeat(Node, options, leases, log);
    }

    public ServerNode Node { get; }

    public int Running => running.Count;

    /// <summary>It has heard of the database lately.</summary>
    public bool IsReady => running.IsLive;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Requests in progress are waited for before services are stopped; tasks are told at the same time.
        lifetime.ApplicationStopping.Register(BeginStop);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        BeginStop();
        await base.StopAsync(cancellationToken);
        // Not bounded by the host's patience, of which requests may have left nothing: what was begun here must be said to have ended.
        await running.WaitForEndsAsync(EndsAreWritten + TimeSpan.FromSeconds(1));
    }

    /// <summary>Also without having been stopped: then nothing is waited for.</summary>
    public override void Dispose()
    {
        BeginStop();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = signals.Listen(Hear);
        await Task.WhenAll(TakeAsync(), running.BeatAsync(stoppingToken));
    }

    private void BeginStop()
    {
        // Not here: what a waiting query makes of it must not keep tasks from being told.
        _ = stopping.CancelAsync();
        running.StopForShutdown(RunnersEnd, EndsAreWritten);
    }

    private void Hear(TaskSignal signal)
    {
        if (signal.Kind == TaskSignal.CancelKind)
        {
            running.Cancel(signal.TaskId);
        }
        else if (signal == TaskSignal.Queued)
        {
            watch.Wake();
        }
    }

    private async Task TakeAsync()
    {
        Guid? unanswered = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (unanswered is { } lost)
                {
                    await leases.PutBackAsync(lost, stopping.Token);
                }
                unanswered = Guid.NewGuid();
                var free = options.Concurrency - running.Count;
                var looked = clock.GetUtcNow();
                var taken = free > 0 ? await TakeAsync(unanswered.Value, free) : 0;
                unanswered = null;
                if (taken == 0)
                {
                    await watch.WaitAsync(looked, isFull: free <= 0, stopping.Token);
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.NotTaken(fault.Message);
                await Task.Delay(QueueWatch.Poll, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> TakeAsync(Guid take, int most)
    {
        var askedAt = Environment.TickCount64;
        // Not cancelled by a shutdown: what is taken must be known here.
        var taken = await leases.TakeAsync(Node, take, [.. runnerOf.Keys], most, options.Lease, CancellationToken.None);
        if (stopping.IsCancellationRequested && taken.Count > 0)
        {
            await leases.PutBackAsync(take, CancellationToken.None);
            return 0;
        }
        foreach (var task in taken)
        {
            var execution = new TaskExecution(task, new TaskHold(task, askedAt, options, clock, log), Node, options, leases, logs, clock, log);
            var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            running.Add(execution, RunAsync(execution, begin.Task));
            begin.SetResult();
        }
        if (stopping.IsCancellationRequested)
        {
            BeginStop();
        }
        return taken.Count;
    }

    private async Task RunAsync(TaskExecution execution, Task begin)
    {
        // Only when it can be found among those that run.
        await begin;
        try
        {
            if (await execution.RunAsync(runnerOf[execution.Task.Name]) is { } state)
            {
                metrics.Finished(state);
            }
        }
        catch (Exception fault)
        {
            log.TaskFault(execution.Task.Id, fault.ToString());
        }
        running.Remove(execution);
        execution.Dispose();
        watch.Wake();
    }
}

internal static partial class TaskWorkerLog
{
    [LoggerMessage(LogLevel.Warning, "No tasks can be taken now, this is tried again: {Reason}")]
    public static partial void NotTaken(this ILogger log, string reason);
}
