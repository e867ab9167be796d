using OctoLogin.ServiceAccounts;

namespace OctoLogin.CommandLine;

/// <summary>The values of <c>--condition</c>.</summary>
internal static class ConditionOption
{
    public static ClaimCondition[] ReadAll(string[] texts)
    {
        var conditions = texts.Select(text => ConditionText.TryRead(text)
            ?? throw new UsageException($"--condition is '{text}'; write a claim and what it may be, as in --condition environment=production,staging, or with a kind: fork:absent, ref_protected:equals=true, approved:boolean=true")).ToArray();
        return ConditionText.Repeated(conditions) is { } twice
            ? throw new UsageException($"--condition names the claim '{twice.Claim}' twice; give all its values at once: --condition {ConditionText.Of(twice)}")
            : conditions;
    }
}
