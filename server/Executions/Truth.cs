namespace OctoLogin.Executions;

/// <summary>What an expression's text says, as in Octopus. Pure.</summary>
public static class Truth
{
    private static readonly string[] No = ["", "0", "false", "no"];

    /// <summary>A text that still holds a <c>#{…}</c> names something that there is not, which is not true.</summary>
    public static bool Of(string text) =>
        !No.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase) && !text.Contains("#{", StringComparison.Ordinal);
}
