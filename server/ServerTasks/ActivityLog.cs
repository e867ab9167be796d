namespace OctoLogin.ServerTasks;

/// <summary>
/// An element of a task's log, which clients read as <c>ActivityElement</c>. Every text is masked here, before it is cut or kept.
/// Safe to be written to by several threads.
/// </summary>
public sealed class ActivityLog
{
    internal const int Root = 1;

    private readonly LogBuffer buffer;
    private readonly SecretMask mask;
    private readonly int activity;
    private int ended;

    private ActivityLog(LogBuffer buffer, SecretMask mask, int? parent, string name)
    {
        (this.buffer, this.mask) = (buffer, mask);
        activity = buffer.NextActivity();
        buffer.Add(Entry(LogEntryKind.Begin, name) with { Parent = parent });
    }

    /// <summary>The first element of a buffer, which is the root of the log.</summary>
    public static ActivityLog Start(LogBuffer buffer, SecretMask mask, string name) => new(buffer, mask, null, name);

    /// <summary>As clients read it: <see cref="ActivityElement.Id"/>.</summary>
    public string IdIn(ServerTask task) => ActivityElement.IdOf(task, activity);

    /// <summary>An element below this one, Running until <see cref="End"/>.</summary>
    public ActivityLog Begin(string name) => new(buffer, mask, activity, name);

    public void Write(LogCategory category, string message, string? detail = null) => buffer.Add(Entry(LogEntryKind.Line, message) with
    {
        Category = category,
        Detail = detail is null ? null : Fit(detail),
    });

    public void Verbose(string message) => Write(LogCategory.Verbose, message);
    public void Info(string message) => Write(LogCategory.Info, message);
    public void Warning(string message) => Write(LogCategory.Warning, message);
    public void Error(string message) => Write(LogCategory.Error, message);
    public void Highlight(string message) => Write(LogCategory.Highlight, message);

    /// <param name="percentage">0 to 100.</param>
    public void Progress(int percentage, string message) =>
        buffer.Add(Entry(LogEntryKind.Progress, message) with { Percentage = Math.Clamp(percentage, 0, 100) });

    /// <summary>The first end counts.</summary>
    public void End(ActivityStatus status)
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            buffer.Add(Entry(LogEntryKind.End, "") with { Status = status });
        }
    }

    private LogEntry Entry(LogEntryKind kind, string message) => new() { Number = 0, OccurredAt = default, Activity = activity, Kind = kind, Message = Fit(message) };

    private string Fit(string text) => LogText.Of(mask.Apply(text));
}
