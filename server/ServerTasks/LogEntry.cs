namespace OctoLogin.ServerTasks;

/// <summary>What a line of a log is, in Octopus's words.</summary>
public enum LogCategory { Trace, Verbose, Info, Highlight, Wait, Gap, Alert, Warning, Error, Fatal, Planned, Updated, Finished, Abandoned }

public enum ActivityStatus { Pending, Running, Success, Failed, Skipped, SuccessWithWarning, Canceled }

public enum LogEntryKind { Begin, Line, Progress, End }

/// <summary>One thing that happened in a task's log. A log is these in order; the tree that clients read is made of them.</summary>
public sealed record LogEntry
{
    public required int Number { get; init; }

    /// <summary>The element of the tree; the root is 1.</summary>
    public required int Activity { get; init; }

    public required LogEntryKind Kind { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Of Begin: the element above; null: it is the root.</summary>
    public int? Parent { get; init; }

    /// <summary>Of Line.</summary>
    public LogCategory? Category { get; init; }

    /// <summary>Of End.</summary>
    public ActivityStatus? Status { get; init; }

    /// <summary>Of Progress.</summary>
    public int? Percentage { get; init; }

    /// <summary>Of Begin the name.</summary>
    public string Message { get; init; } = "";

    public string? Detail { get; init; }

    public int Size => Message.Length + (Detail?.Length ?? 0);
}
