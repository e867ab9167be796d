using System.Globalization;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Tenants;

namespace OctoLogin.Executions;

/// <summary>One step of a plan.</summary>
/// <param name="Number">From 1, as in the process.</param>
/// <param name="Targets">The actions run once for each; null: once, on the server.</param>
/// <param name="Window">How many targets at the same time.</param>
public sealed record StepPlan(DeploymentStep Step, int Number, IReadOnlyList<ActionPlan> Actions, IReadOnlyList<ExecutionTarget>? Targets, int Window)
{
    private const string RolesProperty = "Octopus.Action.TargetRoles";
    private const string WindowProperty = "Octopus.Action.MaxParallelism";
    private const string ConditionProperty = "Octopus.Step.ConditionVariableExpression";

    /// <summary>As in Octopus, unless the step says otherwise.</summary>
    private const int UsualWindow = 10;

    /// <summary>Why nothing of it runs, a sentence; null: something may.</summary>
    public string? Skipped { get; init; }

    /// <summary>It was meant to run: the skip is a warning.</summary>
    public bool SkipWarns { get; init; }

    public static StepPlan Of(DeploymentStep step, int number, ExecutionScope scope, IReadOnlyList<ExecutionTarget> machines, Func<string, string> expand)
    {
        var actions = step.Actions.Select(action => ActionPlan.Of(action, scope)).ToList();
        var roles = RolesOf(step).SelectMany(text => expand(text).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var targets = roles.Count == 0 ? null : machines.Where(machine => machine.Roles.Any(role => roles.Contains(role, StringComparer.OrdinalIgnoreCase))).ToList();
        var window = expand(step.Properties.Text(WindowProperty) ?? "");
        var plan = new StepPlan(step, number, actions, targets, int.TryParse(window, CultureInfo.InvariantCulture, out var most) && most > 0 ? most : UsualWindow);
        return actions.TrueForAll(action => action.Skipped is not null)
                ? plan with { Skipped = actions.Count == 1 ? actions[0].Skipped : $"Step '{step.Name}' has no action to run: {string.Join(" ", actions.Select(action => action.Skipped))}" }
            : targets is { Count: 0 }
                ? plan with { Skipped = $"Step '{step.Name}' was skipped: no deployment target of the environment has the role {string.Join(" or ", roles.Select(role => $"'{Printable.Of(role)}'"))}.", SkipWarns = true }
            : plan;
    }

    /// <summary>Whether the step runs now that those before it have ended.</summary>
    /// <param name="failed">Some step before it failed.</param>
    public bool RunsAfter(bool failed, Func<string, string> expand) => Step.Condition.ToUpperInvariant() switch
    {
        "FAILURE" => failed,
        "ALWAYS" => true,
        // As in Octopus an expression stands by itself; one that must not run after a failure asks for Octopus.Deployment.Error.
        "VARIABLE" => Truth.Of(expand(Step.Properties.Text(ConditionProperty) ?? "")),
        _ => !failed,
    };

    // Older clients put the roles of a step with one action there.
    private static IEnumerable<string> RolesOf(DeploymentStep step) =>
        new[] { step.Properties.Text(RolesProperty) }.Concat(step.Actions.Select(action => action.Properties.Text(RolesProperty))).OfType<string>();
}

/// <summary>One action of a step.</summary>
/// <param name="Skipped">Why it does not run, a sentence; null: it does.</param>
public sealed record ActionPlan(DeploymentAction Action, string? Skipped)
{
    private const string ConditionProperty = "Octopus.Action.ConditionVariableExpression";

    public static ActionPlan Of(DeploymentAction action, ExecutionScope scope)
    {
        var why = action.IsDisabled ? "it is disabled"
            : scope.SkippedActionIds.Contains(action.Id) ? "whoever started this left it out"
            : action.Environments.Length > 0 && !action.Environments.Contains(scope.EnvironmentId) ? "it is not for this environment"
            : action.ExcludedEnvironments.Contains(scope.EnvironmentId) ? "this environment is excluded"
            : scope.ChannelId is not null && action.Channels.Length > 0 && !action.Channels.Contains(scope.ChannelId) ? "it is not for this channel"
            : !TenantTags.Match(scope.TenantTags, action.TenantTags) ? "it is not for this tenant's tags"
            : null;
        return new(action, why is null ? null : $"Step '{action.Name}' was skipped: {why}.");
    }

    public bool Runs(Func<string, string> expand) =>
        !Action.Condition.Equals("Variable", StringComparison.OrdinalIgnoreCase) || Truth.Of(expand(Action.Properties.Text(ConditionProperty) ?? ""));
}
