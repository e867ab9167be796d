using System.Text;

namespace OctoLogin.Variables;

/// <summary>
/// Puts variables into a text, in the language of Octopus's Octostache: <c>#{Name}</c>, <c>#{A[#{B}].C}</c>, <c>#{Name | ToUpper}</c>,
/// <c>#{if A == "b"}…#{else}…#{/if}</c>, <c>#{unless}</c>, <c>#{each x in Xs}…#{/each}</c>, <c>##{</c> for a plain <c>#{</c>. Values may hold
/// the same again. What cannot be read or has no value stays as it is written. Pure; texts and values may be hostile: work is bounded.
/// </summary>
public static class Substitution
{
    /// <summary>Characters that are read and written in one call, values and intermediate texts included.</summary>
    public const int MostWork = 10_000_000;

    /// <summary>Values within values and blocks within blocks.</summary>
    public const int MostDepth = 50;

    /// <exception cref="SubstitutionException">It would take more than <see cref="MostWork"/>.</exception>
    public static string Expand(string text, Func<string, string?> lookup) => Expand(text, new SubstitutionSource(lookup)).Text;

    /// <inheritdoc cref="Expand(string, Func{string, string?})"/>
    public static Expansion Expand(string text, SubstitutionSource source)
    {
        if (!text.Contains("#{", StringComparison.Ordinal))
        {
            return new(text, new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        }
        var run = new TemplateRun(source);
        var output = new StringBuilder();
        run.Write(text, output);
        return new(output.ToString(), run.Missing, run.Cycles, run.Used);
    }

    /// <summary>What counts as true in a condition: anything but nothing, 0, no and false.</summary>
    public static bool IsTruthy(string? value) =>
        !string.IsNullOrEmpty(value) && value != "0"
        && !value.Trim().Equals("no", StringComparison.OrdinalIgnoreCase) && !value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);
}

/// <param name="Missing">What has no value and stands in the text as it was written.</param>
/// <param name="Cycles">Variables whose value needs itself (or too many others); they stand as they were written.</param>
/// <param name="Used">Every variable whose value went in, so that a text made with a sensitive one is known to be sensitive.</param>
public sealed record Expansion(string Text, IReadOnlySet<string> Missing, IReadOnlySet<string> Cycles, IReadOnlySet<string> Used);

/// <summary>A text that grows without end, or is made to be slow.</summary>
public sealed class SubstitutionException(string message) : Exception(message);
