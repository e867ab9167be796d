using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Executions;
using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>Does the task <c>Deploy</c>: reads all that the deployment needs, runs its process, and tells the lifecycle.</summary>
public sealed class DeploymentRunner(DeploymentPreparation preparation, ProcessExecution process, DeploymentCompletion completion) : IServerTaskRunner
{
    public const string Name = "Deploy";

    public string TaskName => Name;

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        var arguments = JsonSerializer.Deserialize<DeploymentArguments>(task.Task.ArgumentsJson)!;
        var prepared = await Outage.WaitAsync(() => preparation.PrepareAsync(task.Task, arguments.DeploymentId, cancel), cancel)
            ?? throw new TaskFailedException($"{arguments.DeploymentId}, its release, environment or tenant was deleted before it began.");
        await process.RunAsync(prepared.Run, task, cancel);
        task.WithSuccess = (connection, stop) => completion.CompleteAsync(connection, prepared, stop);
    }

    private sealed record DeploymentArguments(string DeploymentId);
}
