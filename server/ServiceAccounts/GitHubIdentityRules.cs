using System.Text.RegularExpressions;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Owner, repository and filter as an administrator gave them, checked by GitHub's own rules for names. Pure.</summary>
public static partial class GitHubIdentityRules
{
    public static OidcIdentity Apply(Validation validation, OidcIdentityInput input, OidcIdentity identity, DateTimeOffset now)
    {
        var (owner, repository) = Names(input.GitHub, identity);
        validation.Check(OwnerName().IsMatch(owner), $"GitHub.Owner is '{Printable.Of(owner)}'; it must be a GitHub user or organization, without wildcards.");
        validation.Check(RepositoryName().IsMatch(repository), $"GitHub.Repository is '{Printable.Of(repository)}'; it must be a repository's name, without wildcards.");
        var type = input.GitHub?.FilterType ?? identity.GithubFilterType ?? GitHubFilterType.Any;
        var needsValue = type is GitHubFilterType.Branch or GitHubFilterType.Tag or GitHubFilterType.Environment;
        var value = needsValue ? validation.Required($"GitHub.Filter (the {type.ToString().ToLowerInvariant()})", input.GitHub?.Filter ?? identity.GithubFilterValue, 255) : null;
        OidcIdentityRules.Clean(validation, "GitHub.Filter", value);
        validation.Check(value?.StartsWith("refs/", StringComparison.Ordinal) != true, $"GitHub.Filter is '{Printable.Of(value)}'; give the name without 'refs/heads/' or 'refs/tags/'.");
        validation.Check(string.IsNullOrEmpty(input.Subject) || input.Subject == identity.Subject, "Give either Subject or GitHub, not both: the subject is made from owner, repository and filter.");
        var named = identity with
        {
            GithubOwner = owner,
            GithubRepository = repository,
            GithubFilterType = type,
            GithubFilterValue = value,
            Subject = GitHubSubject.Of(owner, repository, GitHubSubject.ContextPattern(type, value)),
        };
        var sameRepository = string.Equals(owner, identity.GithubOwner, StringComparison.OrdinalIgnoreCase) && string.Equals(repository, identity.GithubRepository, StringComparison.OrdinalIgnoreCase);
        return Pin(validation, input.GitHub, sameRepository ? named : named with
        {
            // Another repository's ids must be learnt anew.
            GithubRepositoryId = null, GithubRepositoryOwnerId = null, GithubPinnedFrom = null, GithubUnpinnedSince = now,
        }, now);
    }

    private static OidcIdentity Pin(Validation validation, GitHubInput? input, OidcIdentity identity, DateTimeOffset now)
    {
        var repositoryId = validation.Optional("GitHub.RepositoryId", input?.RepositoryId);
        var ownerId = validation.Optional("GitHub.RepositoryOwnerId", input?.RepositoryOwnerId);
        if (repositoryId is null && ownerId is null)
        {
            return identity.IsUnpinned ? identity with { GithubUnpinnedSince = identity.GithubUnpinnedSince ?? now } : identity;
        }
        validation.Check(repositoryId is not null && ownerId is not null, "GitHub.RepositoryId and GitHub.RepositoryOwnerId must be given together.");
        foreach (var (name, id) in ((string, string?)[])[("RepositoryId", repositoryId), ("RepositoryOwnerId", ownerId)])
        {
            validation.Check(id is null || (id.Length <= 20 && id.All(char.IsAsciiDigit)), $"GitHub.{name} is '{Printable.Of(id, 40)}'; it must be the number that GitHub's API gives, such as 74.");
        }
        var unchanged = identity.GithubRepositoryId == repositoryId && identity.GithubRepositoryOwnerId == ownerId;
        return unchanged ? identity : identity with
        {
            GithubRepositoryId = repositoryId, GithubRepositoryOwnerId = ownerId, GithubPinnedFrom = "Given", GithubUnpinnedSince = null,
        };
    }

    private static (string Owner, string Repository) Names(GitHubInput? input, OidcIdentity identity)
    {
        var owner = input?.Owner?.Trim();
        var repository = input?.Repository?.Trim() ?? identity.GithubRepository ?? "";
        var slash = repository.IndexOf('/');
        return slash > 0 && string.IsNullOrEmpty(owner)
            ? (repository[..slash], repository[(slash + 1)..])
            : (owner ?? identity.GithubOwner ?? "", repository);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnerName();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryName();
}
