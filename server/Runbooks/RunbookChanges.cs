using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Lifecycles;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

/// <summary>Makes, changes, publishes and deletes runbooks, each with its audit event in the same commit.</summary>
public sealed class RunbookChanges(
    NpgsqlDataSource database, RunbookStore runbooks, RunbookSnapshotStore snapshots, EnvironmentStore environments, AuditLog audit)
{
    private const string Kind = "Runbook";

    /// <param name="present">With an empty Id: a new one.</param>
    public async Task<Runbook> CheckAsync(RunbookInput input, Runbook present, SpaceContext space, CancellationToken cancel)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        validation.Check(present.Id.Length == 0 || string.IsNullOrEmpty(input.ProjectId) || input.ProjectId == present.ProjectId,
            $"ProjectId cannot be changed: the runbook belongs to {present.ProjectId}.");
        var name = validation.Required("Name", input.Name ?? present.Name);
        var known = await environments.IdsAsync(space.Id, cancel);
        foreach (var unknown in (input.Environments ?? []).Where(id => id is null || !known.Contains(id)).Distinct())
        {
            validation.Check(false, $"Environments names '{Printable.Of(unknown)}', which is not an environment of this space; they are named by Id here, such as Environments-1.");
        }
        validation.Fault(input.RunRetentionPolicy?.Fault("RunRetentionPolicy"));
        validation.Fault(input.ConnectivityPolicy?.Fault("ConnectivityPolicy"));
        var publish = string.IsNullOrEmpty(input.PublishedRunbookSnapshotId) ? present.PublishedRunbookSnapshotId : input.PublishedRunbookSnapshotId;
        validation.Check(publish is null || publish == present.PublishedRunbookSnapshotId || (await snapshots.FindAsync(space.Id, publish, cancel))?.RunbookId == present.Id,
            $"PublishedRunbookSnapshotId names '{Printable.Of(publish)}', which is not a snapshot of this runbook.");
        var runbook = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            PublishedRunbookSnapshotId = publish,
            MultiTenancyMode = validation.OneOf<TenantedDeploymentMode>("MultiTenancyMode", input.MultiTenancyMode) ?? present.MultiTenancyMode,
            EnvironmentScope = validation.OneOf<RunbookEnvironmentScope>("EnvironmentScope", input.EnvironmentScope) ?? present.EnvironmentScope,
            Environments = input.Environments?.Distinct().ToArray()! ?? present.Environments,
            DefaultGuidedFailureMode = validation.OneOf<GuidedFailureMode>("DefaultGuidedFailureMode", input.DefaultGuidedFailureMode) ?? present.DefaultGuidedFailureMode,
            ForcePackageDownload = input.ForcePackageDownload ?? present.ForcePackageDownload,
            RunRetentionJson = JsonSerializer.Serialize(input.RunRetentionPolicy ?? present.RunRetentionPolicy, Json.Options),
            ConnectivityJson = JsonSerializer.Serialize(input.ConnectivityPolicy ?? present.ConnectivityPolicy, Json.Options),
        };
        validation.ThrowIfAny();
        return runbook;
    }

    public Task<Runbook> CreateAsync(Runbook runbook, Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var made = await runbooks.InsertAsync(connection, runbook, cancel);
        await audit.AppendAsync(connection, Regarding(AuditEvent.Created(actor, Kind, made.Id, NameOf(made, project), made.SpaceId), made), cancel);
        return made;
    }, cancel);

    public Task<Runbook> UpdateAsync(Runbook runbook, Runbook present, Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await runbooks.UpdateAsync(connection, runbook, cancel) ?? throw ApiException.NotFound("runbook", runbook.Id);
        var publishes = runbook.PublishedRunbookSnapshotId is { } snapshotId && snapshotId != present.PublishedRunbookSnapshotId;
        if (publishes)
        {
            changed = await runbooks.PublishAsync(connection, runbook, runbook.PublishedRunbookSnapshotId!, cancel) ?? throw ApiException.NotFound("runbook", runbook.Id);
        }
        var happened = Regarding(AuditEvent.Modified(actor, Kind, changed.Id, NameOf(changed, project), changed.SpaceId), changed);
        await audit.AppendAsync(connection, publishes ? happened with
        {
            Message = $"Runbook {NameOf(changed, project)} was changed: its published snapshot is {changed.PublishedRunbookSnapshotId}",
        } : happened, cancel);
        return changed;
    }, cancel);

    public Task DeleteAsync(Runbook runbook, Project project, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        if (!await runbooks.DeleteAsync(connection, runbook, cancel))
        {
            throw ApiException.NotFound("runbook", runbook.Id);
        }
        await audit.AppendAsync(connection, Regarding(AuditEvent.Deleted(actor, Kind, runbook.Id, NameOf(runbook, project), runbook.SpaceId), runbook), cancel);
    }, cancel);

    private static string NameOf(Runbook runbook, Project project) => $"{runbook.Name} of project {project.Name}";

    private static AuditEvent Regarding(AuditEvent happened, Runbook runbook) => happened with { RelatedDocumentIds = [runbook.Id, runbook.ProjectId] };
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
/// <param name="PublishedRunbookSnapshotId">Another one publishes that.</param>
public sealed record RunbookInput(
    string? Name, string? Slug, string? Description, string? ProjectId, string? MultiTenancyMode, string? EnvironmentScope, string[]? Environments,
    string? DefaultGuidedFailureMode, RetentionPeriod? RunRetentionPolicy, ConnectivityPolicy? ConnectivityPolicy, bool? ForcePackageDownload,
    string? PublishedRunbookSnapshotId, string? SpaceId);
