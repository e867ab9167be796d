using OctoLogin.Access;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Variables;

/// <summary>
/// Which of a project's variables a caller sees and may change, when their role is for some environments: sees what holds in any of these, also
/// what holds everywhere; changes only what holds nowhere else. A value for every environment is one for production, too. Pure.
/// </summary>
public sealed class VariableAccess(Caller caller, Project project)
{
    private readonly AccessTarget target = ProjectEndpoints.Target(project);

    public bool Sees(Variable variable) => variable.Scope.Environment.Length == 0
        ? caller.MayInSomeEnvironment(Permission.VariableView, target)
        : caller.May(Permission.VariableView, target) || variable.Scope.Environment.Any(id => caller.May(Permission.VariableView, target with { EnvironmentId = id }));

    /// <summary>The set with what the caller sees of it.</summary>
    public VariableSet Narrow(VariableSet set) => set with { VariablesJson = VariableSet.Write(set.Variables.Where(Sees)) };

    /// <summary>What the set becomes by what the caller sent in the place of what they see; refused where they may not.</summary>
    public IReadOnlyList<Variable> Merge(VariableSet present, IReadOnlyList<Variable> sent)
    {
        var seen = present.Variables.Where(Sees).ToDictionary(variable => variable.Id);
        var refused = sent.Where(after => !MayReplace(seen.GetValueOrDefault(after.Id), after))
            .Concat(seen.Values.Where(before => sent.All(after => after.Id != before.Id) && !MayEdit(before)))
            .Select(variable => $"Variable '{Printable.Of(variable.Name)}' cannot be changed: '{Printable.Of(caller.Username)}' has the permission {Permission.VariableEdit} for some environments, and it holds in others, too.").Distinct().ToList();
        if (refused.Count > 0)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, refused[0], refused);
        }
        // Each hidden one stays behind the one that it was behind: of equally specific values the first holds.
        var merged = sent.ToList();
        string? behind = null;
        foreach (var variable in present.Variables)
        {
            if (!seen.ContainsKey(variable.Id))
            {
                merged.Insert(merged.FindIndex(other => other.Id == behind) + 1, variable);
            }
            behind = merged.Exists(other => other.Id == variable.Id) ? variable.Id : behind;
        }
        return merged;
    }

    private bool MayReplace(Variable? before, Variable after) =>
        (before is not null && VariableSet.Write([before]) == VariableSet.Write([after])) || ((before is null || MayEdit(before)) && MayEdit(after));

    private bool MayEdit(Variable variable) => caller.May(Permission.VariableEdit, target)
        || (variable.Scope.Environment.Length > 0 && variable.Scope.Environment.All(id => caller.May(Permission.VariableEdit, target with { EnvironmentId = id })));
}
