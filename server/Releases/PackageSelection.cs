using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Releases;

/// <summary>Which version of each package a release takes, from what its creator pinned. Pure.</summary>
public static class PackageSelection
{
    /// <param name="packageVersion">For every package that no pin names; null: none.</param>
    public static List<SelectedPackage> Select(
        IReadOnlyList<DeploymentStep> steps, string channelId, string? packageVersion, IReadOnlyList<PackagePin> pins, Validation validation)
    {
        var uses = steps.SelectMany(step => step.Actions.SelectMany(action => PackageUse.Of(step, action))).ToList();
        foreach (var pin in pins.Where(pin => uses.TrueForAll(use => pin.RankFor(use) == 0)))
        {
            validation.Check(false, $"Packages: '{Printable.Of(pin.Text)}' matches no package of the process. It uses {Known(uses)}.");
        }
        var selected = new List<SelectedPackage>();
        foreach (var use in uses.Where(use => use.Action.RunsIn(channelId)))
        {
            // Of equally exact pins the last one counts.
            var best = pins.Where(pin => pin.RankFor(use) > 0).OrderBy(pin => pin.RankFor(use)).LastOrDefault();
            var version = best?.Version ?? packageVersion;
            validation.Check(version is not null,
                $"Step '{Printable.Of(use.Action.Name)}' uses package '{Printable.Of(use.PackageId)}', of which no version was found: "
                + "this server's feed has no packages yet. Send PackageVersion, or Packages with '" + Printable.Of(use.Example) + "'.");
            selected.Add(new SelectedPackage(use.Action.Name, use.ReferenceName, version ?? ""));
        }
        return selected;
    }

    private static string Known(List<PackageUse> uses) =>
        uses.Count == 0 ? "none" : string.Join(", ", uses.Take(10).Select(use => $"'{Printable.Of(use.Example.Replace("VERSION", "…", StringComparison.Ordinal), 100)}'"));
}

/// <summary>A package that an action of the process refers to.</summary>
/// <param name="ReferenceName">Empty: the primary one.</param>
/// <param name="IsOnly">The action has no other.</param>
public sealed record PackageUse(DeploymentStep Step, DeploymentAction Action, string ReferenceName, string PackageId, bool IsOnly)
{
    private const string PackageIdProperty = "Octopus.Action.Package.PackageId";

    /// <summary>How to pin it.</summary>
    public string Example => ReferenceName.Length == 0 || IsOnly ? $"{Action.Name}:VERSION" : $"{Action.Name}:{ReferenceName}:VERSION";

    public static IEnumerable<PackageUse> Of(DeploymentStep step, DeploymentAction action)
    {
        var references = action.Packages.Select(package => (package.Name, package.PackageId)).ToList();
        // Older clients write the primary package as a property alone.
        if (references.TrueForAll(reference => reference.Name.Length > 0)
            && action.Properties.GetValueOrDefault(PackageIdProperty) is { ValueKind: JsonValueKind.String } id && id.GetString() is { Length: > 0 } packageId)
        {
            references.Insert(0, ("", packageId));
        }
        return references.Select(reference => new PackageUse(step, action, reference.Name, reference.PackageId, references.Count == 1));
    }

    public bool IsNamed(string name) => Same(name, Action.Name) || Same(name, Step.Name) || Same(name, PackageId);

    public static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <summary><c>Step:Version</c>, <c>PackageId:Version</c> or <c>Step:PackageReference:Version</c>; <c>*</c> stands for any.</summary>
/// <param name="Target">All before the version; a step's name may hold colons.</param>
public sealed record PackagePin(string Text, string Target, string Version)
{
    private const string Any = "*";

    public static PackagePin? Read(string? text, Validation validation)
    {
        var colon = text?.LastIndexOf(':') ?? -1;
        var pin = colon > 0 ? new PackagePin(text!, text![..colon].Trim(), text[(colon + 1)..].Trim()) : null;
        var good = pin is { Target.Length: > 0 } && IsVersion(pin.Version);
        validation.Check(good, $"Packages: '{Printable.Of(text)}' is not Step:Version, PackageId:Version or Step:PackageReference:Version.");
        return good ? pin : null;
    }

    /// <summary>A package's version may be anything that a registry takes, such as an image's tag.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= 200 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ':');

    /// <summary>How exactly this pin means that package; 0: not at all.</summary>
    public int RankFor(PackageUse use)
    {
        var whole = Target == Any ? 1
            : PackageUse.Same(Target, use.PackageId) || (use.IsNamed(Target) && (use.ReferenceName.Length == 0 || use.IsOnly)) ? 4
            : 0;
        var colon = Target.LastIndexOf(':');
        return colon < 0 ? whole : Math.Max(whole, RankFor(use, Target[..colon].Trim(), Target[(colon + 1)..].Trim()));
    }

    private static int RankFor(PackageUse use, string name, string reference)
    {
        var (anyName, anyReference) = (name == Any, reference == Any);
        return !(anyName || use.IsNamed(name)) || !(anyReference || PackageUse.Same(reference, use.ReferenceName)) ? 0
            : (anyName, anyReference) switch { (false, false) => 5, (true, false) => 3, (false, true) => 2, _ => 1 };
    }
}
