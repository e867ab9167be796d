namespace OctoLogin.BuildInformation;

/// <summary>Where a version of a package was built and from what, as the build told it. The resource, and what a package shows of its build.</summary>
public sealed record PackageVersionBuildInformation
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string PackageId { get; init; }
    public required string Version { get; init; }
    public string BuildEnvironment { get; init; } = "";
    public string BuildNumber { get; init; } = "";
    public string BuildUrl { get; init; } = "";
    public string Branch { get; init; } = "";
    public string VcsType { get; init; } = "";
    public string VcsRoot { get; init; } = "";
    public string VcsCommitNumber { get; init; } = "";

    /// <summary>The commit's page at the repository's host; empty: not known.</summary>
    public string VcsCommitUrl { get; init; } = "";
    public CommitDetails[] Commits { get; init; } = [];
    public required DateTimeOffset Created { get; init; }

    // Octopus fills these from issue trackers, of which there are none here.
    public string IssueTrackerId { get; init; } = "";
    public string IncompleteDataWarning { get; init; } = "";
    public string[] WorkItems { get; init; } = [];
}

public sealed record CommitDetails(string Id, string Comment, string LinkUrl);
