using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

/// <summary>A claim condition as it is typed and listed: <c>CLAIM[:KIND][=VALUE,VALUE]</c>.</summary>
internal static class ConditionText
{
    public const string Form = "CLAIM[:KIND][=VALUE,…]";

    public static ClaimCondition[] ReadAll(string[] texts)
    {
        var conditions = texts.Select(Read).ToArray();
        // Twice would mean that the claim must be both; whoever writes it means either.
        return conditions.GroupBy(condition => (condition.Claim, condition.Kind)).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UsageException($"--condition names the claim '{twice.Key.Claim}' twice; give all its values at once: --condition {Of(twice.First() with { Values = [.. twice.SelectMany(condition => condition.Values)] })}")
            : conditions;
    }

    public static string Of(ClaimCondition condition)
    {
        var name = condition.Kind == ConditionKind.Pattern ? condition.Claim : $"{condition.Claim}:{Word(condition.Kind)}";
        return condition.Values.Length == 0 ? name : $"{name}={string.Join(',', condition.Values)}";
    }

    private static ClaimCondition Read(string text)
    {
        var (name, values) = text.Split('=', 2) is [var before, var after] ? (before, after) : (text, null);
        var kind = ConditionKind.Pattern;
        // A claim's own name may hold a colon, as in https://example.com/groups; only what is a kind ends it.
        if (name.LastIndexOf(':') is > 0 and var colon && Enum.GetValues<ConditionKind>().Cast<ConditionKind?>().FirstOrDefault(known => Word(known!.Value) == name[(colon + 1)..]) is { } named)
        {
            (name, kind) = (name[..colon], named);
        }
        var wantsValues = kind is not (ConditionKind.Exists or ConditionKind.Absent);
        if (name.Length == 0 || string.IsNullOrEmpty(values) == wantsValues)
        {
            throw new UsageException($"--condition is '{text}'; write a claim and what it may be, as in --condition environment=production,staging, or with a kind: fork:absent, ref_protected:equals=true, approved:boolean=true");
        }
        return new ClaimCondition
        {
            Claim = name,
            Kind = kind,
            // The one value of Equals may hold a comma.
            Values = values is null ? [] : kind == ConditionKind.Equals ? [values] : values.Split(',', StringSplitOptions.TrimEntries),
        };
    }

    private static string Word(ConditionKind kind) => kind.ToString().ToLowerInvariant();
}
