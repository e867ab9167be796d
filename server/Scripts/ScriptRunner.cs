using OctoLogin.ServerTasks;

namespace OctoLogin.Scripts;

/// <summary>Runs one script, in a process group and a folder of its own.</summary>
public sealed class ScriptRunner
{
    /// <summary>Returns when nothing of the script is left, however it ended.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing of it is left.</exception>
    public Task<ScriptResult> RunAsync(ScriptRequest request, ActivityLog log, SecretMask mask, CancellationToken cancel) =>
        throw new NotImplementedException();
}
