namespace OctoLogin.Http;

/// <summary>A list in a query: its name repeated, or its values joined by commas, or both.</summary>
public static class QueryList
{
    public static string[] Of(IEnumerable<string?>? values) =>
        [.. (values ?? []).OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>Null: not asked for, which an empty one is too.</summary>
    public static string[]? Of(IQueryCollection query, string name) => Of(query[name]) is { Length: > 0 } values ? values : null;
}
