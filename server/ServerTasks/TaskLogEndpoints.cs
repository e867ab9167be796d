using System.Globalization;
using System.Text;
using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.ServerTasks;

/// <summary>A task's log in the three forms that it is read in; who may see the task may read it.</summary>
public static class TaskLogEndpoints
{
    public static void MapTaskLogs(this RouteGroupBuilder group)
    {
        group.MapGet("/{id}/details", GetDetails).WithSummary("Get a task with its log as a tree");
        group.MapGet("/{id}/raw", GetRaw).WithSummary("Get a task's log as text").Produces<string>(contentType: "text/plain");
        group.MapGet("/{id}/log", Follow).WithSummary("Follow a task's log as server-sent events; with Last-Event-ID from there on").Produces<string>(contentType: "text/event-stream");
    }

    private static async Task<ServerTaskDetails> GetDetails(
        string id, SpaceContext? space, Caller caller, ServerTaskStore tasks, TaskLogStore logs, CancellationToken cancel)
    {
        var task = await ServerTaskEndpoints.SeenAsync(id, space, caller, tasks, cancel);
        return await ServerTaskDetails.OfAsync(task, logs.ReadAllAsync(task, cancel));
    }

    internal static async Task<IResult> GetRaw(string id, SpaceContext? space, Caller caller, ServerTaskStore tasks, TaskLogStore logs, CancellationToken cancel)
    {
        var task = await ServerTaskEndpoints.SeenAsync(id, space, caller, tasks, cancel);
        return Results.Stream(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false));
            await RawLog.WriteAsync(writer, task, logs.ReadAllAsync(task, cancel));
        }, "text/plain; charset=utf-8");
    }

    private static async Task<IResult> Follow(
        string id, HttpContext context, SpaceContext? space, Caller caller, ServerTaskStore tasks, LogStreams streams, CancellationToken cancel)
    {
        var task = await ServerTaskEndpoints.SeenAsync(id, space, caller, tasks, cancel);
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last == LogStreams.EndId)
        {
            // By this answer an EventSource knows not to come back.
            return Results.NoContent();
        }
        var after = 0;
        if (last.Length > 0 && !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw ApiException.BadRequest($"Last-Event-ID is '{Printable.Of(last, 60)}'; it must be the id of an event of this log.");
        }
        await streams.FollowAsync(context, task, after);
        return Results.Empty;
    }
}
