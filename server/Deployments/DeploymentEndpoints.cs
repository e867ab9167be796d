using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Deployments;

public static class DeploymentEndpoints
{
    private const string Kind = "Deployment";

    public static IServiceCollection AddDeployments(this IServiceCollection services) => services
        .AddSingleton<DeploymentStore>().AddSingleton<LatestDeployments>().AddSingleton<ReleaseProgress>().AddSingleton<DeploymentQueue>().AddSingleton<CreateDeployments>()
        .AddSingleton<AutomaticDeployments>().AddSingleton<ProgressionReader>().AddSingleton<ProjectProgressionReader>().AddSingleton<DeploymentPreparation>().AddSingleton<DeploymentCompletion>()
        .AddSingleton<IServerTaskRunner, DeploymentRunner>()
        .AddSingleton<ReleaseRetention>().AddSingleton<DailyRemoval>(provider => provider.GetRequiredService<ReleaseRetention>().RunAsync)
        .AddSingleton<ReleaseCreated>(provider => provider.GetRequiredService<AutomaticDeployments>().OfNewReleaseAsync);

    public static void MapDeployments(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("deployments", group =>
        {
            group.MapPost("/create/untenanted/v1", CreateUntenanted).WithSummary("Deploy a release to environments, a server task for each");
            group.MapPost("/create/tenanted/v1", CreateTenanted).WithSummary("Deploy a release to an environment for tenants, a server task for each");
            group.MapPost("", Create);
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
            group.MapDelete("/{id}", Delete);
        });
        routes.MapSpaceRoutes("releases/{releaseId}/deployments", group => group.MapGet("", ListOfRelease).WithSummary("List deployments of a release, a page at a time"));
        routes.MapReleaseProgression();
    }

    private static Task<IResult> CreateUntenanted(CreateDeploymentsCommand command, SpaceContext space, Caller caller, CreateDeployments create, CancellationToken cancel) =>
        CreateAsync(command, tenanted: false, space, caller, create, cancel);

    private static Task<IResult> CreateTenanted(CreateDeploymentsCommand command, SpaceContext space, Caller caller, CreateDeployments create, CancellationToken cancel) =>
        CreateAsync(command, tenanted: true, space, caller, create, cancel);

    private static async Task<IResult> CreateAsync(
        CreateDeploymentsCommand command, bool tenanted, SpaceContext space, Caller caller, CreateDeployments create, CancellationToken cancel) =>
        Results.Created((string?)null, new CreateDeploymentsResponse(await create.RunAsync(command, tenanted, space, caller, cancel)));

    /// <summary>As older clients send it: by Ids, one at a time.</summary>
    internal static async Task<IResult> Create(
        DeploymentInput input, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, DeploymentStore deployments, CreateDeployments create, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.DeploymentCreate, space.Id);
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var id = validation.Required("ReleaseId", input.ReleaseId);
        var release = await releases.FindAsync(space.Id, id, cancel);
        var project = release is null ? null : await projects.FindAsync(space.Id, release.ProjectId, cancel);
        var known = project is not null && (caller.May(Permission.ReleaseView, ProjectEndpoints.Target(project)) || caller.May(Permission.DeploymentCreate, ProjectEndpoints.Target(project)));
        validation.Check(known || id.Length == 0, $"There is no release '{Printable.Of(id)}' in space '{space.Space.Name}' ({space.Id}).").ThrowIfAny();
        var made = await create.RunAsync(input.CommandFor(release!), !string.IsNullOrEmpty(input.TenantId), space, caller, cancel);
        return Results.Created($"/api/{space.Id}/deployments/{made[0].DeploymentId}", await deployments.FindAsync(space.Id, made[0].DeploymentId, cancel));
    }

    internal static async Task<ResourceCollection<Deployment>> List(
        Page page, ExecutionQuery query, SpaceContext space, Caller caller, DeploymentStore deployments, CancellationToken cancel)
    {
        var visible = caller.VisibleTargets(Permission.DeploymentView, space.Id);
        var slice = await deployments.ListAsync(query, null, visible, page, cancel);
        return ResourceCollection<Deployment>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<ResourceCollection<Deployment>> ListOfRelease(
        string releaseId, Page page, ExecutionQuery query, SpaceContext space, Caller caller, ProjectStore projects, ReleaseStore releases, DeploymentStore deployments, CancellationToken cancel)
    {
        var visible = caller.VisibleTargets(Permission.DeploymentView, space.Id);
        // Not an empty list, which would tell that there is such a release.
        var (release, _) = await ReleaseEndpoints.SeenAsync(releaseId, space, caller, projects, releases, cancel);
        var slice = await deployments.ListAsync(query, [release.Id], visible, page, cancel);
        return ResourceCollection<Deployment>.Of(page, slice.Total, slice.Items);
    }

    internal static Task<Deployment> Get(string id, SpaceContext space, Caller caller, DeploymentStore deployments, CancellationToken cancel) =>
        SeenAsync(id, space, caller, deployments, cancel);

    /// <summary>The record goes, and with it what the lifecycle knew; the task and its log stay.</summary>
    internal static async Task<IResult> Delete(
        string id, SpaceContext space, Caller caller, DeploymentStore deployments, ServerTaskStore tasks, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var present = await SeenAsync(id, space, caller, deployments, cancel);
        caller.Demand(Permission.DeploymentDelete, ExecutionPlaces.Target(present));
        if (await tasks.FindAsync(space.Id, present.TaskId, cancel) is { IsCompleted: false } task)
        {
            throw ApiException.Conflict($"{present.Id} is still {task.State} ({task.Id}). Cancel its task first.");
        }
        await database.InTransactionAsync(async connection =>
        {
            if (!await deployments.DeleteAsync(connection, present, cancel))
            {
                throw ApiException.NotFound("deployment", id);
            }
            var happened = AuditEvent.Deleted(caller.Actor, Kind, present.Id, present.Name, space.Id);
            await audit.AppendAsync(connection, happened with { RelatedDocumentIds = [present.Id, present.ProjectId, present.ReleaseId, present.EnvironmentId] }, cancel);
        }, cancel);
        return Results.Ok();
    }

    internal static async Task<Deployment> SeenAsync(string id, SpaceContext space, Caller caller, DeploymentStore deployments, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.DeploymentView, space.Id);
        return await deployments.FindAsync(space.Id, id, cancel) is { } deployment && caller.May(Permission.DeploymentView, ExecutionPlaces.Target(deployment))
            ? deployment
            : throw ApiException.NotFound("deployment", id);
    }
}

public sealed record CreateDeploymentsResponse(IReadOnlyList<DeploymentServerTask> DeploymentServerTasks);
