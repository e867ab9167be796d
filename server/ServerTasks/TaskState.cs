namespace OctoLogin.ServerTasks;

/// <summary>Octopus's words. <c>Queued</c>, <c>Executing</c> and <c>Cancelling</c> (told to stop, and not yet ended) are followed by another.</summary>
public enum TaskState { Queued, Executing, Success, Failed, Canceled, Cancelling, TimedOut }

public static class TaskStates
{
    public static bool IsFinal(this TaskState state) => state is TaskState.Success or TaskState.Failed or TaskState.Canceled or TaskState.TimedOut;
}
