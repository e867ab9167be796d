using Microsoft.Net.Http.Headers;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Artifacts;

/// <summary>The files that scripts kept; who may see the task may see them.</summary>
public static class ArtifactEndpoints
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services) => services
        .AddSingleton<ArtifactStore>().AddSingleton<ArtifactKeeper>()
        .AddSingleton<LogsRemoved>(provider => provider.GetRequiredService<ArtifactStore>().DeleteOfTasksAsync);

    public static void MapArtifacts(this IEndpointRouteBuilder routes) => routes.MapSpaceRoutes("artifacts", group =>
    {
        group.MapGet("", List);
        group.MapGet("/{id}", Get);
        group.MapGet("/{id}/content", Download).WithSummary("Download an artifact; ranges are served");
        group.MapDelete("/{id}", Delete);
    });

    /// <param name="regarding">Only of these tasks, projects, environments or tenants, by Id, repeated or joined by commas.</param>
    internal static async Task<ResourceCollection<Artifact>> List(
        Page page, string[]? regarding, SpaceContext space, Caller caller, ArtifactStore artifacts, CancellationToken cancel)
    {
        var about = QueryList.Of(regarding);
        var slice = await artifacts.ListAsync(about.Length == 0 ? null : about, caller.VisibleTargets(Permission.TaskView, space.Id), page, cancel);
        return ResourceCollection<Artifact>.Of(page, slice.Total, slice.Items);
    }

    internal static Task<Artifact> Get(string id, SpaceContext space, Caller caller, ArtifactStore artifacts, CancellationToken cancel) =>
        SeenAsync(id, space, caller, artifacts, cancel);

    internal static async Task<IResult> Download(
        string id, HttpContext context, SpaceContext space, Caller caller, ArtifactStore artifacts, NpgsqlDataSource database, CancellationToken cancel)
    {
        var artifact = await SeenAsync(id, space, caller, artifacts, cancel);
        // As for packages; and what a script wrote is never a page of ours, whatever a browser finds in it.
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(new PackageStream(database, artifact.ContentNumber, artifact.SizeBytes, $"artifact {artifact.Id}"), "application/octet-stream", artifact.Filename,
            artifact.Created, new EntityTagHeaderValue($"\"{artifact.Sha256}\""), enableRangeProcessing: true);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, NpgsqlDataSource database, ArtifactStore artifacts, AuditLog audit, CancellationToken cancel)
    {
        var artifact = await SeenAsync(id, space, caller, artifacts, cancel);
        caller.Demand(Permission.DeploymentDelete, Target(artifact));
        await database.InTransactionAsync(async connection =>
        {
            if (!await artifacts.DeleteAsync(connection, artifact, cancel))
            {
                throw ApiException.NotFound("artifact", id);
            }
            var happened = AuditEvent.Deleted(caller.Actor, "Artifact", artifact.Id, artifact.Filename, space.Id) with
            {
                RelatedDocumentIds = [.. new[] { artifact.Id, artifact.TaskId, artifact.ProjectId, artifact.EnvironmentId, artifact.TenantId }.OfType<string>()],
                Details = AuditDetails.Of(new { artifact.TaskId, artifact.SizeBytes, artifact.Sha256 }),
            };
            await audit.AppendAsync(connection, happened, cancel);
        }, cancel);
        return Results.Ok();
    }

    private static AccessTarget Target(Artifact artifact) => new(artifact.SpaceId, artifact.ProjectId, artifact.ProjectGroupId, artifact.EnvironmentId, artifact.TenantId);

    internal static async Task<Artifact> SeenAsync(string id, SpaceContext space, Caller caller, ArtifactStore artifacts, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.TaskView, space.Id);
        return await artifacts.FindAsync(space.Id, id, cancel) is { } artifact && caller.May(Permission.TaskView, Target(artifact))
            ? artifact
            : throw ApiException.NotFound("artifact", id);
    }
}
