using OctoLogin.Access;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.Runbooks;

public static class RunbookRunEndpoints
{
    public static IServiceCollection AddRunbookRuns(this IServiceCollection services) => services
        .AddSingleton<RunbookRunStore>().AddSingleton<RunbookPlaces>().AddSingleton<CreateRunbookRuns>().AddSingleton<IServerTaskRunner, RunbookRunRunner>()
        .AddSingleton<RunRetention>().AddSingleton<DailyRemoval>(provider => provider.GetRequiredService<RunRetention>().RunAsync);

    public static void MapRunbookRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapSpaceRoutes("runbook-runs", group => group.MapPost("/create/v1", Create).WithSummary("Run a runbook in environments, a server task for each"));
        routes.MapSpaceRoutes("runbookRuns", group =>
        {
            group.MapGet("", List);
            group.MapGet("/{id}", Get);
        });
    }

    internal static async Task<IResult> Create(CreateRunbookRunsCommand command, SpaceContext space, Caller caller, CreateRunbookRuns create, CancellationToken cancel) =>
        Results.Created((string?)null, new CreateRunbookRunsResponse(await create.RunAsync(command, space, caller, cancel)));

    internal static async Task<ResourceCollection<RunbookRun>> List(
        Page page, ExecutionQuery query, SpaceContext space, Caller caller, RunbookRunStore runs, CancellationToken cancel)
    {
        var slice = await runs.ListAsync(query, caller.VisibleTargets(Permission.RunbookRunView, space.Id), page, cancel);
        return ResourceCollection<RunbookRun>.Of(page, slice.Total, slice.Items);
    }

    internal static async Task<RunbookRun> Get(string id, SpaceContext space, Caller caller, RunbookRunStore runs, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.RunbookRunView, space.Id);
        return await runs.FindAsync(space.Id, id, cancel) is { } run && caller.May(Permission.RunbookRunView, ExecutionPlaces.Target(run)) ? run : throw ApiException.NotFound("runbook run", id);
    }
}

public sealed record CreateRunbookRunsResponse(IReadOnlyList<RunbookRunServerTask> RunbookRunServerTasks);
