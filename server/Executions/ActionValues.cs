using System.Globalization;
using System.Text.RegularExpressions;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>The variables of one action on one target, each with its <c>#{…}</c> replaced; what is sensitive is in the mask before anything can log it.</summary>
public sealed partial class ActionValues
{
    private readonly VariableValues raw;
    private readonly SubstitutionSource source;
    private readonly SecretMask mask;

    private ActionValues(VariableValues raw, IReadOnlyDictionary<string, string> values, IReadOnlySet<string> sensitive, SubstitutionSource source, SecretMask mask) =>
        (this.raw, Values, SensitiveNames, this.source, this.mask) = (raw, values, sensitive, source, mask);

    public IReadOnlyDictionary<string, string> Values { get; }

    public IReadOnlySet<string> SensitiveNames { get; }

    /// <summary>The types of those whose value is an account, by name.</summary>
    public IReadOnlyDictionary<string, string> AccountTypes => raw.AccountTypes;

    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <exception cref="SubstitutionException">A value grows without end.</exception>
    public string Expand(string text)
    {
        foreach (Match filtered in Filtered().Matches(text))
        {
            var expanded = Substitution.Expand(filtered.Value, source);
            if (expanded.Used.Any(SensitiveNames.Contains))
            {
                // It no longer looks like the secret that is masked.
                mask.Add(expanded.Text);
            }
        }
        return Substitution.Expand(text, source).Text;
    }

    /// <param name="own">The action's and the step's own values, such as its properties.</param>
    public static ActionValues Of(VariableValues scoped, IEnumerable<KeyValuePair<string, string>> own, ExecutionState state, IEnumerable<string> sensitive, SecretMask mask)
    {
        var (outputs, secretOutputs) = state.Snapshot();
        return Of(scoped.With(own).With(outputs, secretOutputs.Concat(sensitive)), mask);
    }

    /// <summary>With these in the place of those of the same name.</summary>
    /// <param name="sensitive">Those of the names that no log may show.</param>
    public ActionValues With(IReadOnlyCollection<KeyValuePair<string, string>> others, IEnumerable<string> sensitive) => others.Count == 0 ? this : Of(raw.With(others, sensitive), mask);

    private static ActionValues Of(VariableValues raw, SecretMask mask)
    {
        var source = SubstitutionSource.Of(raw.Values);
        foreach (var name in raw.SensitiveNames)
        {
            mask.Add(raw.Values.GetValueOrDefault(name));
        }
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var secret = new HashSet<string>(raw.SensitiveNames, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in raw.Values)
        {
            var expanded = Substitution.Expand(value, source);
            values[name] = expanded.Text;
            // A filter may have made something of a secret that no longer looks like it.
            if (secret.Contains(name) || expanded.Used.Any(raw.SensitiveNames.Contains))
            {
                secret.Add(name);
                mask.Add(expanded.Text);
            }
        }
        return new(raw, values, secret, source, mask);
    }

    /// <summary>What Octopus calls the step, the action and the target.</summary>
    public static Dictionary<string, string> Names(StepPlan step, DeploymentAction action, ExecutionTarget? target)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Octopus.Step.Id"] = step.Step.Id,
            ["Octopus.Step.Name"] = step.Step.Name,
            ["Octopus.Step.Number"] = step.Number.ToString(CultureInfo.InvariantCulture),
            ["Octopus.Action.Id"] = action.Id,
            ["Octopus.Action.Name"] = action.Name,
            ["Octopus.Action.Number"] = (Array.IndexOf(step.Step.Actions, action) + 1).ToString(CultureInfo.InvariantCulture),
            ["Octopus.Action.ActionType"] = action.ActionType,
        };
        if (target is not null)
        {
            values["Octopus.Machine.Id"] = target.Id;
            values["Octopus.Machine.Name"] = target.Name;
            values["Octopus.Machine.Roles"] = string.Join(',', target.Roles);
        }
        return values;
    }

    /// <summary>An expression with a filter, such as <c>#{Password | ToUpper}</c>.</summary>
    [GeneratedRegex(@"#\{[^{}|]+\|[^{}]+\}", RegexOptions.CultureInvariant)]
    private static partial Regex Filtered();
}
