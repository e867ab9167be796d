using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// From what somebody presented to a form that is filled in: the identity that would let it in, as narrow as its claims allow. A first
/// draft for an administrator, who decides whether it is theirs. Pure.
/// </summary>
public static class PresentedClaims
{
    /// <summary>The audit keeps no more of a claim than this, and so nothing longer can be known whole.</summary>
    private const int Whole = 500;

    /// <param name="account">The service account's GUID.</param>
    /// <returns>Null: the claims do not suffice.</returns>
    public static (IdentityTemplate Template, IReadOnlyDictionary<string, string> Values)? Draft(JsonElement claims, string account)
    {
        // A subject with a wildcard's sign would let in more than was presented; whoever chose its name may want just that.
        if (Text(claims, "iss") is not { } issuer || Text(claims, "sub") is not { } subject || SubjectPattern.HasWildcard(subject))
        {
            return null;
        }
        var audience = Text(claims, "aud") is { } one && one != account ? one : null;
        if (SharedIssuers.IsGitHub(issuer) && audience is null && GitHubSubject.TryParse(subject) is { } github && FilterOf(github.Context) is var (type, filter))
        {
            var values = new Dictionary<string, string>
            {
                [GitHubTemplate.Repository] = RepositoryOf(issuer, github),
                [GitHubTemplate.Runs] = type.ToString(),
                [GitHubTemplate.Filter] = filter,
            };
            if ((github.RepositoryId ?? Text(claims, "repository_id"), github.OwnerId ?? Text(claims, "repository_owner_id")) is ({ } repositoryId, { } ownerId))
            {
                (values[GitHubTemplate.RepositoryId], values[GitHubTemplate.OwnerId]) = (repositoryId, ownerId);
            }
            return (GitHubTemplate.Template, values);
        }
        var ids = MutableNames.IdsOf(issuer).Select(id => (id, Text(claims, id))).Where(id => id.Item2 is not null).Select(id => $"{id.id}:equals={id.Item2}");
        return (OpenTemplates.Other, new Dictionary<string, string>
        {
            [OpenTemplates.Issuer] = issuer,
            [OpenTemplates.Subject] = subject,
            [OpenTemplates.Audience] = audience ?? "",
            ["Reuse"] = MutableNames.ReusesTokens(issuer) ? "again" : "once",
            [TemplateField.MoreConditions] = string.Join('\n', ids),
        });
    }

    private static string RepositoryOf(string issuer, GitHubSubject subject)
    {
        var name = $"{subject.Owner}/{subject.Repository}";
        return issuer.EndsWith("/_services/token", StringComparison.Ordinal) ? $"{issuer[..^"/_services/token".Length]}/{name}"
            : issuer.StartsWith("https://token.actions.", StringComparison.Ordinal) && issuer.EndsWith(".ghe.com", StringComparison.Ordinal) ? $"https://{issuer["https://token.actions.".Length..]}/{name}"
            : name;
    }

    private static (GitHubFilterType Type, string Filter)? FilterOf(string context) =>
        context == "pull_request" ? (GitHubFilterType.PullRequest, "")
        : After(context, "ref:refs/heads/") is { } branch ? (GitHubFilterType.Branch, branch)
        : After(context, "ref:refs/tags/") is { } tag ? (GitHubFilterType.Tag, tag)
        : After(context, "environment:") is { } environment ? (GitHubFilterType.Environment, environment.Replace("%3A", ":", StringComparison.Ordinal))
        : null;

    private static string? After(string context, string start) =>
        context.StartsWith(start, StringComparison.Ordinal) && context.Length > start.Length ? context[start.Length..] : null;

    /// <summary>Null also where the audit has only a part of it, or had to change it.</summary>
    private static string? Text(JsonElement claims, string name) =>
        OidcIdentity.Text(claims, name) is { Length: > 0 and <= Whole } text && !text.Contains("\\u", StringComparison.Ordinal) ? text : null;
}
