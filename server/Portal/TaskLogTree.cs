using OctoLogin.ServerTasks;

namespace OctoLogin.Portal;

/// <summary>A task's log as a page shows it: steps that unfold, with their lines and the steps below them in order.</summary>
public sealed class LogNode(LogEntry begun)
{
    public int Activity => begun.Activity;
    public string Name => begun.Message;

    /// <summary>Null: it runs.</summary>
    public ActivityStatus? Status { get; private set; }

    /// <summary>Lines (<see cref="LogEntry"/>) and nodes.</summary>
    public List<object> Content { get; } = [];

    public static IReadOnlyList<LogNode> Of(ServerTask task, LogTail tail)
    {
        var nodes = new Dictionary<int, LogNode>();
        var roots = new List<LogNode>();
        foreach (var entry in tail.Entries)
        {
            var node = nodes.GetValueOrDefault(entry.Activity);
            switch (entry.Kind)
            {
                case LogEntryKind.Begin:
                    nodes[entry.Activity] = node = new LogNode(entry);
                    if (entry.Parent is { } parent && nodes.TryGetValue(parent, out var above))
                    {
                        above.Content.Add(node);
                    }
                    else
                    {
                        roots.Add(node);
                    }
                    break;
                case LogEntryKind.End when node is not null:
                    node.Status = entry.Status ?? ActivityStatus.Success;
                    break;
                case LogEntryKind.Line:
                    node?.Content.Add(entry);
                    break;
            }
        }
        if (task.IsCompleted)
        {
            // As the API tells it: what still ran when the task ended has ended with it.
            foreach (var node in nodes.Values)
            {
                node.Status ??= task.State switch { TaskState.Success => ActivityStatus.Success, TaskState.Canceled => ActivityStatus.Canceled, _ => ActivityStatus.Failed };
            }
        }
        return roots;
    }
}

/// <summary>What has been added to a log since it was shown.</summary>
/// <param name="Entries">In their order; lines that the filter leaves out are not among them.</param>
/// <param name="NextUrl">Where to ask for what comes after; null: the task has ended, and this is the end of its log.</param>
public sealed record LogNews(ServerTask Task, IReadOnlyList<LogEntry> Entries, string? NextUrl, TaskFacts Facts);

/// <param name="Names">Of its project, environment and tenant.</param>
public sealed record TaskFacts(ServerTask Task, NamesById Names, string SpaceUrl, bool IsNews = false);

public static class LogLevels
{
    private static readonly LogCategory[] Errors = [LogCategory.Error, LogCategory.Fatal];

    public static IReadOnlyList<(string Value, string Text)> All { get; } =
        [("", "Everything"), ("info", "Without verbose"), ("warning", "Warnings and errors"), ("error", "Errors")];

    /// <summary>Null: all.</summary>
    public static IReadOnlyList<LogCategory>? Categories(string? level) => level switch
    {
        "error" => Errors,
        "warning" => [LogCategory.Warning, LogCategory.Alert, .. Errors],
        "info" => [.. Enum.GetValues<LogCategory>().Except([LogCategory.Verbose, LogCategory.Trace])],
        _ => null,
    };
}
