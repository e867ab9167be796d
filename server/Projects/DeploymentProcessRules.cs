using OctoLogin.Http;

namespace OctoLogin.Projects;

/// <summary>Makes a process's steps of what a client sent, or says everything that is wrong with them. Pure.</summary>
public static class DeploymentProcessRules
{
    private static readonly string[] StepConditions = ["Success", "Failure", "Always", "Variable"];
    private static readonly string[] ActionConditions = ["Success", "Variable"];
    private static readonly string[] StartTriggers = ["StartAfterPrevious", "StartWithPrevious"];
    private static readonly string[] PackageRequirements = ["LetOctopusDecide", "BeforePackageAcquisition", "AfterPackageAcquisition"];
    private static readonly string[] AcquisitionLocations = ["Server", "ExecutionTarget", "NotAcquired"];

    public static DeploymentStep[] Apply(IReadOnlyList<DeploymentStep?> sent, Validation validation)
    {
        var steps = sent.Select((step, i) => ApplyStep(step ?? new DeploymentStep(), $"Steps[{i}]", validation)).ToArray();
        var actions = steps.SelectMany(step => step.Actions).ToList();
        OncePerName("step", "name", steps.Select(step => step.Name), validation);
        // Package pins and step exclusions name an action, so its name is unique in the whole process.
        OncePerName("action", "name", actions.Select(action => action.Name), validation);
        OncePerName("step", "Id", steps.Select(step => step.Id), validation);
        OncePerName("action", "Id", actions.Select(action => action.Id), validation);
        return steps;
    }

    private static DeploymentStep ApplyStep(DeploymentStep step, string at, Validation validation)
    {
        var name = validation.Required($"{at}.Name", step.Name);
        validation.Check(step.Actions.Length > 0, $"{at} '{Printable.Of(name)}' needs at least one action.");
        OneOf($"{at}.Condition", step.Condition, StepConditions, validation);
        OneOf($"{at}.StartTrigger", step.StartTrigger, StartTriggers, validation);
        OneOf($"{at}.PackageRequirement", step.PackageRequirement, PackageRequirements, validation);
        return step with
        {
            Id = IdOf($"{at}.Id", step.Id, validation),
            Name = name,
            Actions = [.. step.Actions.Select((action, i) => ApplyAction(action ?? new DeploymentAction(), $"{at}.Actions[{i}]", validation))],
        };
    }

    private static DeploymentAction ApplyAction(DeploymentAction action, string at, Validation validation)
    {
        var name = validation.Required($"{at}.Name", action.Name);
        OneOf($"{at}.Condition", action.Condition, ActionConditions, validation);
        OncePerName("package reference", "name", action.Packages.Select(package => package?.Name ?? ""), validation, $" in action '{Printable.Of(name)}'", unnamedToo: true);
        return action with
        {
            Id = IdOf($"{at}.Id", action.Id, validation),
            Name = name,
            ActionType = validation.Required($"{at}.ActionType", action.ActionType),
            Packages = [.. action.Packages.Select((package, i) => ApplyPackage(package ?? new PackageReference(), $"{at}.Packages[{i}]", validation))],
        };
    }

    private static PackageReference ApplyPackage(PackageReference package, string at, Validation validation)
    {
        // A location may also be bound to a variable.
        if (!package.AcquisitionLocation.Contains("#{", StringComparison.Ordinal))
        {
            OneOf($"{at}.AcquisitionLocation", package.AcquisitionLocation, AcquisitionLocations, validation);
        }
        return package with
        {
            Id = IdOf($"{at}.Id", package.Id, validation),
            Name = validation.Optional($"{at}.Name", package.Name) ?? "",
            PackageId = validation.Required($"{at}.PackageId", package.PackageId, 300),
        };
    }

    private static string IdOf(string property, string sent, Validation validation) =>
        validation.Optional(property, sent, 100) ?? Guid.NewGuid().ToString();

    private static void OneOf(string property, string value, string[] allowed, Validation validation) =>
        validation.Check(allowed.Contains(value, StringComparer.OrdinalIgnoreCase), $"{property} must be one of {string.Join(", ", allowed)}, not '{Printable.Of(value)}'.");

    private static void OncePerName(
        string kind, string what, IEnumerable<string> names, Validation validation, string where = "", bool unnamedToo = false)
    {
        foreach (var twice in names.GroupBy(name => name.Trim(), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1 && (unnamedToo || group.Key.Length > 0)))
        {
            validation.Check(false, $"There is more than one {kind} with the {what} '{Printable.Of(twice.Key)}'{where}; each needs its own.");
        }
    }
}

/// <summary>What a client sends.</summary>
/// <param name="Version">The version that the change was made from.</param>
public sealed record DeploymentProcessInput(int? Version, DeploymentStep?[]? Steps, string? ProjectId, string? SpaceId, string? RunbookId = null);
