namespace OctoLogin.ServiceAccounts;

public enum WarningLevel
{
    /// <summary>A choice that could be closer; nothing is wrong with it.</summary>
    Hint,
    Caution,
    Danger,
}

/// <param name="Title">Two or three words.</param>
/// <param name="Text">Who is let in by it, and what to do.</param>
public sealed record IdentityWarning(WarningLevel Level, string Title, string Text);

/// <summary>What is risky about an identity that may well be saved. Pure.</summary>
public static class IdentityWarnings
{
    private static readonly TimeSpan LongLife = TimeSpan.FromHours(4);
    private static readonly TimeSpan UnusedFor = TimeSpan.FromDays(90);

    public static IReadOnlyList<IdentityWarning> Of(OidcIdentity identity) =>
    [
        .. SharedIssuers.IsGitHub(identity.Issuer) ? OfGitHub(identity) : OfSubject(identity),
        .. OfStrangers(identity),
        .. OfIds(identity),
        .. OfTokens(identity),
    ];

    /// <summary>Nobody has logged in with it for so long that nobody may need it.</summary>
    public static bool IsUnused(OidcIdentity identity, DateTimeOffset? lastUsed, DateTimeOffset now) => now - (lastUsed ?? identity.CreatedAt) > UnusedFor;

    private static IEnumerable<IdentityWarning> OfGitHub(OidcIdentity identity)
    {
        // A subject that was typed is read as one that was made.
        if (GitHubSubject.TryParse(identity.Subject) is not { } subject || SubjectPattern.HasWildcard(subject.Owner + subject.Repository))
        {
            return OfSubject(identity);
        }
        return OfRuns(subject, $"{subject.Owner}/{subject.Repository}");
    }

    private static IEnumerable<IdentityWarning> OfRuns(GitHubSubject subject, string repository)
    {
        var context = subject.Context;
        if (context.StartsWith("ref:refs/heads/", StringComparison.Ordinal))
        {
            yield return OfBranch(context["ref:refs/heads/".Length..], repository);
        }
        else if (context.StartsWith("ref:refs/tags/", StringComparison.Ordinal))
        {
            if (SubjectPattern.HasWildcard(context))
            {
                yield return new(WarningLevel.Caution, "Several tags", $"Whoever may push a tag that fits '{context["ref:refs/tags/".Length..]}' to {repository} is let in, whatever it points at. Protect these tags with a ruleset, or choose an environment.");
            }
        }
        else if (context.StartsWith("environment:", StringComparison.Ordinal))
        {
            if (SubjectPattern.HasWildcard(context))
            {
                yield return new(WarningLevel.Caution, "Several environments", $"Whoever may name a new environment in a workflow of {repository} makes it: one that fits '{context["environment:".Length..]}' has no reviewers. Write the name out.");
            }
        }
        else if (context == "pull_request")
        {
            yield return new(WarningLevel.Danger, "Pull requests", $"The code of a pull request runs before anybody has looked at it: whoever may push a branch to {repository} can be this account. (GitHub gives pull requests from forks no ID token.)");
        }
        else if (SubjectPattern.HasWildcard(context))
        {
            yield return new(WarningLevel.Danger, "Any run", $"Every branch, tag, environment and pull request of {repository} is let in: whoever may push any branch to it can be this account. Choose an environment, or a branch that is protected.");
        }
    }

    private static IdentityWarning OfBranch(string branch, string repository) =>
        !SubjectPattern.HasWildcard(branch) ? new(WarningLevel.Hint, "No environment", $"Whoever may push to '{branch}' of {repository} is let in, so it is as safe as the branch's protection. An environment can ask for a reviewer's approval as well.")
        : branch.Trim('*', '?').Length == 0 ? new(WarningLevel.Danger, "Any branch", $"Whoever may push any branch to {repository} can be this account. Name the branch, or choose an environment.")
        : new(WarningLevel.Caution, "Several branches", $"Whoever may push a branch that fits '{branch}' to {repository} is let in. Protect these branches with a ruleset, or choose an environment.");

