namespace OctoLogin.ServiceAccounts;

/// <summary>
/// A claim condition as it is typed and listed: <c>CLAIM[:KIND][=VALUE,VALUE]</c>. Among lines, values with commas are written on a line
/// each below <c>CLAIM[:KIND]=</c>, set in by a blank. Pure.
/// </summary>
public static class ConditionText
{
    public const string Form = "CLAIM[:KIND][=VALUE,…]";

    public static string Of(ClaimCondition condition)
    {
        var name = condition.Kind == ConditionKind.Pattern ? condition.Claim : $"{condition.Claim}:{Word(condition.Kind)}";
        return condition.Values.Length == 0 ? name : $"{name}={string.Join(',', condition.Values)}";
    }

    /// <summary>Null: it cannot be read as one.</summary>
    public static ClaimCondition? TryRead(string text)
    {
        var (named, values) = text.Split('=', 2) is [var before, var after] ? (before, after) : (text, null);
        var (name, kind) = ReadName(named);
        var wantsValues = kind is not (ConditionKind.Exists or ConditionKind.Absent);
        return name.Length == 0 || string.IsNullOrEmpty(values) == wantsValues ? null : new ClaimCondition
        {
            Claim = name,
            Kind = kind,
            // The one value of Equals may hold a comma.
            Values = values is null ? [] : kind == ConditionKind.Equals ? [values] : values.Split(',', StringSplitOptions.TrimEntries),
        };
    }

    /// <summary>A condition on each line; what is wrong with the first that is not one.</summary>
    public static (ClaimCondition[] Conditions, string? Fault) ReadLines(string? text)
    {
        var read = new List<ClaimCondition>();
        var lines = (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !string.IsNullOrWhiteSpace(line)).ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            string[] below = TakesValuesBelow(line) ? [.. lines.Skip(i + 1).TakeWhile(next => char.IsWhiteSpace(next[0])).Select(next => next.Trim())] : [];
            i += below.Length;
            if (below.Length > 0)
            {
                var (claim, kind) = ReadName(line[..^1]);
                read.Add(new() { Claim = claim, Kind = kind, Values = below });
                continue;
            }
            if (TryRead(line) is not { } condition)
            {
                return ([], $"'{line}' is no condition. Write a claim and what it may be, as in environment=production,staging, or with a kind: fork:absent, ref_protected:equals=true, approved:boolean=true.");
            }
            read.Add(condition);
        }
        return Repeated(read) is { } twice
            ? ([], $"The claim '{twice.Claim}' has two conditions of one kind, which it would have to meet both. Write all its values as one condition: {LineOf(twice)}")
            : ([.. read], null);
    }

    /// <summary>On a line each; null: they would be read as others (two of one kind on one claim; a claim whose name holds a =, or ends as one with a kind).</summary>
    public static string? Lines(IReadOnlyList<ClaimCondition> conditions)
    {
        var text = string.Join('\n', conditions.Select(LineOf));
        var (read, fault) = ReadLines(text);
        return fault is null && read.Length == conditions.Count
            && read.Zip(conditions).All(pair => pair.First.Claim == pair.Second.Claim && pair.First.Kind == pair.Second.Kind && pair.First.Values.SequenceEqual(pair.Second.Values)) ? text : null;
    }

    /// <summary>With each value on a line of its own where it would be cut up otherwise.</summary>
    private static string LineOf(ClaimCondition condition) =>
        HasSeveral(condition.Kind) && condition.Values.Any(value => value.Contains(',')) ? $"{Of(condition with { Values = [] })}=\n  {string.Join("\n  ", condition.Values)}" : Of(condition);

    /// <summary>Without them it would be no condition: what is set in below any other line is a condition itself.</summary>
    private static bool TakesValuesBelow(string line) => line.IndexOf('=') == line.Length - 1 && line.Length > 1 && HasSeveral(ReadName(line[..^1]).Kind);

    private static bool HasSeveral(ConditionKind kind) => kind is ConditionKind.Pattern or ConditionKind.OneOf or ConditionKind.Number;

    private static (string Claim, ConditionKind Kind) ReadName(string text) =>
        // A claim's own name may hold a colon, as in https://example.com/groups; only what is a kind ends it.
        text.LastIndexOf(':') is > 0 and var colon && Enum.GetValues<ConditionKind>().Cast<ConditionKind?>().FirstOrDefault(known => Word(known!.Value) == text[(colon + 1)..]) is { } kind
            ? (text[..colon], kind) : (text, ConditionKind.Pattern);

    /// <summary>The claim that is named twice, with the values of both: who writes that means either.</summary>
    public static ClaimCondition? Repeated(IEnumerable<ClaimCondition> conditions) =>
        conditions.GroupBy(condition => (condition.Claim, condition.Kind)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? twice.First() with { Values = [.. twice.SelectMany(condition => condition.Values)] }
            : null;

    private static string Word(ConditionKind kind) => kind.ToString().ToLowerInvariant();
}
