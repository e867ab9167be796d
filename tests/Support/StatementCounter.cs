using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace OctoLogin.Tests.Support;

/// <summary>Counts what a request sends to the database: each command or batch is one, as each is a round trip. Only of requests that ask for it.</summary>
public sealed class StatementCounter : IStartupFilter, IDisposable
{
    public const string Header = "X-Count-Statements";

    private readonly AsyncLocal<List<string>?> current = new();
    private readonly ConcurrentDictionary<string, List<string>> counted = new();
    private readonly ActivityListener listener;

    public StatementCounter()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => current.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            // Begun on the request's own flow, which is how it is known whose it is.
            ActivityStarted = activity =>
            {
                if (current.Value is { } list)
                {
                    lock (list)
                    {
                        list.Add(activity.GetTagItem("db.query.text") as string ?? activity.DisplayName);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The statements of a request that was answered, by the name in its header.</summary>
    public IReadOnlyList<string> Take(string name) => counted.TryRemove(name, out var list) ? list : [];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, rest) =>
        {
            if (context.Request.Headers[Header].ToString() is { Length: > 0 } name)
            {
                current.Value = counted[name] = [];
            }
            await rest(context);
        });
        next(app);
    };

    public void Dispose() => listener.Dispose();
}
