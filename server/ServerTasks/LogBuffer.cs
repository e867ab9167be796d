namespace OctoLogin.ServerTasks;

/// <summary>
/// What a running task has logged and the database does not have yet. Writing never waits: when the database falls behind or is
/// away, the buffer fills up to its bound, and what comes then is left out and counted, which a line of the log says.
/// </summary>
public sealed class LogBuffer(TimeProvider clock)
{
    public const int MostWaitingCharacters = 8 * 1024 * 1024;
    public const int MostWaiting = 50_000;

    /// <summary>Of a whole task. Lines above it are left out; an element's beginning and end never are, as a task has few.</summary>
    public const long MostCharacters = 16 * 1024 * 1024;
    public const int MostEntries = 500_000;

    private readonly Lock gate = new();
    private readonly List<LogEntry> waiting = [];
    private readonly SemaphoreSlim something = new(0, 1);
    private long waitingCharacters;
    private long allCharacters;
    private int lastNumber;
    private int lastActivity;
    private int leftOut;
    private bool isFull;

    /// <summary>Whether there was a warning or something worse.</summary>
    public bool HasWarningsOrErrors { get; private set; }

    internal int NextActivity() => Interlocked.Increment(ref lastActivity);

    /// <param name="entry">Without number and time.</param>
    internal void Add(LogEntry entry)
    {
        lock (gate)
        {
            HasWarningsOrErrors |= entry.Category is LogCategory.Warning or LogCategory.Error or LogCategory.Fatal;
            var isMore = entry.Kind is LogEntryKind.Line or LogEntryKind.Progress;
            if (isMore && (isFull || waiting.Count >= MostWaiting || waitingCharacters + entry.Size > MostWaitingCharacters))
            {
                leftOut += entry.Kind == LogEntryKind.Line ? 1 : 0;
                return;
            }
            SayWhatWasLeftOut();
            if (isMore && (allCharacters + entry.Size > MostCharacters || lastNumber >= MostEntries))
            {
                isFull = true;
                entry = Warning($"The log has reached its limit of {MostCharacters / (1024 * 1024)} MiB or {MostEntries} lines. What follows is left out.");
            }
            Append(entry);
        }
        Signal();
    }

    /// <summary>Returns when something is waiting, or this was woken.</summary>
    internal Task WaitAsync(CancellationToken cancel) => something.WaitAsync(cancel);

    /// <summary>The oldest of what waits, up to about a megabyte. They stay until <see cref="Written"/>.</summary>
    internal IReadOnlyList<LogEntry> Oldest()
    {
        lock (gate)
        {
            SayWhatWasLeftOut();
            var (count, size) = (0, 0L);
            while (count < waiting.Count && count < 2000 && size < 1024 * 1024)
            {
                size += waiting[count++].Size;
            }
            return waiting.GetRange(0, count);
        }
    }

    /// <summary>These are in the database, or never can be.</summary>
    internal void Written(IReadOnlyList<LogEntry> entries)
    {
        lock (gate)
        {
            waiting.RemoveRange(0, entries.Count);
            waitingCharacters -= entries.Sum(entry => (long)entry.Size);
        }
    }

    // Only where there is room again, so that the line stands where the gap is.
    private void SayWhatWasLeftOut()
    {
        if (leftOut > 0 && !isFull && waiting.Count < MostWaiting / 2 && waitingCharacters < MostWaitingCharacters / 2)
        {
            Append(Warning($"{leftOut} line{(leftOut == 1 ? " was" : "s were")} left out here: they came faster than the database took them."));
            leftOut = 0;
        }
    }

    private static LogEntry Warning(string message) => new()
    {
        Number = 0, OccurredAt = default, Activity = ActivityLog.Root, Kind = LogEntryKind.Line, Category = LogCategory.Warning, Message = message,
    };

    private void Append(LogEntry entry)
    {
        waiting.Add(entry with { Number = ++lastNumber, OccurredAt = clock.GetUtcNow() });
        waitingCharacters += entry.Size;
        allCharacters += entry.Size;
    }

    private void Signal()
    {
        try
        {
            if (something.CurrentCount == 0)
            {
                something.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // another thread was faster
        }
    }
}
