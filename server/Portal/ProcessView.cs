using System.Text.Json;
using OctoLogin.Projects;

namespace OctoLogin.Portal;

/// <summary>A process in words.</summary>
/// <param name="Steps">Without what is sensitive.</param>
/// <param name="Names">Of environments and channels.</param>
/// <param name="EditUrl">Null: not to be edited here.</param>
public sealed record ProcessView(IReadOnlyList<DeploymentStep> Steps, NamesById Names, string? EditUrl)
{
    private const string ScriptBody = "Octopus.Action.Script.ScriptBody";

    public string When(DeploymentStep step)
    {
        var order = step.StartTrigger == "StartWithPrevious" ? "At the same time as the step before" : "After the step before";
        var condition = step.Condition switch
        {
            "Failure" => ", only when one has failed",
            "Always" => ", always",
            "Variable" => $", when {Text(step.Properties.GetValueOrDefault("Octopus.Step.ConditionVariableExpression"))} is true",
            _ => ", when all before succeeded",
        };
        var roles = Text(step.Properties.GetValueOrDefault("Octopus.Action.TargetRoles"));
        return $"{order}{condition}{(roles.Length > 0 ? $"; for each target with the role {roles}" : "")}.";
    }

    public IEnumerable<(string Name, string Value)> Facts(DeploymentAction action)
    {
        (string Name, string Value)[] limits =
        [
            ("Only in", List(action.Environments)), ("Not in", List(action.ExcludedEnvironments)), ("Only in channels", List(action.Channels)), ("Only for tenants with", string.Join(", ", action.TenantTags)),
            ("Packages", string.Join(", ", action.Packages.Select(package => package.Name.Length > 0 ? $"{package.PackageId} ({package.Name})" : package.PackageId))),
            ("Container", action.Container.Image ?? ""), ("Notes", action.Notes ?? ""),
        ];
        return limits.Where(limit => limit.Value.Length > 0).Concat(
            action.Properties.Where(property => property.Key != ScriptBody).OrderBy(property => property.Key, StringComparer.Ordinal)
                .Select(property => (property.Key.Replace("Octopus.Action.", "", StringComparison.Ordinal), Text(property.Value))).Where(property => property.Item2.Length > 0));
    }

    public static IEnumerable<(string Name, string Text)> Texts(DeploymentAction action) =>
        action.Properties.Where(property => property.Key == ScriptBody).Select(property => ("Script", Text(property.Value)));

    private string List(string[] ids) => string.Join(", ", ids.Select(id => Names[id]));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.Object when value.TryGetProperty("HasValue", out var has) => has.ValueKind == JsonValueKind.True ? "(sensitive: kept, not shown)" : "",
        _ => value.GetRawText(),
    };
}
