using Npgsql;

namespace OctoLogin.ServerTasks;

/// <summary>
/// Does the tasks of one name. Returns: the task ends as Success. <see cref="TaskFailedException"/>: Failed, with its message.
/// Anything thrown once <c>cancel</c> is signalled: what it was signalled for, Canceled or TimedOut or Failed. Anything else: Failed,
/// with a constant text; the details go to the server's log.
/// </summary>
public interface IServerTaskRunner
{
    string TaskName { get; }

    /// <param name="cancel">
    /// Signalled by a person's cancel, the time limit, a lost lease and the node's shutdown. What the task has started must have ended
    /// when this returns: until then its key is held, and nothing of the same key begins.
    /// </param>
    Task RunAsync(RunningTask task, CancellationToken cancel);
}

/// <summary>The task failed, and this is what people are told; so it holds no secret.</summary>
public sealed class TaskFailedException(string message) : Exception(message);

/// <summary>What a runner has at hand.</summary>
/// <param name="Log">The root of the task's log.</param>
/// <param name="Mask">What is added here appears in no line that is written afterwards.</param>
public sealed record RunningTask(ServerTask Task, ActivityLog Log, SecretMask Mask)
{
    /// <summary>
    /// What follows from the task's success: written on this connection, in the transaction that ends the task as Success, so that both are
    /// there or neither, whatever happens to the node. Not done when the task ends otherwise; done again when a commit was not answered and was none.
    /// </summary>
    public Func<NpgsqlConnection, CancellationToken, Task>? WithSuccess { get; set; }
}
