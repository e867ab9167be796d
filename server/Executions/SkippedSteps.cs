using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Executions;

/// <summary>The actions that steps left out by name mean. Pure.</summary>
public static class SkippedSteps
{
    /// <param name="names">Of steps or of actions; also an action's Id or slug, as older clients send.</param>
    /// <returns>The actions' Ids; a fault for each name that is none of the process.</returns>
    public static string[] Find(IReadOnlyList<DeploymentStep> steps, IReadOnlyList<string> names, Validation validation)
    {
        var skipped = new List<DeploymentAction>();
        foreach (var name in names)
        {
            var meant = steps.SelectMany(step => step.Actions.Where(action => Is(step.Name, name) || Is(action.Name, name) || Is(action.Id, name) || Is(action.Slug, name))).ToList();
            validation.Check(meant.Count > 0, $"SkipStepNames: the process has no step '{Printable.Of(name)}'. It has {Names.List(steps.Take(20).Select(step => step.Name))}.");
            skipped.AddRange(meant);
        }
        foreach (var required in skipped.Where(action => action.IsRequired).Select(action => action.Name).Distinct())
        {
            validation.Check(false, $"SkipStepNames: step '{Printable.Of(required)}' is required and cannot be left out.");
        }
        return [.. skipped.Select(action => action.Id).Distinct()];
    }

    private static bool Is(string? a, string b) => b.Equals(a, StringComparison.OrdinalIgnoreCase);
}
