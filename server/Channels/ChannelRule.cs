using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using OctoLogin.Http;
using OctoLogin.Versions;

namespace OctoLogin.Channels;

/// <summary>Which versions of which packages a channel takes.</summary>
public sealed record ChannelRule
{
    /// <summary>An expression of its author's that runs for ever on a version takes none.</summary>
    private static readonly TimeSpan TagTime = TimeSpan.FromMilliseconds(250);

    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>In NuGet's notation, such as <c>[1.0,2.0)</c>; null or empty: every version.</summary>
    public string? VersionRange { get; init; }

    /// <summary>A regular expression for what comes after a version's numbers: <c>beta.1+sha</c> of <c>1.0.0-beta.1+sha</c>. Null or empty: anything.</summary>
    public string? Tag { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelRulePackage?[]? ActionPackages { get; init; }

    /// <summary>How older clients name the actions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string?[]? Actions { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>A rule that names no action is for every package, so that none is passed by in silence.</summary>
    /// <param name="isOnly">The action has no other package.</param>
    public bool IsFor(string action, string packageReference, bool isOnly) =>
        ActionPackages is not { Length: > 0 } && Actions is not { Length: > 0 }
        || ActionPackages?.Any(package => Same(package?.DeploymentAction, action)
            && (Same(package!.PackageReference ?? "", packageReference) || (isOnly && string.IsNullOrEmpty(package.PackageReference)))) == true
        || (Actions?.Any(name => Same(name, action)) == true);

    /// <summary>Null is no version that a rule could be asked about.</summary>
    public bool Takes(SemanticVersion? version)
    {
        var range = string.IsNullOrWhiteSpace(VersionRange) ? null : Versions.VersionRange.TryParse(VersionRange);
        try
        {
            return version is not null && (range?.Holds(version) ?? string.IsNullOrWhiteSpace(VersionRange))
                && (string.IsNullOrEmpty(Tag) || Regex.IsMatch(version.Suffix, Tag, RegexOptions.CultureInvariant, TagTime));
        }
        catch (Exception fault) when (fault is RegexMatchTimeoutException or RegexParseException)
        {
            return false;
        }
    }

    /// <summary>What is wrong with the rule as it was sent.</summary>
    public void Check(string at, Validation validation)
    {
        validation.Check(string.IsNullOrWhiteSpace(VersionRange) || Versions.VersionRange.TryParse(VersionRange) is not null,
            $"{at}.VersionRange is '{Printable.Of(VersionRange)}'; it must be a range as NuGet writes it, such as [1.0,2.0) or 1.5 (that or later).");
        validation.Check(Tag is null || IsExpression(Tag), $"{at}.Tag is '{Printable.Of(Tag)}', which is not a regular expression; ^$ takes versions without a pre-release.");
    }

    public override string ToString() => string.Join(", ", new[]
    {
        string.IsNullOrWhiteSpace(VersionRange) ? null : $"VersionRange {Printable.Of(VersionRange)}", string.IsNullOrEmpty(Tag) ? null : $"Tag {Printable.Of(Tag)}",
    }.OfType<string>());

    private static bool IsExpression(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TagTime);
            return true;
        }
        catch (RegexParseException)
        {
            return false;
        }
    }

    private static bool Same(string? a, string b) => b.Equals(a, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A package of an action of the process; without a reference its primary one.</summary>
public sealed record ChannelRulePackage
{
    public string? DeploymentAction { get; init; }
    public string? PackageReference { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}
