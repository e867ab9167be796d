namespace OctoLogin.ServiceAccounts;

/// <summary>What of a repository's runs an identity lets in.</summary>
public enum GitHubFilterType
{
    Branch,
    Tag,
    Environment,
    PullRequest,
    Any,
}

/// <summary>
/// A GitHub subject taken apart: <c>repo:OWNER/REPO:CONTEXT</c>, or since July 2026 the immutable form
/// <c>repo:OWNER@ID/REPO@ID:CONTEXT</c>. Names cannot hold <c>@</c>, <c>:</c> or <c>/</c>, so each text has one reading.
/// https://docs.github.com/actions/reference/security/oidc
/// </summary>
public sealed record GitHubSubject
{
    public required string Owner { get; init; }
    public required string Repository { get; init; }

    /// <summary>Null in the classic form, as <see cref="RepositoryId"/>.</summary>
    public string? OwnerId { get; init; }
    public string? RepositoryId { get; init; }

    /// <summary>Such as <c>ref:refs/heads/main</c>, <c>environment:production</c>, <c>pull_request</c>.</summary>
    public required string Context { get; init; }

    public static GitHubSubject? TryParse(string subject)
    {
        if (!subject.StartsWith("repo:", StringComparison.Ordinal))
        {
            return null;
        }
        var rest = subject[5..];
        var colon = rest.IndexOf(':');
        var slash = rest.IndexOf('/');
        if (colon < 0 || slash <= 0 || slash > colon || rest.IndexOf('/', slash + 1, colon - slash - 1) >= 0)
        {
            return null;
        }
        if (Split(rest[..slash]) is not { } owner || Split(rest[(slash + 1)..colon]) is not { } repository
            || (owner.Id is null) != (repository.Id is null))
        {
            return null;
        }
        return new GitHubSubject
        {
            Owner = owner.Name,
            OwnerId = owner.Id,
            Repository = repository.Name,
            RepositoryId = repository.Id,
            Context = rest[(colon + 1)..],
        };
    }

    /// <summary>The pattern that the context must match for a filter; a value may hold wildcards (<c>release/*</c>).</summary>
    public static string ContextPattern(GitHubFilterType type, string? value) => type switch
    {
        GitHubFilterType.Branch => $"ref:refs/heads/{value}",
        GitHubFilterType.Tag => $"ref:refs/tags/{value}",
        // GitHub writes ':' inside a value as %3A, so that a name cannot pass for another context.
        GitHubFilterType.Environment => $"environment:{value?.Replace(":", "%3A")}",
        GitHubFilterType.PullRequest => "pull_request",
        _ => "*",
    };

    /// <summary>The subject that a repository's tokens have; null ids: the classic form.</summary>
    public static string Of(string owner, string repository, string context, string? ownerId = null, string? repositoryId = null) =>
        ownerId is null ? $"repo:{owner}/{repository}:{context}" : $"repo:{owner}@{ownerId}/{repository}@{repositoryId}:{context}";

    private static (string Name, string? Id)? Split(string part)
    {
        var at = part.IndexOf('@');
        if (at < 0)
        {
            return part.Length > 0 ? (part, null) : null;
        }
        var id = part[(at + 1)..];
        return at > 0 && id.Length is > 0 and <= 20 && id.All(char.IsAsciiDigit) ? (part[..at], id) : null;
    }
}
