using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.CloudLogins;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

/// <summary>Makes, changes and deletes feeds, each with its audit event in the same commit.</summary>
public sealed class FeedChanges(NpgsqlDataSource database, FeedStore feeds, FeedSecrets secrets, FeedUses uses, CloudNetwork network, AuditLog audit)
{
    private const string Kind = "Feed";
    private const int MostNamed = 10;

    /// <param name="present">The feed as it is; a new one has no Id yet.</param>
    public CheckedFeed Check(FeedInput input, Feed present, SpaceContext space)
    {
        var validation = new Validation().Fault(space.Mismatch("SpaceId", input.SpaceId));
        var feed = FeedRules.Check(input, present, network.NameFault, validation);
        validation.ThrowIfAny();
        return feed;
    }

    public Task<Feed> CreateAsync(CheckedFeed wanted, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var feed = wanted.Feed with { Id = await feeds.NewIdAsync(connection, cancel) };
        var created = await feeds.InsertAsync(connection, Sealed(feed, wanted.NewSecret), cancel);
        await audit.AppendAsync(connection, Describe(AuditEvent.Created(actor, Kind, created.Id, created.Name, created.SpaceId), created, wanted), cancel);
        return created;
    }, cancel);

    public Task<Feed> UpdateAsync(CheckedFeed wanted, AuditActor actor, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var changed = await feeds.UpdateAsync(connection, Sealed(wanted.Feed, wanted.NewSecret), cancel) ?? throw ApiException.NotFound("feed", wanted.Feed.Id);
        await audit.AppendAsync(connection, Describe(AuditEvent.Modified(actor, Kind, changed.Id, changed.Name, changed.SpaceId), changed, wanted), cancel);
        return changed;
    }, cancel);

    public Task DeleteAsync(Feed feed, Caller caller, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        RefuseIfUsed(feed, await uses.OfAsync(connection, feed, cancel), caller);
        if (!await feeds.DeleteAsync(connection, feed, cancel))
        {
            throw ApiException.NotFound("feed", feed.Id);
        }
        await audit.AppendAsync(connection, AuditEvent.Deleted(caller.Actor, Kind, feed.Id, feed.Name, feed.SpaceId), cancel);
    }, cancel);

    // Of a project that the caller may not see, not even its name is told.
    private static void RefuseIfUsed(Feed feed, IReadOnlyList<FeedUse> used, Caller caller)
    {
        var seen = used.Where(use => caller.May(Permission.ProjectView, new(feed.SpaceId, use.ProjectId, use.ProjectGroupId))).Select(use => use.Text).ToList();
        var others = used.Count - Math.Min(seen.Count, MostNamed);
        if (used.Count > 0)
        {
            throw ApiException.Conflict($"Feed '{Printable.Of(feed.Name)}' is still in use by {string.Join(", ", seen.Take(MostNamed))}"
                + $"{(others == 0 ? "" : seen.Count == 0 ? $"{others} of projects that you may not see" : $" and {others} more")}. Take it from there first.");
        }
    }

    private Feed Sealed(Feed feed, string? secret) => secret is null ? feed : feed with { Secret = secrets.Seal(feed.Id, secret) };

    private static AuditEvent Describe(AuditEvent happened, Feed feed, CheckedFeed wanted) => happened with
    {
        Details = AuditDetails.Of(new
        {
            feed.FeedType, feed.FeedUri, feed.RegistryPath, feed.Region, Username = feed.User, HasPassword = feed.Secret is not null, NewPassword = wanted.NewSecret is not null,
            feed.OidcAuthentication,
        }),
    };
}
