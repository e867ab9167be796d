using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Variables;

/// <summary>
/// Sensitive values, encrypted at rest each for its variable of its project: a value that is moved to another row opens nowhere. A snapshot's
/// are the same bytes and open with the same purpose.
/// </summary>
public sealed class SealedValues(Secrets secrets)
{
    public byte[] Seal(string projectId, string variableId, string value) => secrets.Protect(Purpose(projectId, variableId), Encoding.UTF8.GetBytes(value));

    /// <summary>The value of a variable of this project; null: it has none.</summary>
    public string? Open(string projectId, Variable variable) =>
        variable.Sealed is { } value ? Encoding.UTF8.GetString(secrets.Unprotect(Purpose(projectId, variable.Id), value)) : null;

    /// <summary>The values of a set, or of a snapshot, that hold for a target.</summary>
    public VariableValues Resolve(VariableSet set, VariableTarget target) => VariableValues.Of(set.Variables, target, variable => Open(set.ProjectId, variable));

    /// <summary>The set as clients may read it.</summary>
    public static VariableSet Hide(VariableSet set) => set with { VariablesJson = VariableSet.Write(set.Variables.Select(Hide)) };

    private static Variable Hide(Variable variable) => variable with { Sealed = null, Value = variable.IsSensitive ? null : variable.Value };

    private static string Purpose(string projectId, string variableId) => $"variable_sets.variables:{projectId}:{variableId}";
}
