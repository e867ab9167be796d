using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Spaces;
using OctoLogin.Variables;

namespace OctoLogin.Runbooks;

/// <summary>Freezes a runbook: its process, the project's variables and the versions of its packages; and publishes that if it is asked to.</summary>
public sealed class CreateRunbookSnapshot(
    NpgsqlDataSource database, RunbookStore runbooks, RunbookSnapshotStore snapshots, DeploymentProcessStore processes, VariableSetStore variables, FeedVersions feeds,
    AuditLog audit, TimeProvider clock)
{
    /// <summary>A runbook's process runs in every channel, because a run has none.</summary>
    private static readonly PackageRules NoChannel = new("", "", []);

    public async Task<RunbookSnapshot> RunAsync(RunbookSnapshotInput input, Runbook runbook, bool publish, SpaceContext space, AuditActor actor, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var name = validation.Required("Name", input.Name);
        var notes = validation.OptionalText("Notes", input.Notes);
        var pins = (input.SelectedPackages ?? []).Select(package => PinOf(package, validation)).OfType<PackagePin>().ToList();
        var wanted = new PackageWishes(null, pins);
        var present = await processes.FindByIdAsync(space.Id, runbook.RunbookProcessId, cancel);
        var found = await feeds.OfRegistriesAsync(space.Id, PackageUse.Unpinned(present?.Steps ?? [], wanted), cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var process = await processes.FindByIdAsync(connection, space.Id, runbook.RunbookProcessId, cancel) ?? throw ApiException.NotFound("runbook", runbook.Id);
            var everywhere = process.Steps.Select(step => step with { Actions = [.. step.Actions.Select(action => action with { Channels = [] })] }).ToList();
            var available = await feeds.WithBuiltInAsync(connection, space.Id, found, PackageUse.Unpinned(everywhere, wanted), cancel);
            var packages = PackageSelection.Select(everywhere, NoChannel, wanted, available, validation);
            validation.ThrowIfAny();
            var made = await snapshots.InsertAsync(connection, new RunbookSnapshot
            {
                Id = "",
                SpaceId = space.Id,
                ProjectId = runbook.ProjectId,
                RunbookId = runbook.Id,
                Name = name,
                Notes = notes,
                ProcessSnapshotId = await processes.SnapshotAsync(connection, process, cancel),
                VariableSetSnapshotId = await variables.SnapshotAsync(connection, space.Id, runbook.ProjectId, cancel),
                SelectedPackagesJson = JsonSerializer.Serialize(packages, Json.Options),
                Assembled = clock.GetUtcNow(),
            }, cancel);
            if (publish)
            {
                await runbooks.PublishAsync(connection, runbook, made.Id, cancel);
            }
            await audit.AppendAsync(connection, Describe(made, runbook, publish, actor), cancel);
            return made;
        }, cancel);
    }

    private static PackagePin? PinOf(SelectedPackageInput? package, Validation validation)
    {
        var target = string.IsNullOrEmpty(package?.PackageReferenceName) ? package?.ActionName : $"{package.ActionName}:{package.PackageReferenceName}";
        return PackagePin.Read($"{target}:{package?.Version}", validation);
    }

    private static AuditEvent Describe(RunbookSnapshot made, Runbook runbook, bool publish, AuditActor actor) =>
        AuditEvent.Created(actor, "Snapshot", made.Id, $"{made.Name} of runbook {runbook.Name}", made.SpaceId) with
        {
            Message = $"Snapshot {made.Name} of runbook {runbook.Name} was {(publish ? "created and published" : "created")}",
            RelatedDocumentIds = [made.Id, runbook.Id, runbook.ProjectId],
            Details = JsonSerializer.Serialize(new { made.FrozenRunbookProcessId, made.FrozenProjectVariableSetId, made.SelectedPackages, Published = publish }, Json.Options),
        };
}

/// <summary>What a client sends.</summary>
/// <param name="Publish">"true": publish it too, as <c>?publish=true</c>.</param>
public sealed record RunbookSnapshotInput(
    string? Name, string? Notes, string? ProjectId, string? RunbookId, string? Publish, SelectedPackageInput?[]? SelectedPackages, string? SpaceId);

public sealed record SelectedPackageInput(string? ActionName, string? PackageReferenceName, string? Version);
