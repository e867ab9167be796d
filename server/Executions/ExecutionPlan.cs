using OctoLogin.Projects;

namespace OctoLogin.Executions;

/// <summary>What of a process runs, in which order and for which targets, as far as it is known before the start. Pure.</summary>
/// <param name="Groups">One after the other; the steps of a group at the same time.</param>
public sealed record ExecutionPlan(IReadOnlyList<IReadOnlyList<StepPlan>> Groups)
{
    /// <param name="machines">Those of the environment and tenant that are to be used.</param>
    /// <param name="expand">A text with its <c>#{…}</c> replaced.</param>
    public static ExecutionPlan Of(
        IReadOnlyList<DeploymentStep> steps, ExecutionScope scope, IReadOnlyList<ExecutionTarget> machines, Func<string, string> expand)
    {
        var groups = new List<List<StepPlan>>();
        foreach (var (step, i) in steps.Select((step, i) => (step, i)))
        {
            var plan = StepPlan.Of(step, i + 1, scope, machines, expand);
            if (groups.Count > 0 && Same(step.StartTrigger, "StartWithPrevious"))
            {
                groups[^1].Add(plan);
            }
            else
            {
                groups.Add([plan]);
            }
        }
        return new(groups);
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Where and for whom a process runs.</summary>
/// <param name="ChannelId">Null: a runbook's run, which has none.</param>
/// <param name="TenantTags">The tenant's, as <c>Set/Tag</c>; none when there is no tenant.</param>
/// <param name="SkippedActionIds">Those that the person or job left out.</param>
public sealed record ExecutionScope(
    string EnvironmentId, string? ChannelId, IReadOnlyCollection<string> TenantTags, IReadOnlyCollection<string> SkippedActionIds);

/// <summary>A deployment target.</summary>
public sealed record ExecutionTarget(string Id, string Name, IReadOnlyCollection<string> Roles)
{
    /// <summary>Null: it has none.</summary>
    public string? AccountId { get; init; }
}
