namespace OctoLogin.Variables;

/// <summary>The values that hold for one target, in the clear and not yet substituted in one another. Names without case.</summary>
public sealed record VariableValues
{
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Those whose value no log may show.</summary>
    public required IReadOnlySet<string> SensitiveNames { get; init; }

    /// <summary>The types of those whose value is an account, by name.</summary>
    public IReadOnlyDictionary<string, string> AccountTypes { get; init; } = new Dictionary<string, string>();

    /// <summary>For the log of what uses them.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static VariableValues None { get; } = Of([], VariableTarget.Nowhere, _ => null);

    /// <param name="open">The value of a sensitive variable.</param>
    public static VariableValues Of(IEnumerable<Variable> variables, VariableTarget target, Func<Variable, string?> open)
    {
        var scoped = VariableScoping.Choose(variables, target);
        return new VariableValues
        {
            Values = scoped.Chosen.ToDictionary(
                variable => variable.Name, variable => (variable.IsSensitive ? open(variable) : variable.Value) ?? "", StringComparer.OrdinalIgnoreCase),
            SensitiveNames = scoped.Chosen.Where(variable => variable.IsSensitive).Select(variable => variable.Name).ToHashSet(StringComparer.OrdinalIgnoreCase),
            AccountTypes = scoped.Chosen.Where(variable => AccountVariables.IsAccount(variable.Type)).ToDictionary(variable => variable.Name, variable => variable.Type, StringComparer.OrdinalIgnoreCase),
            Warnings = scoped.Warnings,
        };
    }

    /// <summary>With these in the place of those of the same name, such as what who deploys was asked for. A sensitive name stays sensitive.</summary>
    /// <param name="sensitive">Names that become sensitive with it.</param>
    public VariableValues With(IEnumerable<KeyValuePair<string, string>> others, IEnumerable<string>? sensitive = null)
    {
        var values = new Dictionary<string, string>(Values, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in others)
        {
            values[name] = value;
        }
        return this with { Values = values, SensitiveNames = SensitiveNames.Concat(sensitive ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase) };
    }
}
