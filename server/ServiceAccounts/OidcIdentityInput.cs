namespace OctoLogin.ServiceAccounts;

/// <summary>
/// What a client sends to make or change an identity: a subject, or for GitHub the repository and a filter.
/// On a change, absent or null keeps what is there; an empty text or list clears it.
/// </summary>
public sealed record OidcIdentityInput
{
    public string? Name { get; init; }

    /// <summary>Absent with <see cref="GitHub"/>: GitHub's own.</summary>
    public string? Issuer { get; init; }
    public string? Subject { get; init; }
    public string? Audience { get; init; }
    public ClaimCondition[]? Conditions { get; init; }

    /// <summary>Seconds, 60 to 43200; 3600 unless told.</summary>
    public int? TokenLifetime { get; init; }

    /// <summary>For a new identity, true where the issuer gives a job one token only (GitLab.com, CircleCI), unless told.</summary>
    public bool? AllowReuse { get; init; }

    /// <summary>
    /// Saves an identity whose issuer's subjects are names (GitLab.com, Azure DevOps, Buildkite) also without a condition on an id. Asked for
    /// when that is decided, and not kept: the audit has it.
    /// </summary>
    public bool? AllowMutableNames { get; init; }
    public GitHubInput? GitHub { get; init; }
}

/// <param name="Repository"><c>REPO</c>, or <c>OWNER/REPO</c> without <paramref name="Owner"/>.</param>
/// <param name="FilterType">Any unless told.</param>
/// <param name="Filter">The branch, tag or environment; may hold <c>*</c> and <c>?</c>.</param>
public sealed record GitHubInput(
    string? Owner, string? Repository, GitHubFilterType? FilterType, string? Filter, string? RepositoryId, string? RepositoryOwnerId);

/// <summary>An identity as the API shows it.</summary>
public sealed record OidcIdentityResource
{
    public required string Id { get; init; }
    public required string ServiceAccountId { get; init; }
    public required string Name { get; init; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public string? Audience { get; init; }
    public required IReadOnlyList<ClaimCondition> Conditions { get; init; }
    public required int TokenLifetime { get; init; }
    public required bool AllowReuse { get; init; }
    public GitHubResource? GitHub { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset LastModified { get; init; }

    public static OidcIdentityResource Of(OidcIdentity identity) => new()
    {
        Id = identity.Id,
        ServiceAccountId = identity.UserId,
        Name = identity.Name,
        Issuer = identity.Issuer,
        Subject = identity.Subject,
        Audience = identity.Audience,
        Conditions = identity.Conditions,
        TokenLifetime = identity.TokenLifetimeSeconds,
        AllowReuse = identity.AllowReuse,
        GitHub = identity.IsGitHub
            ? new(identity.GithubOwner!, identity.GithubRepository!, identity.GithubFilterType!.Value, identity.GithubFilterValue,
                identity.GithubRepositoryId, identity.GithubRepositoryOwnerId, identity.GithubPinnedFrom,
                identity.IsUnpinned ? (identity.GithubUnpinnedSince ?? identity.CreatedAt) + GitHubChecks.UnpinnedFor : null)
            : null,
        Version = identity.Version,
        Created = identity.CreatedAt,
        LastModified = identity.UpdatedAt,
    };
}

/// <param name="PinnedFrom">Given, GitHub or FirstToken; null while the ids are not known.</param>
/// <param name="StopsWorking">When an identity without ids stops working; null once it has them.</param>
public sealed record GitHubResource(
    string Owner, string Repository, GitHubFilterType FilterType, string? Filter, string? RepositoryId, string? RepositoryOwnerId,
    string? PinnedFrom, DateTimeOffset? StopsWorking);

/// <summary>The list as Octopus's clients read it; <paramref name="ExternalId"/> is the service account's GUID.</summary>
public sealed record OidcIdentityList(string ServerUrl, string ExternalId, IReadOnlyList<OidcIdentityResource> OidcIdentities, int Count);
