using OctoLogin.Http;

namespace OctoLogin.Variables;

/// <summary>What who deploys is asked for, and what they gave. Pure.</summary>
public static class PromptedVariables
{
    /// <param name="target">Where it will be used, as far as it is known then: no step and no machine.</param>
    /// <param name="given">By name or Id, without case.</param>
    /// <returns>What is wrong; empty: nothing.</returns>
    public static IReadOnlyList<string> Check(IEnumerable<Variable> variables, VariableTarget target, IReadOnlyDictionary<string, string?> given) =>
        Read(variables, target, given).Faults;

    /// <summary><see cref="Check"/>, with the values that were given, by name.</summary>
    public static PromptedValues Read(IEnumerable<Variable> variables, VariableTarget target, IReadOnlyDictionary<string, string?> given) =>
        Read(variables, [target], given);

    /// <summary>For several places at once: what any of them asks for may be given, and what any of them needs must.</summary>
    public static PromptedValues Read(IEnumerable<Variable> variables, IReadOnlyCollection<VariableTarget> targets, IReadOnlyDictionary<string, string?> given)
    {
        var prompted = variables.Where(variable => variable.Prompt is not null && targets.Any(target => VariableScoping.MayApply(variable.Scope, target)))
            .GroupBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var faults = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in given)
        {
            var meant = prompted.Find(name => Same(name.Key, key)) ?? prompted.Find(name => name.Any(variable => Same(variable.Id, key)));
            if (meant is null)
            {
                faults.Add($"'{Printable.Of(key)}' is not a prompted variable here. {Known(prompted)}");
            }
            else if (value is not null && !values.TryAdd(meant.Key, value))
            {
                faults.Add($"Prompted variable '{Printable.Of(meant.Key)}' is given more than once.");
            }
        }
        faults.AddRange(prompted.Where(name => name.Any(NeedsValue) && string.IsNullOrEmpty(values.GetValueOrDefault(name.Key)))
            .Select(name => $"Prompted variable '{Printable.Of(name.Key)}' needs a value: it is required and has none of its own."));
        return new(values, faults);
    }

    private static bool NeedsValue(Variable variable) => variable.Prompt!.Required && string.IsNullOrEmpty(variable.Value) && variable.Sealed is null;

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static string Known(List<IGrouping<string, Variable>> prompted) =>
        prompted.Count == 0 ? "There are none." : $"There are {Names.List(prompted.Take(20).Select(name => name.Key))}.";
}

public sealed record PromptedValues(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Faults);
