using Microsoft.AspNetCore.WebUtilities;

namespace OctoLogin.Portal;

/// <summary>The page's one <c>h1</c>, with the way up and the main thing to do.</summary>
public sealed record PageTitle(string Text, string? Parent = null, string? ParentUrl = null, string? Action = null, string? ActionUrl = null);

/// <summary>Instead of an empty list.</summary>
/// <param name="Next">What to do now, in a sentence.</param>
public sealed record EmptyState(string Icon, string Title, string Next, string? Action = null, string? ActionUrl = null);

/// <param name="Newer">The page before; null: this is the first.</param>
/// <param name="Older">The page after; null: this is the last.</param>
public sealed record Pager(string? Newer, string? Older, string NewerText = "Back", string OlderText = "More")
{
    /// <summary>Of a list that is paged by where the page before ended; its last page costs what the first does.</summary>
    /// <param name="found">One row more than a page has, where there are more.</param>
    /// <param name="key">What a page ends with.</param>
    /// <param name="url">The list's own, with all of its query but text and place.</param>
    /// <param name="after">What the page before ended with; null or empty: this is the first.</param>
    public static (IReadOnlyList<T> Rows, Pager Pager) Cut<T>(IReadOnlyList<T> found, int take, Func<T, string> key, string url, string? text, string? after)
    {
        IReadOnlyList<T> rows = [.. found.Take(take)];
        return (rows, new(string.IsNullOrEmpty(after) ? null : Url(url, text, null), found.Count > take ? Url(url, text, key(rows[^1])) : null, "To the beginning"));
    }

    private static string Url(string url, string? text, string? after) =>
        QueryHelpers.AddQueryString(url, new Dictionary<string, string?> { ["q"] = string.IsNullOrEmpty(text) ? null : text, ["after"] = after });
}

/// <param name="Url">The list's own, without its query.</param>
public sealed record SearchBox(string Url, string Label, string? Text);

/// <summary>Asks for the name of what will be gone.</summary>
public sealed record ConfirmDelete(string Title, string Consequence, string Name, string Button = "Delete", string Handler = "Delete")
{
    public static bool IsConfirmed(string? typed, string name) => typed?.Trim() == name;

    public static string Fault(string name, string notDone = "deleted") => $"Type '{name}' exactly as it is written; nothing was {notDone}.";
}
