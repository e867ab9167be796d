namespace OctoLogin.ServerTasks;

/// <summary>A task with its whole log, as a client's <c>getDetails</c> reads it.</summary>
/// <param name="PhysicalLogSize">Characters of all messages.</param>
public sealed record ServerTaskDetails(ServerTask Task, TaskProgress Progress, long PhysicalLogSize, IReadOnlyList<ActivityElement> ActivityLogs)
{
    public static async Task<ServerTaskDetails> OfAsync(ServerTask task, IAsyncEnumerable<LogEntry> entries)
    {
        var elements = new Dictionary<int, ActivityElement>();
        var roots = new List<ActivityElement>();
        var size = 0L;
        await foreach (var entry in entries)
        {
            size += entry.Size;
            if (entry.Kind == LogEntryKind.Begin)
            {
                var above = entry.Parent is { } parent ? elements.GetValueOrDefault(parent) : null;
                var element = new ActivityElement(task, entry, isStep: above is not null && roots.Contains(above));
                elements[entry.Activity] = element;
                (above?.Children ?? roots).Add(element);
            }
            else
            {
                elements.GetValueOrDefault(entry.Activity)?.Add(entry);
            }
        }
        if (task.IsCompleted)
        {
            foreach (var element in elements.Values)
            {
                element.EndWith(task);
            }
        }
        var progress = task.IsCompleted ? 100 : roots.FirstOrDefault()?.ProgressPercentage ?? 0;
        return new(task, new(progress, ""), size, roots);
    }
}

/// <param name="EstimatedTimeRemaining">Empty: it is not estimated.</param>
public sealed record TaskProgress(int ProgressPercentage, string EstimatedTimeRemaining);

public sealed class ActivityElement(ServerTask task, LogEntry begun, bool isStep)
{
    public string Id { get; } = IdOf(task, begun.Activity);
    public string Name { get; } = begun.Message;
    public DateTimeOffset Started { get; } = begun.OccurredAt;
    public DateTimeOffset? Ended { get; private set; }
    public ActivityStatus Status { get; private set; } = ActivityStatus.Running;
    public List<ActivityElement> Children { get; } = [];
    public bool ShowAtSummaryLevel { get; } = isStep;
    public List<ActivityLogElement> LogElements { get; } = [];
    public int ProgressPercentage { get; private set; }
    public string ProgressMessage { get; private set; } = "";

    internal static string IdOf(ServerTask task, int activity) => $"{task.Id}/{activity}";

    internal void Add(LogEntry entry)
    {
        switch (entry.Kind)
        {
            case LogEntryKind.Line:
                LogElements.Add(new(entry.Category ?? LogCategory.Info, entry.OccurredAt, entry.Message, entry.Detail));
                break;
            case LogEntryKind.Progress:
                (ProgressPercentage, ProgressMessage) = (entry.Percentage ?? 0, entry.Message);
                break;
            case LogEntryKind.End:
                (Ended, Status, ProgressPercentage) = (entry.OccurredAt, entry.Status ?? ActivityStatus.Success, 100);
                break;
        }
    }

    /// <summary>What still ran when the task ended, because its node died or its runner left it, has ended with it.</summary>
    internal void EndWith(ServerTask ended)
    {
        if (Ended is null)
        {
            Ended = ended.CompletedTime;
            Status = ended.State switch
            {
                TaskState.Success => ActivityStatus.Success,
                TaskState.Canceled => ActivityStatus.Canceled,
                _ => ActivityStatus.Failed,
            };
        }
    }
}

public sealed record ActivityLogElement(LogCategory Category, DateTimeOffset OccurredAt, string MessageText, string? Detail);
