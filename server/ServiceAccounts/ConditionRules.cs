using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Turns the conditions that an administrator sent into ones that can be kept, or names every fault of them. Pure.</summary>
public static class ConditionRules
{
    private const int MostConditions = 50;
    private const int MostValues = 100;
    private const int MostCharacters = 1000;

    public static ClaimCondition[] Apply(Validation validation, ClaimCondition[] conditions)
    {
        validation.Check(conditions.Length <= MostConditions, $"Conditions may have at most {MostConditions} entries, not {conditions.Length}.");
        validation.Check(conditions.All(condition => condition is not null), "Conditions has an entry that is null; each names a Claim.");
        return [.. conditions.OfType<ClaimCondition>().Select(condition => Apply(validation, condition))];
    }

    private static ClaimCondition Apply(Validation validation, ClaimCondition condition)
    {
        // Trimmed of what was pasted around it; all else is compared as it stands.
        var claim = validation.Required("Conditions[].Claim", condition.Claim);
        var named = $"the condition on '{Printable.Of(claim)}'";
        validation.Fault(ClaimPath.Fault(claim) is { } fault ? $"The claim of {named} {fault}." : null);
        var values = (condition.Values ?? []).Select(value => OidcIdentityRules.Clean(
            validation, $"A value of {named}", validation.Required($"Each value of {named}", value, MostCharacters))).ToArray();
        validation.Fault(Fault(condition.Kind, values, Printable.Of(claim)));
        return new ClaimCondition { Claim = claim, Kind = condition.Kind, Values = values };
    }

    private static string? Fault(ConditionKind kind, string[] values, string claim)
    {
        switch (kind)
        {
            case ConditionKind.Exists or ConditionKind.Absent:
                return values.Length == 0 ? null : $"The condition on '{claim}' of kind {kind} takes no Values: it asks whether the claim is there, whatever it is.";
            case ConditionKind.Equals:
                return values.Length == 1 ? null : $"The condition on '{claim}' of kind {kind} needs one value, not {values.Length}; kind {ConditionKind.OneOf} takes several.";
            case ConditionKind.Boolean:
                return values is ["true" or "false"] ? null : $"The condition on '{claim}' of kind {kind} needs one value, which is true or false.";
            case ConditionKind.Number when values.FirstOrDefault(value => !ExactNumber.IsNumber(value)) is { } wrong:
                return $"'{Printable.Of(wrong, 60)}' in the condition on '{claim}' is no number as JSON writes it, such as 42 or -0.5.";
            case ConditionKind.Pattern or ConditionKind.OneOf or ConditionKind.Number:
                return values.Length is > 0 and <= MostValues ? null : $"Conditions on '{claim}' need 1 to {MostValues} Values.";
            default:
                return $"Conditions on '{claim}' have no kind {(int)kind}; it is one of {string.Join(", ", Enum.GetNames<ConditionKind>())}.";
        }
    }
}