    private static IEnumerable<IdentityWarning> OfSubject(OidcIdentity identity)
    {
        var subject = identity.Subject;
        if (SubjectPattern.HasWildcard(subject) && !EndsInRun(identity.Issuer, subject))
        {
            var first = string.Join(':', subject.Split(':').Take(2));
            yield return first.Contains(':') && SubjectPattern.HasWildcard(first)
                ? new(WarningLevel.Danger, "Whole owner", $"The wildcard in '{first}' is in the part that says whose token it is: all that fits it is let in, also what is added later. Write the owner and the repository or project out.")
                : new(WarningLevel.Caution, "Wildcard", $"Everything that fits '{subject}' is let in. Write out what you can, or add a condition on a claim that tells the runs apart.");
        }
    }

    /// <summary>The rest of these subjects is another in each run (the commit, the user, the step), so that no subject can do without the wildcard.</summary>
    private static bool EndsInRun(string issuer, string subject) =>
        subject.IndexOfAny(['*', '?']) == subject.Length - 1 && subject[^1] == '*'
        && ((SharedIssuers.IsOf(issuer, "https://agent.buildkite.com") && subject.Contains(":ref:refs/", StringComparison.Ordinal))
            || (SharedIssuers.IsOf(issuer, "https://oidc.circleci.com") && subject.EndsWith("/user/*", StringComparison.Ordinal))
            || (SharedIssuers.IsOf(issuer, "https://api.bitbucket.org") && subject.EndsWith("}*", StringComparison.Ordinal)));

    private static IEnumerable<IdentityWarning> OfStrangers(OidcIdentity identity)
    {
        if (identity.Conditions.Where(condition => condition.IsOnValueOf("event_name")).SelectMany(condition => condition.Values).FirstOrDefault(GitHubChecks.CanBeStartedByStrangers) is { } started)
        {
            yield return new(WarningLevel.Danger, "Runs that strangers start", $"The condition on event_name lets in {started}, which anybody on GitHub can start. The workflow must never run, build or trust what they wrote.");
        }
    }

    private static IEnumerable<IdentityWarning> OfIds(OidcIdentity identity)
    {
        if (identity.IsUnpinned)
        {
            yield return new(WarningLevel.Caution, "Ids not known", $"Whoever gets the name {identity.GithubOwner}/{identity.GithubRepository} is let in until the first accepted token brings the ids of repository and owner. Without one, the identity stops working after {GitHubChecks.UnpinnedFor.Days} days. Type the ids if you have them.");
        }
        else if (!identity.IsGitHub && SharedIssuers.IsGitHub(identity.Issuer) && GitHubSubject.TryParse(identity.Subject)?.RepositoryId is null
            && !identity.Conditions.Any(condition => condition.IsOnValueOf("repository_id")))
        {
            yield return new(WarningLevel.Caution, "Names alone", "No condition is on repository_id, so whoever takes over the repository's name is let in.");
        }
        else if (MutableNames.Fault(identity) is not null)
        {
            yield return new(WarningLevel.Caution, "Names alone", $"The subjects of {identity.Issuer} are names, and no condition is on an id: whoever takes over the name is let in.");
        }
    }

    private static IEnumerable<IdentityWarning> OfTokens(OidcIdentity identity)
    {
        if (identity.AllowReuse)
        {
            yield return new(WarningLevel.Hint, "Tokens are reused", "The same token can be exchanged again for as long as it is valid, as the issuer gives a job only one. Whoever reads it in the job can do so too.");
        }
        if (identity.TokenLifetimeSeconds > LongLife.TotalSeconds)
        {
            yield return new(WarningLevel.Hint, "Long-lived tokens", $"Access tokens live for {identity.TokenLifetimeSeconds / 3600.0:0.#} hours. One that leaks works that long, unless it is ended.");
        }
    }
}
