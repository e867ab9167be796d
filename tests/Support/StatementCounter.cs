using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace OctoLogin.Tests.Support;

/// <summary>
/// What requests send to a database: each command or batch is one, as each is a round trip. What runs for no request is no trace
/// (DatabaseConnections), and so not counted.
/// </summary>
public sealed class StatementCounter : IDisposable
{
    private readonly ConcurrentQueue<string> statements = new();
    private readonly ActivityListener listener;

    public StatementCounter(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        listener = new ActivityListener
        {
            // A command is traced as part of something that is: of a request.
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value as string == database) && activity.TagObjects.FirstOrDefault(tag => tag.Key is "db.query.text" or "db.statement").Value is string text)
                {
                    statements.Enqueue(text);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>Since it was asked last.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        while (statements.TryDequeue(out var statement))
        {
            taken.Add(statement);
        }
        return taken;
    }

    public void Dispose() => listener.Dispose();
}
