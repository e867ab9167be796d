using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Variables;

namespace OctoLogin.Releases;

/// <summary>Gives a release the project's variables as they are now, in the place of those that it has.</summary>
public sealed class PresentVariables(VariableSetStore variables, ReleaseStore releases, AuditLog audit)
{
    public async Task<Release> TakeAsync(NpgsqlConnection connection, Release release, Project project, AuditActor actor, CancellationToken cancel)
    {
        var snapshotId = await variables.SnapshotAsync(connection, release.SpaceId, project.Id, cancel);
        var changed = await releases.SetVariablesAsync(connection, release, snapshotId, cancel) ?? throw ApiException.NotFound("release", release.Id);
        await audit.AppendAsync(connection, AuditEvent.Modified(actor, "Release", changed.Id, changed.Version, changed.SpaceId) with
        {
            Message = $"Release {changed.Version} of project {project.Name} took the present variables",
            RelatedDocumentIds = [changed.Id, changed.ProjectId],
            Details = AuditDetails.Of(new { changed.VariableSetSnapshotId }),
        }, cancel);
        return changed;
    }
}
