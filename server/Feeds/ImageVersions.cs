using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Versions;

namespace OctoLogin.Feeds;

/// <summary>Which of an image's tags are versions, and which of those are wanted. Pure.</summary>
public static class ImageVersions
{
    /// <summary>Newest first; tags that are no version, such as <c>latest</c>, are left out.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> tags) =>
    [
        .. tags.Distinct().Select(SemanticVersion.OfTag).OfType<SemanticVersion>()
            .OrderByDescending(version => version.SortKey, StringComparer.Ordinal).ThenByDescending(version => version.Text, StringComparer.Ordinal).Select(version => version.Text),
    ];
}

/// <summary>Which versions of a package are asked for. Null in any part: not asked for.</summary>
[QueryParameter("includePreRelease", "false leaves out pre-releases.", typeof(bool))]
[QueryParameter("versionRange", "Those in this range as NuGet writes it, such as [1.0,2.0).")]
[QueryParameter("preReleaseTag", "Those of which this regular expression matches what comes after the numbers; ^$ leaves out pre-releases.")]
[QueryParameter("filter", "Those that contain this.")]
[QueryParameter("includeReleaseNotes", "Versions have no notes here.", typeof(bool))]
public sealed record VersionQuery
{
    public bool IncludePreRelease { get; init; } = true;
    public string? Filter { get; init; }

    /// <summary>Range and tag, as a channel's rule has them.</summary>
    public ChannelRule Rule { get; init; } = new();

    public bool IsEverything => IncludePreRelease && Filter is null && string.IsNullOrEmpty(Rule.VersionRange) && string.IsNullOrEmpty(Rule.Tag);

    public bool Takes(string text) => IsEverything
        || (SemanticVersion.OfTag(text) is { } version && (IncludePreRelease || !version.IsPreRelease) && Rule.Takes(version)
            && (Filter is null || text.Contains(Filter, StringComparison.OrdinalIgnoreCase)));

    public static ValueTask<VersionQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var flag = query["includePreRelease"].ToString();
        var found = new VersionQuery
        {
            IncludePreRelease = flag.Length == 0 || (bool.TryParse(flag, out var asked) ? asked
                : throw ApiException.BadRequest($"includePreRelease must be true or false, not '{Printable.Of(flag)}'.")),
            Filter = query["filter"].ToString() is { Length: > 0 } filter ? filter : null,
            Rule = new() { VersionRange = query["versionRange"].ToString(), Tag = query["preReleaseTag"].ToString() },
        };
        var validation = new Validation();
        found.Rule.Check("The query", validation);
        validation.ThrowIfAny();
        return ValueTask.FromResult<VersionQuery?>(found);
    }
}
