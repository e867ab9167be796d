using System.Text.Json;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Projects;

/// <summary>Changes a process, a project's or a runbook's, with its audit event in the same commit.</summary>
public sealed class ProcessChanges(NpgsqlDataSource database, DeploymentProcessStore processes, SensitiveProperties sensitive, AuditLog audit)
{
    /// <param name="kind">What it is called, as in "Deployment process".</param>
    /// <param name="owner">Whose it is: a project or a runbook, and its name.</param>
    public async Task<DeploymentProcess> UpdateAsync(
        DeploymentProcessInput input, DeploymentProcess present, string kind, (string Kind, string Name) owner, SpaceContext space, AuditActor actor, CancellationToken cancel)
    {
        if (present.IsSnapshot)
        {
            throw ApiException.BadRequest($"'{Printable.Of(present.Id)}' is what a {(present.RunbookId is null ? "release" : "snapshot")} was made from and never changes; change {present.PresentId}.");
        }
        var changed = Check(input, present, space);
        return await database.InTransactionAsync(async connection =>
        {
            // What is kept was kept of the version that was read here: another one has other values.
            var written = changed.Version == present.Version ? await processes.UpdateAsync(connection, changed, cancel) : null;
            if (written is null)
            {
                throw Outdated(kind, owner, input.Version);
            }
            var happened = AuditEvent.Modified(actor, kind, written.Id, $"of {owner.Kind} {owner.Name}", space.Id) with
            {
                RelatedDocumentIds = [written.Id, .. written.RunbookId is null ? Array.Empty<string>() : [written.RunbookId], written.ProjectId],
                Details = JsonSerializer.Serialize(new { written.Version, Steps = written.Steps.Select(step => step.Name) }, Json.Options),
            };
            await audit.AppendAsync(connection, happened, cancel);
            return SensitiveProperties.Hide(written);
        }, cancel);
    }

    private DeploymentProcess Check(DeploymentProcessInput input, DeploymentProcess present, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        validation.Check(string.IsNullOrEmpty(input.ProjectId) || input.ProjectId == present.ProjectId,
            $"ProjectId is '{Printable.Of(input.ProjectId)}', but this is the process of {present.ProjectId}.");
        validation.Check(string.IsNullOrEmpty(input.RunbookId) || input.RunbookId == present.RunbookId,
            $"RunbookId is '{Printable.Of(input.RunbookId)}', but this is the process of {present.RunbookId ?? present.ProjectId}.");
        validation.Check(input.Version is not null, "Version is required: the version that you read and changed.");
        validation.Check(input.Steps is not null, "Steps is required; an empty array takes every step away.");
        var steps = DeploymentProcessRules.Apply(input.Steps ?? [], validation);
        var written = DeploymentProcess.Write(sensitive.Seal(present.Id, steps, present.Steps, validation));
        validation.ThrowIfAny();
        return present with { Version = input.Version!.Value, StepsJson = written };
    }

    private static ApiException Outdated(string kind, (string Kind, string Name) owner, int? version) => ApiException.Conflict(
        $"The {kind.ToLowerInvariant()} of {owner.Kind} '{owner.Name}' is no longer at version {version}: somebody changed it since you read it. Read it again and repeat your change.");
}
