using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Executions;
using OctoLogin.ServerTasks;

namespace OctoLogin.Runbooks;

/// <summary>Does the task <c>RunbookRun</c>: reads what was frozen in the snapshot and runs it.</summary>
public sealed class RunbookRunRunner(RunbookRunStore runs, RunbookStore runbooks, RunbookSnapshotStore snapshots, ProcessRunReader reader, ProcessExecution process) : IServerTaskRunner
{
    public const string Name = "RunbookRun";

    public string TaskName => Name;

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        var arguments = JsonSerializer.Deserialize<RunArguments>(task.Task.ArgumentsJson)!;
        var run = await Outage.WaitAsync(() => PrepareAsync(task.Task, arguments.RunbookRunId, cancel), cancel)
            ?? throw new TaskFailedException($"{arguments.RunbookRunId}, its runbook, environment or tenant was deleted before it began.");
        await process.RunAsync(run, task, cancel);
    }

    private async Task<ProcessRun?> PrepareAsync(ServerTask task, string runId, CancellationToken cancel)
    {
        if (await runs.FindAsync(task.SpaceId, runId, cancel) is not { } run
            || await runbooks.FindAsync(task.SpaceId, run.ProjectId, run.RunbookId, cancel) is not { } runbook
            || await snapshots.FindAsync(task.SpaceId, run.RunbookSnapshotId, cancel) is not { } snapshot)
        {
            return null;
        }
        var values = new Dictionary<string, string>
        {
            ["Octopus.Runbook.Id"] = runbook.Id,
            ["Octopus.Runbook.Name"] = runbook.Name,
            ["Octopus.RunbookSnapshot.Id"] = snapshot.Id,
            ["Octopus.RunbookSnapshot.Name"] = snapshot.Name,
            ["Octopus.RunbookRun.CreatedBy.Id"] = run.RunById ?? "",
            ["Octopus.RunbookRun.CreatedBy.Username"] = run.RunBy ?? "",
        };
        var source = new ProcessSource(snapshot.ProcessSnapshotId, snapshot.SelectedPackages, null, runbook.Id, values,
            "The run failed because one or more steps failed. Please see the run log for details.") { RunbookSlug = runbook.Slug };
        return await reader.ReadAsync(run, source, task, cancel);
    }

    private sealed record RunArguments(string RunbookRunId);
}
