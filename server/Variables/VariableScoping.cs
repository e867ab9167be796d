using OctoLogin.Http;
using OctoLogin.Tenants;

namespace OctoLogin.Variables;

/// <summary>
/// Which of several values of a name holds: the most specific one. Octopus's order: step, machine, role that the step is for, other role, tenant,
/// tenant tag, environment, channel, process; of two with the same most specific limit the next one decides. Pure.
/// </summary>
public static class VariableScoping
{
    public static bool Applies(VariableScope scope, VariableTarget target) => Rank(scope, target) is not null;

    /// <summary>Before steps and machines are known: whether it can hold for any of them.</summary>
    public static bool MayApply(VariableScope scope, VariableTarget target) =>
        Applies(scope with { Action = [], Machine = [], Role = [] }, target);

    public static ScopedVariables Choose(IEnumerable<Variable> variables, VariableTarget target)
    {
        var chosen = new List<Variable>();
        var warnings = new List<string>();
        foreach (var name in variables.GroupBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase))
        {
            var ranked = name.Select(variable => (Variable: variable, Rank: Rank(variable.Scope, target))).Where(one => one.Rank is not null).ToList();
            if (ranked.Count == 0)
            {
                continue;
            }
            var highest = ranked.Max(one => one.Rank);
            var best = ranked.FindAll(one => one.Rank == highest);
            chosen.Add(best[0].Variable);
            if (best.Count > 1)
            {
                warnings.Add($"Variable '{Printable.Of(name.Key)}' has {best.Count} values that are equally specific here; the first of them in the project's list is used.");
            }
        }
        return new(chosen, warnings);
    }

    /// <summary>Higher is more specific; null: it does not hold there.</summary>
    public static int? Rank(VariableScope scope, VariableTarget target)
    {
        var rank = 0;
        return Limit(scope.Action, 1 << 8, Is(scope.Action, target.ActionId))
            && Limit(scope.Machine, 1 << 7, Is(scope.Machine, target.MachineId))
            && Limit(scope.Role, Any(scope.Role, Both(target.StepRoles, target.Roles)) ? 1 << 6 : 1 << 5, Any(scope.Role, target.Roles))
            && Limit(scope.Tenant, 1 << 4, Is(scope.Tenant, target.TenantId))
            && Limit(scope.TenantTag, 1 << 3, TenantTags.Match(target.TenantTags, scope.TenantTag))
            && Limit(scope.Environment, 1 << 2, Is(scope.Environment, target.EnvironmentId))
            && Limit(scope.Channel, 1 << 1, Is(scope.Channel, target.ChannelId))
            && Limit(scope.ProcessOwner, 1, Is(scope.ProcessOwner, target.ProcessOwner))
            ? rank
            : null;

        bool Limit(string[] named, int weight, bool matches)
        {
            rank += named.Length == 0 ? 0 : weight;
            return named.Length == 0 || matches;
        }
    }

    private static bool Is(string[] named, string? there) => there is not null && Any(named, [there]);

    private static bool Any(IEnumerable<string> named, IReadOnlyCollection<string> there) => named.Any(name => there.Contains(name, StringComparer.OrdinalIgnoreCase));

    private static List<string> Both(IReadOnlyCollection<string> a, IReadOnlyCollection<string> b) => [.. a.Intersect(b, StringComparer.OrdinalIgnoreCase)];
}

/// <summary>One variable for each name that has a value there, in their order, and what was not clear.</summary>
public sealed record ScopedVariables(IReadOnlyList<Variable> Chosen, IReadOnlyList<string> Warnings);
