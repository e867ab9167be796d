namespace OctoLogin.Http;

public static class QueryLists
{
    /// <summary>Values that are repeated or joined by commas. Null: not asked for.</summary>
    public static string[]? List(this IQueryCollection query, string name)
    {
        var values = query[name].OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        return values.Length == 0 ? null : values;
    }
}
