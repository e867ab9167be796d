using OctoLogin.Database;

namespace OctoLogin.ServerTasks;

/// <summary>One task that this node runs, from its first line to its end, which is written only while the lease is the node's own.</summary>
internal sealed class TaskExecution(ServerTask task, TaskHold hold, ServerNode node, TaskOptions options, TaskLeases leases, TaskLogStore logs, TimeProvider clock, ILogger log)
    : IDisposable
{
    public ServerTask Task { get; } = task;

    public TaskHold Hold => hold;

    public long Lease => Task.Lease!.Value;

    /// <summary>Null: what became of the task was not for this node to say.</summary>
    public async Task<TaskState?> RunAsync(IServerTaskRunner runner)
    {
        using var ended = new CancellationTokenSource();
        var (buffer, mask) = (new LogBuffer(clock), new SecretMask());
        var writes = new TaskWrites(Task, buffer, logs, leases, hold.GivenUp, log);
        var root = ActivityLog.Start(buffer, mask, Task.Description);
        var writing = writes.WriteLogAsync(ended.Token);
        var running = new RunningTask(Task, root, mask);
        var (state, error) = await OutcomeAsync(runner, running);
        var warned = buffer.HasWarningsOrErrors;
        if (error is not null)
        {
            root.Write(state == TaskState.Canceled ? LogCategory.Info : LogCategory.Fatal, error);
        }
        root.End(state switch
        {
            TaskState.Success => warned ? ActivityStatus.SuccessWithWarning : ActivityStatus.Success,
            TaskState.Canceled => ActivityStatus.Canceled,
            _ => ActivityStatus.Failed,
        });
        await ended.CancelAsync();
        // The log is whole before the task has ended, for those who read it until then.
        await writing;
        hold.Release();
        return await writes.FinishAsync(
            new(state, state == TaskState.Canceled ? null : error, warned || state is TaskState.Failed or TaskState.TimedOut),
            state == TaskState.Success ? running.WithSuccess : null, new(TaskState.Failed, Fault, HasWarningsOrErrors: true));
    }

    /// <summary>What people are told of what the node's log says.</summary>
    private string Fault => $"Something went wrong in the server. The log of node {node.Name} has the details under {Task.Id}.";

    public void Dispose() => hold.Dispose();

    private async Task<(TaskState State, string? Error)> OutcomeAsync(IServerTaskRunner runner, RunningTask running)
    {
        try
        {
            // Not on the thread of who takes tasks, whatever a runner does before its first await.
            await System.Threading.Tasks.Task.Run(() => runner.RunAsync(running, hold.Stopped)).WaitAsync(hold.Abandoned);
            return (TaskState.Success, null);
        }
        catch (Exception fault) when (hold.Reason != StopReason.None)
        {
            log.TaskStopped(Task.Id, fault is OperationCanceledException ? "as told" : running.Mask.Apply(fault.Message));
            return hold.Reason switch
            {
                StopReason.Canceled => (TaskState.Canceled, "The task was canceled."),
                StopReason.TimeLimit => (TaskState.TimedOut, $"The task ran for longer than its limit of {ServerTask.Words(Task.TimeLimit!.Value)} and was stopped."),
                StopReason.Shutdown => (TaskState.Failed, $"The node {node.Name} was shut down while it ran the task."),
                _ => (TaskState.Failed, $"The node {node.Name} could not reach the database for {ServerTask.Words(options.StopAfter)} and stopped the task."),
            };
        }
        catch (TaskFailedException failed)
        {
            return (TaskState.Failed, LogText.Of(running.Mask.Apply(failed.Message)));
        }
        catch (Exception fault)
        {
            // As text: what an exception quotes may be a secret of the task.
            log.TaskFault(Task.Id, running.Mask.Apply(fault.ToString()));
            return (TaskState.Failed, Outage.Is(fault)
                ? "The server could not reach its database while it ran the task."
                : Fault);
        }
    }
}

internal static partial class TaskExecutionLog
{
    [LoggerMessage(LogLevel.Information, "Task {TaskId} has stopped: {How}")]
    public static partial void TaskStopped(this ILogger log, string taskId, string how);

    [LoggerMessage(LogLevel.Error, "Task {TaskId} failed by a fault of the server: {Fault}")]
    public static partial void TaskFault(this ILogger log, string taskId, string fault);
}
