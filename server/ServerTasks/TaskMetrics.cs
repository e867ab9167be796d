using System.Diagnostics.Metrics;

namespace OctoLogin.ServerTasks;

/// <summary>What is counted of tasks. The only label is how they ended.</summary>
public sealed class TaskMetrics
{
    public const string Name = "OctoLogin.ServerTasks";

    private static readonly TaskState[] Ends = [TaskState.Success, TaskState.Failed, TaskState.Canceled, TaskState.TimedOut];

    private readonly Meter meter;
    private readonly Counter<long> finished;

    public TaskMetrics(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        finished = meter.CreateCounter<long>("octologin.tasks.finished", "{task}", "Tasks by how they ended, counted by the node that wrote it");
    }

    /// <summary>Asks for what is only known to who has it.</summary>
    /// <param name="running">On this node.</param>
    /// <param name="queue">Of all nodes; null: not known.</param>
    public void Watch(Func<int> running, Func<QueueState?> queue)
    {
        // A counter that appears with its first event is no increase to Prometheus: the first failure would pass unseen.
        foreach (var end in Ends)
        {
            Finished(end, 0);
        }
        meter.CreateObservableGauge("octologin.tasks.running", running, "{task}", "Tasks that this node runs");
        meter.CreateObservableGauge("octologin.tasks.queued", () => queue() is { } now ? [new Measurement<long>(now.Waiting)] : Array.Empty<Measurement<long>>(),
            "{task}", "Tasks of all nodes that are due and wait; absent while the database does not answer");
        meter.CreateObservableGauge("octologin.tasks.oldest.wait", () => queue() is { } now ? [new Measurement<double>(now.OldestWait.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s", "For how long the task that waits longest has been due; 0 when none waits");
    }

    public void Finished(TaskState state, int count = 1) =>
        finished.Add(count, new KeyValuePair<string, object?>("state", state switch
        {
            TaskState.Success => "success",
            TaskState.Failed => "failed",
            TaskState.Canceled => "canceled",
            _ => "timed_out",
        }));
}

/// <summary>How much is waiting, when it was read.</summary>
public sealed record QueueState(long Waiting, TimeSpan OldestWait, long ReadAt);
