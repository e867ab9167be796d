namespace OctoLogin.ServerTasks;

/// <param name="Entries">In their order.</param>
/// <param name="Last">The number of the log's last entry; 0: it has none.</param>
/// <param name="HasEarlier">There are earlier lines that are wanted.</param>
public sealed record LogTail(IReadOnlyList<LogEntry> Entries, int Last, bool HasEarlier)
{
    /// <summary>A script may make as many elements as it likes.</summary>
    public const int MostElements = 10_000;
}

/// <summary>Which lines of a log are wanted. Null: all.</summary>
public sealed record LogFilter(IReadOnlyList<LogCategory>? Categories, string? Text)
{
    public string[]? Names => Categories?.Select(category => category.ToString()).ToArray();

    public bool Takes(LogEntry line) => Categories?.Contains(line.Category ?? LogCategory.Info) != false
        && (string.IsNullOrEmpty(Text) || line.Message.Contains(Text, StringComparison.OrdinalIgnoreCase) || line.Detail?.Contains(Text, StringComparison.OrdinalIgnoreCase) == true);
}
