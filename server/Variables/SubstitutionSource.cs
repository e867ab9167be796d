namespace OctoLogin.Variables;

/// <summary>Where a substitution finds its values.</summary>
/// <param name="lookup">The value of a name, without case; null: none.</param>
/// <param name="now">For <c>NowDate</c>; null: that stays as it is written.</param>
public sealed class SubstitutionSource(Func<string, string?> lookup, DateTimeOffset? now = null)
{
    private const int MostName = 2000;
    private readonly Lazy<Dictionary<string, List<string>>> indexes = new(() => []);

    private SubstitutionSource(IReadOnlyDictionary<string, string> values, DateTimeOffset? now) : this(values.GetValueOrDefault, now) =>
        indexes = new(() => IndexesIn(values.Keys));

    public DateTimeOffset? Now { get; } = now;

    /// <summary>With the names known, <c>each</c> can go over <c>Octopus.Action[…]</c>.</summary>
    /// <param name="values">By name without case.</param>
    public static SubstitutionSource Of(IReadOnlyDictionary<string, string> values, DateTimeOffset? now = null) => new(values, now);

    public string? Find(string name) => lookup(name);

    /// <summary>What stands in brackets after this name: numbers in their order, then texts.</summary>
    public IReadOnlyList<string> IndexesOf(string name) => indexes.Value.TryGetValue(name, out var found) ? found : [];

    private static Dictionary<string, List<string>> IndexesIn(IEnumerable<string> names)
    {
        var all = new Dictionary<string, HashSet<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names.Where(name => name.Length <= MostName))
        {
            for (var open = name.IndexOf('['); open >= 0;)
            {
                var close = ClosingBracket(name, open);
                if (close < 0)
                {
                    break;
                }
                if (!all.TryGetValue(name[..open], out var found))
                {
                    all[name[..open]] = found = new(StringComparer.OrdinalIgnoreCase);
                }
                found.Add(name[(open + 1)..close]);
                open = name.IndexOf('[', close);
            }
        }
        return all.ToDictionary(one => one.Key, one => one.Value.OrderBy(Number).ThenBy(index => index, StringComparer.OrdinalIgnoreCase).ToList(), all.Comparer);
    }

    /// <summary>Of the bracket there; brackets within it have their own. -1: it has none.</summary>
    public static int ClosingBracket(string text, int open, int most = int.MaxValue)
    {
        var depth = 0;
        for (var i = open; i < text.Length && i - open < most; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }
        return -1;
    }

    private static long Number(string index) =>
        long.TryParse(index, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}
