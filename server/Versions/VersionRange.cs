namespace OctoLogin.Versions;

/// <summary>
/// Which versions are meant, in NuGet's notation: <c>[1.0,2.0)</c>, <c>(,2.0]</c>, <c>[1.0]</c>, and <c>1.0</c> for that version or any
/// later. Pre-releases are compared like all others, so <c>2.0.0-beta</c> is in <c>[1.0,2.0)</c>. Pure.
/// https://learn.microsoft.com/nuget/concepts/package-versioning#version-ranges
/// </summary>
public sealed class VersionRange
{
    private readonly SemanticVersion? least;
    private readonly SemanticVersion? most;
    private readonly bool withLeast;
    private readonly bool withMost;

    private VersionRange(SemanticVersion? least, bool withLeast, SemanticVersion? most, bool withMost) =>
        (this.least, this.withLeast, this.most, this.withMost) = (least, withLeast, most, withMost);

    /// <summary>Null: not a range.</summary>
    public static VersionRange? TryParse(string? text)
    {
        var range = text?.Trim() ?? "";
        if (range.Length == 0 || range[0] is not ('[' or '('))
        {
            return SemanticVersion.TryParse(range) is { } from ? new VersionRange(from, true, null, false) : null;
        }
        if (range.Length < 3 || range[^1] is not (']' or ')'))
        {
            return null;
        }
        var (withLeast, withMost) = (range[0] == '[', range[^1] == ']');
        var ends = range[1..^1].Split(',').Select(end => end.Trim()).ToArray();
        if (ends.Length == 1)
        {
            return withLeast && withMost && SemanticVersion.TryParse(ends[0]) is { } only ? new VersionRange(only, true, only, true) : null;
        }
        var (least, most) = (SemanticVersion.TryParse(ends[0]), SemanticVersion.TryParse(ends[1]));
        var good = ends.Length == 2 && (least is not null || ends[0].Length == 0) && (most is not null || ends[1].Length == 0) && (least ?? most) is not null
            && (least is null || most is null || least.CompareTo(most) < (withLeast && withMost ? 1 : 0));
        return good ? new VersionRange(least, withLeast, most, withMost) : null;
    }

    public bool Holds(SemanticVersion version) =>
        (least is null || version.CompareTo(least) >= (withLeast ? 0 : 1)) && (most is null || version.CompareTo(most) <= (withMost ? 0 : -1));
}
