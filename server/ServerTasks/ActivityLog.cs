namespace OctoLogin.ServerTasks;

// Placeholder of branch `scripts`: the whole file is replaced by what branch `tasks` brings (ActivityLog, LogBuffer, LogEntry).

public enum LogCategory { Trace, Verbose, Info, Highlight, Wait, Gap, Alert, Warning, Error, Fatal, Planned, Updated, Finished, Abandoned }

public enum ActivityStatus { Pending, Running, Success, Failed, Skipped, SuccessWithWarning, Canceled }

public enum LogEntryKind { Begin, Line, Progress, End }

public sealed record LogEntry
{
    public required LogEntryKind Kind { get; init; }
    public LogCategory? Category { get; init; }
    public int? Percentage { get; init; }
    public string Message { get; init; } = "";
}

public sealed class LogBuffer(TimeProvider clock)
{
    private readonly List<LogEntry> waiting = [];

    public DateTimeOffset Now => clock.GetUtcNow();

    internal void Add(LogEntry entry)
    {
        lock (waiting)
        {
            waiting.Add(entry);
        }
    }

    internal IReadOnlyList<LogEntry> Oldest()
    {
        lock (waiting)
        {
            return waiting.ToList();
        }
    }

    internal void Written(IReadOnlyList<LogEntry> entries)
    {
        lock (waiting)
        {
            waiting.RemoveRange(0, entries.Count);
        }
    }
}

public sealed class ActivityLog
{
    private readonly LogBuffer buffer;
    private readonly SecretMask mask;

    private ActivityLog(LogBuffer buffer, SecretMask mask) => (this.buffer, this.mask) = (buffer, mask);

    public static ActivityLog Start(LogBuffer buffer, SecretMask mask, string name)
    {
        buffer.Add(new LogEntry { Kind = LogEntryKind.Begin, Message = name });
        return new ActivityLog(buffer, mask);
    }

    public ActivityLog Begin(string name) => Start(buffer, mask, name);

    public void Write(LogCategory category, string message, string? detail = null) =>
        buffer.Add(new LogEntry { Kind = LogEntryKind.Line, Category = category, Message = mask.Apply(message) });

    public void Verbose(string message) => Write(LogCategory.Verbose, message);
    public void Info(string message) => Write(LogCategory.Info, message);
    public void Warning(string message) => Write(LogCategory.Warning, message);
    public void Error(string message) => Write(LogCategory.Error, message);
    public void Highlight(string message) => Write(LogCategory.Highlight, message);

    public void Progress(int percentage, string message) =>
        buffer.Add(new LogEntry { Kind = LogEntryKind.Progress, Percentage = percentage, Message = mask.Apply(message) });

    public void End(ActivityStatus status) => buffer.Add(new LogEntry { Kind = LogEntryKind.End, Message = status.ToString() });
}
