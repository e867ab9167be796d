using OctoLogin.Http;

namespace OctoLogin.BuildInformation;

/// <summary>Makes build information of what a build sent, or says everything that is wrong with it. Pure.</summary>
public static class BuildInformationRules
{
    public const int MostCommits = 10_000;
    private const int MostCharacters = 2000;

    public static PackageVersionBuildInformation Check(BuildInformationInput input, string spaceId, DateTimeOffset now, Validation validation)
    {
        var build = input.OctopusBuildInformation ?? new BuildDetails();
        validation.Check(input.OctopusBuildInformation is not null, "OctopusBuildInformation is required.");
        var root = Text("VcsRoot", build.VcsRoot);
        var commit = Text("VcsCommitNumber", build.VcsCommitNumber);
        var commits = build.Commits ?? [];
        validation.Check(commits.Length <= MostCommits, $"Commits may have at most {MostCommits} entries, not {commits.Length}.");
        var information = new PackageVersionBuildInformation
        {
            Id = "",
            SpaceId = spaceId,
            PackageId = validation.Required("PackageId", input.PackageId),
            Version = validation.Required("Version", input.Version),
            BuildEnvironment = Text("BuildEnvironment", build.BuildEnvironment),
            BuildNumber = Text("BuildNumber", build.BuildNumber),
            BuildUrl = Url("BuildUrl", build.BuildUrl),
            Branch = Text("Branch", build.Branch),
            VcsType = Text("VcsType", build.VcsType),
            VcsRoot = root,
            VcsCommitNumber = commit,
            VcsCommitUrl = CommitUrl(root, commit),
            Commits = [.. commits.Take(MostCommits).Select((one, i) => Commit($"Commits[{i}]", one))],
            Created = now,
        };
        validation.ThrowIfAny();
        return information;

        CommitDetails Commit(string at, CommitInput? sent)
        {
            var id = validation.Required($"{at}.Id", sent?.Id);
            return new(id, validation.OptionalText($"{at}.Comment", sent?.Comment) ?? "", CommitUrl(root, id));
        }

        string Text(string property, string? value) => validation.Optional($"OctopusBuildInformation.{property}", value, MostCharacters) ?? "";

        string Url(string property, string? value)
        {
            var url = Text(property, value);
            // It becomes a link in a page: anything but the web's own (javascript:, file:) would be somebody else's trick.
            validation.Check(url.Length == 0 || IsWeb(url), $"OctopusBuildInformation.{property} is '{Printable.Of(url)}'; it must be an http or https URL.");
            return url;
        }
    }

    /// <summary>As GitHub, GitLab and Gitea have it; empty where the root is no web address.</summary>
    public static string CommitUrl(string root, string commit)
    {
        var page = root.TrimEnd('/');
        page = page.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? page[..^4] : page;
        return commit.Length > 0 && IsWeb(page) ? $"{page}/commit/{Uri.EscapeDataString(commit)}" : "";
    }

    private static bool IsWeb(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;
}

/// <summary>What a client sends.</summary>
public sealed record BuildInformationInput(string? PackageId, string? Version, BuildDetails? OctopusBuildInformation);

public sealed record BuildDetails
{
    public string? BuildEnvironment { get; init; }
    public string? BuildNumber { get; init; }
    public string? BuildUrl { get; init; }
    public string? Branch { get; init; }
    public string? VcsType { get; init; }
    public string? VcsRoot { get; init; }
    public string? VcsCommitNumber { get; init; }
    public CommitInput?[]? Commits { get; init; }
}

public sealed record CommitInput(string? Id, string? Comment);
