using System.Text;
using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// The checks of an identity made from owner, repository and filter. Names alone can be recycled: whoever registers a deleted
/// owner's name gets its subjects. So the numeric ids are pinned (given, looked up, or taken from the first accepted token).
/// </summary>
public static class GitHubChecks
{
    public static readonly TimeSpan UnpinnedFor = TimeSpan.FromDays(7);

    /// <summary>Runs that strangers can start on the default branch, with its subject.</summary>
    private static readonly string[] StartedByStrangers = ["pull_request_target", "issue_comment"];

    public static bool CanBeStartedByStrangers(string eventName) => StartedByStrangers.Contains(eventName);

    public static IEnumerable<IdentityCheck> Run(OidcIdentity identity, JsonElement claims, DateTimeOffset now)
    {
        var text = OidcIdentity.Text(claims, "sub");
        var subject = text is null ? null : GitHubSubject.TryParse(text);
        yield return new("subject", subject is not null && SubjectFits(identity, subject), identity.Subject, text);
        foreach (var check in PinChecks(identity, claims, subject, now))
        {
            yield return check;
        }
        // That the claim exists says nothing of which event it is.
        if (!identity.Conditions.Any(condition => condition.IsOnValueOf("event_name"))
            && OidcIdentity.Text(claims, "event_name") is { } started && CanBeStartedByStrangers(started))
        {
            yield return new("event_name", false, "an event that only people with write access start", started,
                $"Runs started by {started} can be started by anybody; add a condition on event_name to let them in.");
        }
    }

    private static bool SubjectFits(OidcIdentity identity, GitHubSubject subject) =>
        // GitHub's names are ASCII and do not tell upper from lower case; everything else is compared exactly.
        Ascii.EqualsIgnoreCase(subject.Owner, identity.GithubOwner)
        && Ascii.EqualsIgnoreCase(subject.Repository, identity.GithubRepository)
        && SubjectPattern.Matches(GitHubSubject.ContextPattern(identity.GithubFilterType!.Value, identity.GithubFilterValue), subject.Context);

    private static IEnumerable<IdentityCheck> PinChecks(OidcIdentity identity, JsonElement claims, GitHubSubject? subject, DateTimeOffset now)
    {
        if (identity.IsUnpinned)
        {
            var until = (identity.GithubUnpinnedSince ?? identity.CreatedAt) + UnpinnedFor;
            yield return new("repository_id", now < until, "known repository ids", "not known", now < until
                ? $"The ids will be taken from the first accepted token; without them the identity stops working at {until:u}."
                : $"The identity has had no repository ids for {UnpinnedFor.Days} days and stopped working at {until:u}; an administrator must set repository_id and repository_owner_id.");
        }
        foreach (var (claim, pinned, inSubject) in ((string, string?, string?)[])
            [("repository_id", identity.GithubRepositoryId, subject?.RepositoryId), ("repository_owner_id", identity.GithubRepositoryOwnerId, subject?.OwnerId)])
        {
            var actual = OidcIdentity.Text(claims, claim);
            // Every place that names an id must name the same one.
            var agrees = actual is not null && (inSubject is null || inSubject == actual);
            yield return new(claim, agrees && (pinned is null || pinned == actual), pinned ?? "there; it is pinned by the first login", actual);
        }
    }
}
