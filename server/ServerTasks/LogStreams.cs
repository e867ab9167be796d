using System.Text;
using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.ServerTasks;

/// <summary>
/// Follows a task's log as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), on any node, whichever
/// runs the task: read from the database when a signal says that there is more. A listener costs no thread and no connection.
/// </summary>
public sealed class LogStreams(ServerTaskStore tasks, TaskLogStore logs, TaskSignals signals, IHostApplicationLifetime lifetime)
{
    public const int Most = 200;

    /// <summary>The id of the last event: who comes back with it has everything.</summary>
    public const string EndId = "end";

    /// <summary>How often it is looked without a signal.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>Proxies end what is silent for long; and a listener that is gone is found by writing.</summary>
    private const int PollsBetweenSigns = 7;

    /// <summary>Then the client comes back by itself, and is asked again who it is.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private int listening;

    /// <param name="after">The number of the last entry that the client has.</param>
    public async Task FollowAsync(HttpContext context, ServerTask task, int after)
    {
        if (Interlocked.Increment(ref listening) > Most)
        {
            Interlocked.Decrement(ref listening);
            context.Response.Headers.RetryAfter = "10";
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"This node streams {Most} logs already. Try again, or read /raw.");
        }
        try
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            ends.CancelAfter(Longest);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            // nginx would gather events until a buffer is full.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await FollowAsync(context.Response, task, after, ends.Token);
        }
        catch (OperationCanceledException) when (context.Response.HasStarted)
        {
            // It comes back where it was.
        }
        finally
        {
            Interlocked.Decrement(ref listening);
        }
    }

    private async Task FollowAsync(HttpResponse response, ServerTask task, int after, CancellationToken cancel)
    {
        using var more = new SemaphoreSlim(0);
        using var hearing = signals.Listen(signal =>
        {
            if (signal.Kind == TaskSignal.LogKind && signal.TaskId == task.Id && more.CurrentCount == 0)
            {
                more.Release();
            }
        });
        await response.WriteAsync("retry: 1000\n\n", cancel);
        for (var polls = 1; ; polls++)
        {
            try
            {
                // First how it stands: what was logged until it ended is there when it has ended.
                var now = await tasks.FindAsync(task.SpaceId, task.Id, cancel);
                after = await WriteNewAsync(response, task, after, cancel);
                if (now is null or { IsCompleted: true })
                {
                    await response.WriteAsync(Event(EndId, "end", now), cancel);
                    return;
                }
            }
            catch (Exception outage) when (Outage.Is(outage) && response.HasStarted)
            {
                // The database comes back, and so does what was not read yet.
            }
            if (polls % PollsBetweenSigns == 0)
            {
                await response.WriteAsync(": still here\n\n", cancel);
            }
            await response.Body.FlushAsync(cancel);
            await more.WaitAsync(Poll, cancel);
        }
    }

    private async Task<int> WriteNewAsync(HttpResponse response, ServerTask task, int after, CancellationToken cancel)
    {
        IReadOnlyList<LogEntry> page;
        do
        {
            page = await logs.ReadAsync(task, after, cancel);
            foreach (var entry in page)
            {
                await response.WriteAsync(Event(entry.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), entry.Kind.ToString().ToLowerInvariant(), entry), cancel);
                after = entry.Number;
            }
        }
        while (page.Count == TaskLogStore.PageSize);
        return after;
    }

    // JSON escapes line ends, so that the data is one line.
    private static string Event<T>(string id, string name, T data) =>
        new StringBuilder().Append("id: ").Append(id).Append("\nevent: ").Append(name).Append("\ndata: ").Append(JsonSerializer.Serialize(data, Json.Options)).Append("\n\n").ToString();
}
