using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>What a run condition's text says. Pure.</summary>
public static class Truth
{
    /// <summary>A text that still holds a <c>#{…}</c> names something that there is not, which is not true.</summary>
    public static bool Of(string text) => Substitution.IsTruthy(text.Trim()) && !text.Contains("#{", StringComparison.Ordinal);
}
