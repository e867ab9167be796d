using System.Text.Json;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Versions;

namespace OctoLogin.Releases;

/// <summary>
/// Which version of each package a release takes: what its creator pinned, else the newest that its feed has and the channel's rules
/// take. Pre-releases count like all others; a rule with the tag <c>^$</c> leaves them out. Pure.
/// </summary>
public static class PackageSelection
{
    /// <param name="wanted">What the creator said.</param>
    public static List<SelectedPackage> Select(
        IReadOnlyList<DeploymentStep> steps, PackageRules rules, PackageWishes wanted, AvailableVersions available, Validation validation)
    {
        var uses = PackageUse.Of(steps).ToList();
        foreach (var pin in wanted.Pins.Where(pin => uses.TrueForAll(use => pin.RankFor(use) == 0)))
        {
            validation.Check(false, $"Packages: '{Printable.Of(pin.Text)}' matches no package of the process. It uses {Known(uses)}.");
        }
        var selected = new List<SelectedPackage>();
        foreach (var use in uses.Where(use => use.Action.RunsIn(rules.ChannelId)))
        {
            var version = wanted.For(use);
            if (version is null)
            {
                var found = available.Of(use.Wanted);
                version = found.Versions.FirstOrDefault(version => rules.Broken(use, version) is null);
                validation.Check(version is not null, $"{Names(use)}, of which no version was found: {WhyNone(use, rules, found)} "
                    + $"Send PackageVersion, or Packages with '{Printable.Of(use.Example)}'.");
            }
            else if (rules.Broken(use, version) is { } rule)
            {
                validation.Check(false, $"{Names(use)} in version '{Printable.Of(version)}', which channel '{Printable.Of(rules.ChannelName)}' does not take ({rule}). "
                    + "Choose another version or channel, or send IgnoreChannelRules.");
            }
            selected.Add(new SelectedPackage(use.Action.Name, use.ReferenceName, version ?? ""));
        }
        return selected;
    }

    private static string Names(PackageUse use) => $"Step '{Printable.Of(use.Action.Name)}' uses package '{Printable.Of(use.PackageId)}'";

    private static string WhyNone(PackageUse use, PackageRules rules, FoundVersions found) => found.Fault is { } fault ? $"{fault}."
        : $"channel '{Printable.Of(rules.ChannelName)}' takes none of those in {(use.IsInBuiltInFeed ? "the built-in feed" : $"feed '{Printable.Of(use.FeedId)}'")} ({rules.Broken(use, found.Versions[0])}); the newest is {found.Versions[0]}.";

    private static string Known(List<PackageUse> uses) =>
        uses.Count == 0 ? "none" : string.Join(", ", uses.Take(10).Select(use => $"'{Printable.Of(use.Example.Replace("VERSION", "…", StringComparison.Ordinal), 100)}'"));
}

/// <summary>What a release's creator said about its packages.</summary>
/// <param name="Version">For every package that no pin names; null: none.</param>
public sealed record PackageWishes(string? Version, IReadOnlyList<PackagePin> Pins)
{
    /// <summary>Null: nothing was said.</summary>
    public string? For(PackageUse use) =>
        // Of equally exact pins the last one counts.
        Pins.Where(pin => pin.RankFor(use) > 0).OrderBy(pin => pin.RankFor(use)).LastOrDefault()?.Version ?? Version;
}

/// <summary>The version rules of the release's channel; none, when they are to be ignored.</summary>
public sealed record PackageRules(string ChannelId, string ChannelName, IReadOnlyList<ChannelRule> Rules)
{
    /// <summary>The rule that does not take this version; null: all take it.</summary>
    public ChannelRule? Broken(PackageUse use, string version) =>
        Rules.FirstOrDefault(rule => rule.IsFor(use.Action.Name, use.ReferenceName, use.IsOnly) && !rule.Takes(SemanticVersion.OfTag(version)));
}

/// <summary>A package that an action of the process refers to.</summary>
/// <param name="ReferenceName">Empty: the primary one.</param>
/// <param name="FeedId">Null or empty: the built-in feed.</param>
/// <param name="IsOnly">The action has no other.</param>
public sealed record PackageUse(DeploymentStep Step, DeploymentAction Action, string ReferenceName, string PackageId, string? FeedId, bool IsOnly)
{
    private const string PackageIdProperty = "Octopus.Action.Package.PackageId";
    private const string FeedIdProperty = "Octopus.Action.Package.FeedId";

    public FeedPackage Wanted => new(FeedId, PackageId);

    public bool IsInBuiltInFeed => Wanted.IsBuiltIn;

    /// <summary>How to pin it.</summary>
    public string Example => ReferenceName.Length == 0 || IsOnly ? $"{Action.Name}:VERSION" : $"{Action.Name}:{ReferenceName}:VERSION";

    /// <summary>Those of which a version must be found.</summary>
    public static IEnumerable<FeedPackage> Unpinned(IEnumerable<DeploymentStep> steps, PackageWishes wanted) =>
        Of(steps).Where(use => !use.Action.IsDisabled && wanted.For(use) is null).Select(use => use.Wanted);

    public static IEnumerable<PackageUse> Of(IEnumerable<DeploymentStep> steps) => steps.SelectMany(step => step.Actions.SelectMany(action => Of(step, action)));

    private static IEnumerable<PackageUse> Of(DeploymentStep step, DeploymentAction action)
    {
        var references = action.Packages.Select(package => (package.Name, package.PackageId, package.FeedId)).ToList();
        // Older clients write the primary package as a property alone.
        if (references.TrueForAll(reference => reference.Name.Length > 0) && Text(PackageIdProperty) is { Length: > 0 } packageId)
        {
            references.Insert(0, ("", packageId, Text(FeedIdProperty)));
        }
        return references.Select(reference => new PackageUse(step, action, reference.Name, reference.PackageId, reference.FeedId, references.Count == 1));

        string? Text(string property) => action.Properties.GetValueOrDefault(property) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
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
