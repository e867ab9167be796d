using System.Diagnostics.CodeAnalysis;
using OctoLogin.Audit;
using OctoLogin.Executions;
using OctoLogin.ServerTasks;

namespace OctoLogin.Runbooks;

/// <summary>A runbook that is run in an environment. The row, with what its snapshot has, is the resource.</summary>
public sealed record RunbookRun : Execution
{
    public RunbookRun()
    {
    }

    [SetsRequiredMembers]
    public RunbookRun(string id, ServerTask task, RunbookSnapshot snapshot, ExecutionPlace place, ExecutionOptions options, AuditActor actor, DateTimeOffset now)
        : base(id, task, place, options, now)
    {
        (RunbookId, RunbookSnapshotId, FrozenRunbookProcessId, VariableSetSnapshotId) = (snapshot.RunbookId, snapshot.Id, snapshot.ProcessSnapshotId, snapshot.VariableSetSnapshotId);
        (RunById, RunBy) = (actor.UserId, actor.Username);
    }

    public required string RunbookId { get; init; }
    public required string RunbookSnapshotId { get; init; }
    public required string FrozenRunbookProcessId { get; init; }
    public string? RunById { get; init; }
    public string? RunBy { get; init; }
}
