namespace OctoLogin.ServiceAccounts;

/// <summary>A claim condition as it is typed and listed: <c>CLAIM[:KIND][=VALUE,VALUE]</c>. Pure.</summary>
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
        var (name, values) = text.Split('=', 2) is [var before, var after] ? (before, after) : (text, null);
        var kind = ConditionKind.Pattern;
        // A claim's own name may hold a colon, as in https://example.com/groups; only what is a kind ends it.
        if (name.LastIndexOf(':') is > 0 and var colon && Enum.GetValues<ConditionKind>().Cast<ConditionKind?>().FirstOrDefault(known => Word(known!.Value) == name[(colon + 1)..]) is { } named)
        {
            (name, kind) = (name[..colon], named);
        }
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
        foreach (var line in (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryRead(line) is not { } condition)
            {
                return ([], $"'{line}' is no condition. Write a claim and what it may be, as in environment=production,staging, or with a kind: fork:absent, ref_protected:equals=true, approved:boolean=true.");
            }
            read.Add(condition);
        }
        return Repeated(read) is { } twice
            ? ([], $"The claim '{twice.Claim}' has two conditions of one kind, which it would have to meet both. Write all its values on one line: {Of(twice)}")
            : ([.. read], null);
    }

    /// <summary>On a line each; null: one of them cannot be written so (a comma within one of several values), and would be read as another.</summary>
    public static string? Lines(IReadOnlyList<ClaimCondition> conditions)
    {
        var text = string.Join('\n', conditions.Select(Of));
        var (read, fault) = ReadLines(text);
        return fault is null && read.Length == conditions.Count
            && read.Zip(conditions).All(pair => pair.First.Claim == pair.Second.Claim && pair.First.Kind == pair.Second.Kind && pair.First.Values.SequenceEqual(pair.Second.Values)) ? text : null;
    }

    /// <summary>The claim that is named twice, with the values of both: who writes that means either.</summary>
    public static ClaimCondition? Repeated(IEnumerable<ClaimCondition> conditions) =>
        conditions.GroupBy(condition => (condition.Claim, condition.Kind)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? twice.First() with { Values = [.. twice.SelectMany(condition => condition.Values)] }
            : null;

    private static string Word(ConditionKind kind) => kind.ToString().ToLowerInvariant();
}
