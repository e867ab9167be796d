using System.Globalization;

namespace OctoLogin.ServerTasks;

/// <summary>A task's log as text for people: what it was, then line by line when and how serious, indented as the tree is.</summary>
public static class RawLog
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static async Task WriteAsync(TextWriter writer, ServerTask task, IAsyncEnumerable<LogEntry> entries)
    {
        await writer.WriteAsync(Head(task));
        var depth = new Dictionary<int, (int Depth, string Name)>();
        await foreach (var entry in entries)
        {
            if (entry.Kind == LogEntryKind.Begin)
            {
                depth[entry.Activity] = (entry.Parent is { } parent && depth.TryGetValue(parent, out var above) ? above.Depth + 1 : 0, entry.Message);
            }
            if (depth.TryGetValue(entry.Activity, out var at))
            {
                await WriteAsync(writer, entry, at.Depth, at.Name);
            }
        }
    }

    private static string Head(ServerTask task)
    {
        var lines = new List<(string Name, string? Value)>
        {
            ("Task ID", task.Id), ("Task", task.Description), ("Status", task.State.ToString()), ("Queued", Text(task.QueueTime)), ("Started", Text(task.StartTime)),
            ("Completed", Text(task.CompletedTime)), ("Duration", task.Duration), ("Server node", task.NodeName), ("Error", task.ErrorMessage),
        };
        return string.Concat(lines.Where(line => line.Value is not null).Select(line => $"{line.Name + ":",-13}{line.Value!.ReplaceLineEndings(" ")}\n")) + "\n";
    }

    private static async Task WriteAsync(TextWriter writer, LogEntry entry, int depth, string name)
    {
        var (level, text) = entry.Kind switch
        {
            LogEntryKind.Begin => ("", $"== {entry.Message} =="),
            LogEntryKind.End => ("", $"== {name}: {entry.Status} =="),
            LogEntryKind.Progress => ("Progress", $"{entry.Percentage}% {entry.Message}"),
            _ => (entry.Category.ToString()!, entry.Detail is null ? entry.Message : $"{entry.Message}\n{entry.Detail}"),
        };
        // Each line of a text of several says when and what it is: who searches for errors finds them.
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            await writer.WriteAsync($"{Text(entry.OccurredAt)} {level,-9} | {new string(' ', 2 * depth)}{line}\n");
        }
    }

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture);
}
