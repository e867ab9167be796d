using OctoLogin.Projects;
using OctoLogin.Releases;

namespace OctoLogin.Executions;

/// <summary>The packages of an action, with the version that the release or the snapshot has of each. Pure.</summary>
public static class PackageValues
{
    public static IReadOnlyList<ActionPackage> PackagesOf(DeploymentAction action, IReadOnlyList<SelectedPackage> selected) =>
    [
        .. PackageUse.Of([new DeploymentStep { Actions = [action] }]).Select(use =>
        {
            var reference = action.Packages.FirstOrDefault(package => PackageUse.Same(package.Name, use.ReferenceName));
            var version = selected.FirstOrDefault(one => PackageUse.Same(one.ActionName, action.Name) && PackageUse.Same(one.PackageReferenceName, use.ReferenceName))?.Version;
            return new ActionPackage(
                use.ReferenceName, use.PackageId, version, use.FeedId, use.IsInBuiltInFeed,
                // The primary package is what the script is in, or works on.
                use.ReferenceName.Length == 0 || PackageUse.Same(reference?.Properties.Text("Extract") ?? "True", "True"),
                !PackageUse.Same(reference?.AcquisitionLocation ?? "", "NotAcquired"));
        }),
    ];

    /// <summary><c>Octopus.Action.Package[Reference].PackageVersion</c> and its like; of the primary package without brackets.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(DeploymentAction action, IReadOnlyList<SelectedPackage> selected)
    {
        foreach (var package in PackagesOf(action, selected))
        {
            foreach (var (name, value) in new[] { ("PackageId", package.PackageId), ("PackageVersion", package.Version), ("FeedId", package.FeedId) })
            {
                if (value is not null)
                {
                    yield return new($"{package.Prefix}.{name}", value);
                }
            }
        }
    }
}

/// <param name="Reference">Empty: the action's primary package.</param>
/// <param name="Version">Null: nobody selected one.</param>
/// <param name="FeedId">Null or empty: the built-in feed.</param>
public sealed record ActionPackage(string Reference, string PackageId, string? Version, string? FeedId, bool IsInBuiltInFeed, bool Extract, bool IsAcquired)
{
    public string Prefix => Reference.Length == 0 ? "Octopus.Action.Package" : $"Octopus.Action.Package[{Reference}]";
}
