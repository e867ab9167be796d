using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.ServerTasks;

public static class ServerTaskEndpoints
{
    public static IServiceCollection AddServerTasks(this IServiceCollection services, TaskOptions options)
    {
        services.AddSingleton(options).AddSingleton<ServerTaskStore>().AddSingleton<ServerTaskQueue>().AddSingleton<CreateTask>().AddSingleton<TaskLeases>().AddSingleton<ServerNodeStore>()
            .AddSingleton<TaskLogStore>().AddSingleton<TaskMetrics>().AddSingleton<LogStreams>().AddSingleton<RetentionSchedule>().AddSingleton<IServerTaskRunner, RetentionRunner>()
            .AddSingleton<TaskSignals>().AddSingleton<TaskWorker>().AddSingleton<TaskUpkeep>()
            .AddSingleton(new ServerNode(Guid.NewGuid(), options.NodeName, RunsTasks: options.Worker)).AddSingleton<NodePresence>()
            // Before those that end later than it: it says that it is there until they have ended.
            .AddHostedService(provider => provider.GetRequiredService<NodePresence>())
            .AddHostedService(provider => provider.GetRequiredService<TaskSignals>())
            .AddHostedService(provider => provider.GetRequiredService<TaskUpkeep>());
        return options.Worker ? services.AddHostedService(provider => provider.GetRequiredService<TaskWorker>()) : services;
    }

    public static void MapServerTasks(this IEndpointRouteBuilder routes)
    {
        // Not MapSpaceRoutes: without a space these are the tasks of every space, as clients that cancel one name no space.
        Map(routes.MapGroup("/api/tasks"));
        Map(routes.MapGroup("/api/{space}/tasks").WithMetadata(new SpaceScoped()));
        // A new one is of one space, the default one where none is named.
        MapCreate(routes.MapGroup("/api/{space}/tasks"));
        MapCreate(routes.MapGroup("/api/tasks").ExcludeFromDescription());
    }

    private static void Map(RouteGroupBuilder group)
    {
        group.WithTags("tasks");
        group.MapGet("", List);
        group.MapGet("/{id}", Get);
        group.MapPost("/{id}/cancel", Cancel).WithSummary("Cancel a task: one that waits ends at once, one that runs is told to stop");
        group.MapTaskLogs();
    }

    private static void MapCreate(RouteGroupBuilder group) =>
        group.WithTags("tasks").WithMetadata(new SpaceScoped()).MapPost("", Create).WithSummary("Ask for a task by its name, such as TestAccount with the argument AccountId");

    internal static AccessTarget Target(ServerTask task) => new(task.SpaceId, task.ProjectId, task.ProjectGroupId, task.EnvironmentId, task.TenantId);

    internal static async Task<ServerTask> SeenAsync(string id, SpaceContext? space, Caller caller, ServerTaskStore tasks, CancellationToken cancel) =>
        await tasks.FindAsync(space?.Id, id, cancel) is { } task && caller.May(Permission.TaskView, Target(task)) ? task : throw ApiException.NotFound("task", id);

    internal static async Task<ResourceCollection<ServerTask>> List(
        Page page, TaskQuery query, SpaceContext? space, Caller caller, ServerTaskStore tasks, CancellationToken cancel)
    {
        var slice = await tasks.ListAsync(query.Filter, caller.VisibleTargets(Permission.TaskView, space?.Id), page, cancel);
        return ResourceCollection<ServerTask>.Of(page, slice.Total, slice.Items) with { ItemType = "Task" };
    }

    internal static Task<ServerTask> Get(string id, SpaceContext? space, Caller caller, ServerTaskStore tasks, CancellationToken cancel) =>
        SeenAsync(id, space, caller, tasks, cancel);

    internal static async Task<Created<ServerTask>> Create(TaskCommand command, SpaceContext space, Caller caller, CreateTask tasks, CancellationToken cancel)
    {
        var task = await tasks.RunAsync(command, space, caller, cancel);
        return TypedResults.Created($"/api/{space.Id}/tasks/{task.Id}", task);
    }

    /// <summary>One that has ended is answered as it is: who cancels wants it to end, and it has.</summary>
    internal static async Task<ServerTask> Cancel(
        string id, SpaceContext? space, Caller caller, ServerTaskStore tasks, TaskMetrics metrics, NpgsqlDataSource database, AuditLog audit, CancellationToken cancel)
    {
        var task = await tasks.FindAsync(space?.Id, id, cancel);
        if (task is null || !(caller.May(Permission.TaskView, Target(task)) || caller.May(Permission.TaskCancel, Target(task))))
        {
            throw ApiException.NotFound("task", id);
        }
        caller.Demand(Permission.TaskCancel, Target(task));
        var canceled = await database.InTransactionAsync(async connection =>
        {
            var changed = await tasks.CancelAsync(connection, task, cancel);
            if (changed is not null)
            {
                await audit.AppendAsync(connection, Canceled(caller.Actor, changed), cancel);
            }
            return changed;
        }, cancel);
        if (canceled is { IsCompleted: true })
        {
            metrics.Finished(TaskState.Canceled);
        }
        return canceled ?? await tasks.FindAsync(task.SpaceId, task.Id, cancel) ?? throw ApiException.NotFound("task", id);
    }

    private static AuditEvent Canceled(AuditActor actor, ServerTask task) => new()
    {
        Category = AuditCategories.TaskCanceled,
        Message = $"Task {task.Id} ({task.Description}) was {(task.IsCompleted ? "canceled before it began" : "told to stop")}",
        Actor = actor,
        SpaceId = task.SpaceId,
        RelatedDocumentIds = [.. new[] { task.Id, task.ProjectId, task.EnvironmentId, task.TenantId }.OfType<string>()],
        Details = JsonSerializer.Serialize(new { task.Name, State = task.State.ToString() }),
    };
}
