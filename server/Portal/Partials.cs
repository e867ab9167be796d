using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Http;

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
    /// <summary>Of a list that is paged by number; for short lists only, as the rows before are read again.</summary>
    public static Pager Of(string url, string? text, Page page, long total) => new(
        page.Skip > 0 ? Url(url, text, Math.Max(0, page.Skip - page.Take)) : null,
        page.Skip + page.Take < total ? Url(url, text, page.Skip + page.Take) : null);

    /// <summary>Of a list that is paged by where the page before ended; its last page costs what the first does.</summary>
    /// <param name="last">The end of this page; null: nothing comes after it.</param>
    public static Pager After(string url, string? text, string? after, string? last) => new(
        string.IsNullOrEmpty(after) ? null : Url(url, text, null),
        last is null ? null : Url(url, text, last), "To the beginning");

    private static string Url(string url, string? text, string? after) =>
        QueryHelpers.AddQueryString(url, new Dictionary<string, string?> { ["q"] = string.IsNullOrEmpty(text) ? null : text, ["after"] = after });

    private static string Url(string url, string? text, int skip) =>
        QueryHelpers.AddQueryString(url, new Dictionary<string, string?> { ["q"] = string.IsNullOrEmpty(text) ? null : text, ["skip"] = skip.ToString(CultureInfo.InvariantCulture) });
}

/// <param name="Url">The list's own, without its query.</param>
public sealed record SearchBox(string Url, string Label, string? Text);

/// <summary>Asks for the name of what will be gone.</summary>
public sealed record ConfirmDelete(string Title, string Consequence, string Name, string Button = "Delete", string Handler = "Delete")
{
    public static bool IsConfirmed(string? typed, string name) => typed?.Trim() == name;

    public static string Fault(string name) => $"Type '{name}' exactly as it is written; nothing was deleted.";
}
