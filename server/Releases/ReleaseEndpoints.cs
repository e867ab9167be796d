using System.Text.Json;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;

namespace OctoLogin.Releases;

public static class ReleaseEndpoints
{
    private const string Kind = "Release";

    public static IServiceCollection AddReleases(this IServiceCollection services) => services
        .AddSingleton<ReleaseStore>().AddSingleton<PresentVariables>().AddSingleton<CreateRelease>();

    public static void MapReleases(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("releases", group =>
        {
            group.MapPost("/create/v1", Create);
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
            group.MapPut("/{id}", Update);
            group.MapDelete("/{id}", Delete);
            group.MapPost("/{id}/snapshot-variables", SnapshotVariables);
        });
        routes.MapSpaceRoutes("projects/{projectId}/releases", group =>
        {
            group.MapGet("", ListOfProject);
            group.MapGet("/{version}", GetVersion);
        });
    }

    internal static async Task<IResult> Create(CreateReleaseCommand command, SpaceContext space, Caller caller, CreateRelease create, CancellationToken cancel)
    {
        var (release, isNew) = await create.RunAsync(command, space, caller, cancel);
        var answer = new CreateReleaseResponse(release.Id, release.Version);
        return isNew ? Results.Created($"/api/{space.Id}/releases/{release.Id}", answer) : Results.Ok(answer);
    }

    internal static async Task<ResourceCollection<Release>> List(Page page, SpaceContext space, Caller caller, ReleaseStore releases, CancellationToken cancel)
    {
        var slice = await releases.ListAsync(space.Id, null, page, caller.Visible(Permission.ReleaseView, space.Id), cancel);
        return ResourceCollection<Release>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<ResourceCollection<Release>> ListOfProject(
        string projectId, string? searchByVersion, Page page, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        caller.Demand(Permission.ReleaseView, ProjectEndpoints.Target(project));
        var search = page with { PartialName = string.IsNullOrEmpty(searchByVersion) ? page.PartialName : searchByVersion };
        var slice = await releases.ListAsync(space.Id, project.Id, search, VisibleRows.Everything, cancel);
        return ResourceCollection<Release>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<Release> Get(string id, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, CancellationToken cancel) =>
        (await SeenAsync(id, space, caller, projects, releases, cancel)).Release;

    private static async Task<Release> GetVersion(
        string projectId, string version, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, CancellationToken cancel)
    {
        var project = await ProjectEndpoints.SeenAsync(projectId, space, caller, projects, cancel);
        caller.Demand(Permission.ReleaseView, ProjectEndpoints.Target(project));
        return await releases.FindVersionAsync(project.Id, version, cancel) ?? throw ApiException.NotFound("release", version);
    }

    /// <summary>Notes and custom fields alone: what was released does not change.</summary>
    internal static async Task<Release> Update(
        string id, ReleaseInput input, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(id, space, caller, projects, releases, cancel);
        caller.Demand(Permission.ReleaseEdit, ProjectEndpoints.Target(project));
        var release = Check(input, present, space);
        return await database.InTransactionAsync(async connection =>
        {
            var changed = await releases.UpdateAsync(connection, release, cancel) ?? throw ApiException.NotFound("release", id);
            await audit.AppendAsync(connection, Regarding(AuditEvent.Modified(caller.Actor, Kind, changed.Id, $"{changed.Version} of project {project.Name}", space.Id), changed), cancel);
            return changed;
        }, cancel);
    }

    /// <summary>The release takes the project's variables as they are now; the next deployment uses these.</summary>
    internal static async Task<Release> SnapshotVariables(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, PresentVariables present, NpgsqlDataSource database, CancellationToken cancel)
    {
        var (release, project) = await SeenAsync(id, space, caller, projects, releases, cancel);
        caller.Demand(Permission.ReleaseEdit, ProjectEndpoints.Target(project));
        return await database.InTransactionAsync(connection => present.TakeAsync(connection, release, project, caller.Actor, cancel), cancel);
    }

    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var (present, project) = await SeenAsync(id, space, caller, projects, releases, cancel);
        caller.Demand(Permission.ReleaseDelete, ProjectEndpoints.Target(project));
        await database.InTransactionAsync(async connection =>
        {
            if (!await releases.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("release", id);
            }
            await audit.AppendAsync(connection, Regarding(AuditEvent.Deleted(caller.Actor, Kind, present.Id, $"{present.Version} of project {project.Name}", space.Id), present), cancel);
        }, cancel);
        return Results.Ok();
    }

    /// <summary>The release that a path names, if the caller may see it: one that they may not see is as one that is not there.</summary>
    public static async Task<(Release Release, Project Project)> SeenAsync(
        string id, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.ReleaseView, space.Id);
        return await releases.FindAsync(space.Id, id, cancel) is { } release
            && await projects.FindAsync(space.Id, release.ProjectId, cancel) is { } project && caller.May(Permission.ReleaseView, ProjectEndpoints.Target(project))
            ? (release, project)
            : throw ApiException.NotFound("release", id);
    }

    private static AuditEvent Regarding(AuditEvent happened, Release release) => happened with { RelatedDocumentIds = [release.Id, release.ProjectId] };

    private static Release Check(ReleaseInput input, Release present, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        Unchanged("Version", input.Version, present.Version);
        Unchanged("ChannelId", input.ChannelId, present.ChannelId);
        Unchanged("ProjectId", input.ProjectId, present.ProjectId);
        var release = present with
        {
            ReleaseNotes = validation.OptionalText("ReleaseNotes", input.ReleaseNotes ?? present.ReleaseNotes),
            CustomFieldsJson = input.CustomFields is null ? present.CustomFieldsJson : JsonSerializer.Serialize(input.CustomFields, Json.Options),
        };
        validation.ThrowIfAny();
        return release;

        void Unchanged(string property, string? sent, string there) => validation.Check(string.IsNullOrEmpty(sent) || sent == there,
            $"{property} of a release cannot be changed: it is '{there}', not '{Printable.Of(sent)}'. Create another release.");
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record ReleaseInput(
    string? ReleaseNotes, Dictionary<string, string?>? CustomFields, string? Version, string? ChannelId, string? ProjectId, string? SpaceId);

public sealed record CreateReleaseResponse(string ReleaseId, string ReleaseVersion);
