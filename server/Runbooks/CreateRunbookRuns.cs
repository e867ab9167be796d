using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Channels;
using OctoLogin.Database;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;
using OctoLogin.Variables;

namespace OctoLogin.Runbooks;

/// <summary>Runs a runbook in environments, perhaps for tenants: from its published snapshot, or from the one that is named. All of it or nothing.</summary>
public sealed class CreateRunbookRuns(
    NpgsqlDataSource database, ProjectStore projects, RunbookStore runbooks, RunbookSnapshotStore snapshots, DeploymentProcessStore processes, VariableSetStore variables,
    RunbookPlaces runbookPlaces, ExecutionPlaces executionPlaces, RunbookRunStore runs, ServerTaskQueue queue, PromptedSecrets prompted, AuditLog audit, TimeProvider clock)
{
    public async Task<IReadOnlyList<RunbookRunServerTask>> RunAsync(CreateRunbookRunsCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookRunCreate, space.Id);
        var validation = new Validation().Fault(space.Mismatch("SpaceId", command.SpaceId)).Fault(space.Mismatch("SpaceIdOrName", command.SpaceIdOrName));
        var project = await ProjectEndpoints.NamedAsync(command.ProjectName, Permission.RunbookRunCreate, space, caller, projects, validation, cancel);
        var runbook = project is null ? null : await FindRunbookAsync(command, project, validation, cancel);
        if (runbook is null)
        {
            // Everything else depends on it.
            validation.ThrowIfAny();
        }
        var subject = new ExecutionSubject(project!, Permission.RunbookRunCreate, runbook!.MultiTenancyMode, $"Runbook '{runbook.Name}'");
        var tenanted = command.WantedTenants.Count + command.WantedTenantTags.Count > 0;
        var places = await executionPlaces.FindAsync(command, subject, tenanted, space, caller, validation, cancel);
        await runbookPlaces.CheckAsync(runbook, project!, places, validation, cancel);
        validation.Check(!project!.IsDisabled, $"Project '{project.Name}' is disabled: nothing of it is run.");
        var snapshot = await FindSnapshotAsync(command, runbook, validation, cancel);
        var options = await ReadOptionsAsync(command, snapshot, places, space, validation, cancel);
        validation.ThrowIfAny();
        return await database.InTransactionAsync(connection => AddAsync(connection, project, runbook, snapshot!, places, options, caller.Actor, cancel), cancel);
    }

    private async Task<Runbook?> FindRunbookAsync(CreateRunbookRunsCommand command, Project project, Validation validation, CancellationToken cancel)
    {
        var name = validation.Required("RunbookName", command.RunbookName);
        var runbook = name.Length == 0 ? null : await runbooks.FindNamedAsync(project.SpaceId, project.Id, name, cancel);
        validation.Check(runbook is not null || name.Length == 0, $"Project '{project.Name}' has no runbook '{Printable.Of(name)}'.");
        return runbook;
    }

    private async Task<RunbookSnapshot?> FindSnapshotAsync(CreateRunbookRunsCommand command, Runbook runbook, Validation validation, CancellationToken cancel)
    {
        var named = validation.Optional("Snapshot", command.Snapshot) ?? runbook.PublishedRunbookSnapshotId;
        var snapshot = named is null ? null : await snapshots.FindNamedAsync(runbook, named, cancel);
        validation.Check(named is not null, $"Runbook '{runbook.Name}' has no published snapshot. Publish one, or name a Snapshot.");
        validation.Check(named is null || snapshot is not null, $"Runbook '{runbook.Name}' has no snapshot '{Printable.Of(named)}'.");
        return snapshot;
    }

    private async Task<ExecutionOptions> ReadOptionsAsync(
        CreateRunbookRunsCommand command, RunbookSnapshot? snapshot, IReadOnlyList<ExecutionPlace> places, SpaceContext space, Validation validation, CancellationToken cancel)
    {
        var process = snapshot is null ? null : await processes.FindByIdAsync(space.Id, snapshot.ProcessSnapshotId, cancel);
        var options = await executionPlaces.ReadOptionsAsync(command, process?.Steps, places, space, clock.GetUtcNow(), validation, cancel);
        return snapshot is null ? options : ExecutionPrompts.Read(
            options, command, await variables.FindByIdAsync(space.Id, snapshot.VariableSetSnapshotId, cancel), places, channelId: null, snapshot.RunbookId, validation);
    }

    private async Task<IReadOnlyList<RunbookRunServerTask>> AddAsync(
        NpgsqlConnection connection, Project project, Runbook runbook, RunbookSnapshot snapshot, IReadOnlyList<ExecutionPlace> places, ExecutionOptions options, AuditActor actor, CancellationToken cancel)
    {
        var queued = new List<(RunbookRun Run, ExecutionPlace Place)>();
        foreach (var place in places)
        {
            var id = await runs.NextIdAsync(connection, cancel);
            var task = await queue.EnqueueAsync(connection, ExecutionTask.Of(
                RunbookRunRunner.Name, $"Run {runbook.Name} snapshot {snapshot.Name} on {place.Name}", JsonSerializer.Serialize(new { RunbookRunId = id }),
                project, place, options.Times, runbook.Id), cancel);
            var run = new RunbookRun(id, task, snapshot, place, options, actor, clock.GetUtcNow()) with { SealedValues = prompted.Seal(id, options) };
            await runs.InsertAsync(connection, run, cancel);
            queued.Add((run, place));
        }
        foreach (var (run, place) in queued)
        {
            await audit.AppendAsync(connection, Describe(run, project, runbook, snapshot, place, actor), cancel);
        }
        return queued.ConvertAll(one => new RunbookRunServerTask(one.Run.Id, one.Run.TaskId));
    }

    private static AuditEvent Describe(RunbookRun run, Project project, Runbook runbook, RunbookSnapshot snapshot, ExecutionPlace place, AuditActor actor) =>
        AuditEvent.Created(actor, "Runbook run", run.Id, $"of runbook {runbook.Name} of project {project.Name} in {place.Name}", project.SpaceId) with
        {
            RelatedDocumentIds = [.. new[] { run.Id, project.Id, runbook.Id, snapshot.Id, place.Environment.Id, place.Tenant?.Id, run.TaskId }.OfType<string>()],
            Details = AuditDetails.Of(new { Snapshot = snapshot.Name, Environment = place.Environment.Name, Tenant = place.Tenant?.Name, run.TaskId, run.QueueTime, run.QueueTimeExpiry, run.SkipActions }),
        };
}

/// <summary>What a client sends.</summary>
public sealed record CreateRunbookRunsCommand : ExecutionCommand
{
    public string? RunbookName { get; init; }

    /// <summary>By name or Id; null: the published one.</summary>
    public string? Snapshot { get; init; }
}

public sealed record RunbookRunServerTask(string RunbookRunId, string ServerTaskId);
