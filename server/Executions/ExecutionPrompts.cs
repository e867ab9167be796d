using OctoLogin.Http;
using OctoLogin.Variables;

namespace OctoLogin.Executions;

/// <summary>What a command gives for prompted variables, checked against those that there are. Pure.</summary>
public static class ExecutionPrompts
{
    /// <param name="set">The variables that will hold; null: there are none.</param>
    /// <param name="channelId">Null: a runbook's run.</param>
    /// <param name="processOwner">The project or the runbook.</param>
    public static ExecutionOptions Read(
        ExecutionOptions options, ExecutionCommand command, VariableSet? set, IEnumerable<ExecutionPlace> places, string? channelId, string processOwner, Validation validation)
    {
        var targets = places.Select(place => new VariableTarget(
            place.Environment.Id, place.Tenant?.Id, place.Tenant?.TenantTags ?? [], null, [], null, channelId, processOwner)).ToList();
        var variables = set?.Variables ?? [];
        var prompted = PromptedVariables.Read(variables, targets, command.Variables ?? []);
        foreach (var fault in prompted.Faults)
        {
            validation.Check(false, $"Variables: {fault}");
        }
        return options with
        {
            Values = prompted.Values,
            SensitiveNames = variables.Where(variable => variable.IsSensitive).Select(variable => variable.Name).ToHashSet(StringComparer.OrdinalIgnoreCase),
        };
    }
}
