namespace OctoLogin.Http;

/// <summary>One page of a list, in the shape that Octopus clients read.</summary>
public sealed record ResourceCollection<T>(
    string ItemType, long TotalResults, int ItemsPerPage, long NumberOfPages, long LastPageNumber, IReadOnlyList<T> Items)
{
    public IReadOnlyDictionary<string, string> Links { get; } = new Dictionary<string, string>();

    public static ResourceCollection<T> Of(Page page, long total, IReadOnlyList<T> items)
    {
        var pages = page.Take == 0 ? 0 : (total + page.Take - 1) / page.Take;
        return new(typeof(T).Name, total, page.Take, pages, Math.Max(0, pages - 1), items);
    }

    /// <summary>The page of everything that matches, for what SQL cannot decide.</summary>
    public static ResourceCollection<T> OfAll(Page page, IReadOnlyList<T> all) => Of(page, all.Count, [.. all.Skip(page.Skip).Take(page.Take)]);
}

/// <summary>Rows of a page with the count of all rows that match, as stores return them.</summary>
public sealed record Slice<T>(long Total, IReadOnlyList<T> Items);

/// <summary>
/// The query of every list: <c>skip</c>, <c>take</c> (30 unless told, up to 2147483647), <c>ids</c> (repeated or joined by
/// commas) and <c>partialName</c> (a substring, without case).
/// </summary>
[QueryParameter("skip", "How many to leave out at the start.", typeof(int))]
[QueryParameter("take", "How many at most; 30 unless told.", typeof(int))]
[QueryParameter("ids", "Only these, repeated or joined by commas.", typeof(string[]))]
[QueryParameter("partialName", "Only those whose name contains this, without case; for things that have names.")]
public sealed record Page
{
    public int Skip { get; init; }
    public int Take { get; init; } = 30;

    /// <summary>Null: not asked for. Empty: asked for none.</summary>
    public string[]? Ids { get; init; }

    public string? PartialName { get; init; }

    /// <summary>What the page before ended with, as the list is sorted; null: the list's beginning. No query of the API has it: those skip.</summary>
    public string? After { get; init; }

    /// <summary>False: the total is not asked for, and is 0.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary><see cref="PartialName"/> as an <c>ilike</c> pattern with its own wildcards escaped; null matches all.</summary>
    public string? NameLike => LikeText.Containing(PartialName);

    public static Page All { get; } = new() { Take = int.MaxValue };

    /// <summary>
    /// What comes after the end of the page before, and one row more that says whether there are others. What is before is neither read
    /// nor counted, so that the last page costs what the first does.
    /// </summary>
    public static Page Following(string? after, int take, string? partialName) => new()
    {
        After = string.IsNullOrEmpty(after) ? null : after, IsCounted = false, Take = take + 1, PartialName = string.IsNullOrWhiteSpace(partialName) ? null : partialName.Trim(),
    };

    public static ValueTask<Page?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var name = query["partialName"].ToString();
        return ValueTask.FromResult<Page?>(new Page
        {
            Skip = Number(query, "skip", 0),
            Take = Number(query, "take", 30),
            Ids = QueryList.Of(query, "ids"),
            PartialName = name.Length == 0 ? null : name,
        });
    }

    private static int Number(IQueryCollection query, string name, int otherwise)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }
        return int.TryParse(text, out var number) && number >= 0
            ? number
            : throw ApiException.BadRequest($"{name} must be a whole number from 0 to {int.MaxValue}, not '{Printable.Of(text)}'.");
    }
}

public static class LikeText
{
    /// <summary>An <c>ilike</c> pattern for what contains this; null or empty: null.</summary>
    public static string? Containing(string? text) => string.IsNullOrEmpty(text) ? null : $"%{Escape(text)}%";

    public static string Escape(string text) => text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
}
