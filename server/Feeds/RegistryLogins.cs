using OctoLogin.Accounts;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.Feeds;

/// <summary>
/// The logins of this process's feeds, fetched when they are needed: one at a time for a feed, shared by all who need it meanwhile and as long as
/// it lives, in memory alone. One that was fetched before the feed changed is not used after that.
/// </summary>
public sealed class RegistryLogins(CloudRegistryLogin clouds, FeedSecrets secrets, SpaceStore spaces, TimeProvider clock)
{
    /// <summary>A login is renewed so long before its end: what begins with it gets to its end.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Fetched> all = [];

    private sealed record Fetched(long Revision, string Subject, Task<RegistryLogin> Login);

    /// <returns>Null: the feed has none, and its registry is asked without.</returns>
    /// <exception cref="RegistryException">The feed's cloud does not give one, or could not be asked.</exception>
    public async Task<RegistryLogin?> OfAsync(Feed feed, CancellationToken cancel)
    {
        if (!CloudRegistryLogin.IsNeeded(feed))
        {
            return secrets.Open(feed) is { } password ? new(feed.User ?? "", password) : null;
        }
        var space = await spaces.FindAsync(feed.SpaceId, cancel) ?? throw ApiException.NotFound("space", feed.SpaceId);
        return await Present(feed, FeedOidcRules.SubjectOf(feed, space)).WaitAsync(cancel);
    }

    /// <summary>The registry does not take it any more.</summary>
    public void Forget(Feed feed, RegistryLogin login)
    {
        lock (gate)
        {
            if (all.TryGetValue(feed.Id, out var present) && present.Login.IsCompletedSuccessfully && ReferenceEquals(present.Login.Result, login))
            {
                all.Remove(feed.Id);
            }
        }
    }

    /// <summary>Of a feed that is no more.</summary>
    public void Forget(Feed feed)
    {
        lock (gate)
        {
            all.Remove(feed.Id);
        }
    }

    private Task<RegistryLogin> Present(Feed feed, SubjectText subject)
    {
        lock (gate)
        {
            foreach (var (id, _) in all.Where(one => !IsGood(one.Value)).ToList())
            {
                all.Remove(id);
            }
            if (!all.TryGetValue(feed.Id, out var present) || present.Revision < feed.Revision || present.Subject != subject.Text)
            {
                present = new(feed.Revision, subject.Text, FetchAsync(feed, subject));
                all[feed.Id] = present;
            }
            return present.Login;
        }
    }

    private bool IsGood(Fetched one) =>
        !one.Login.IsCompleted || (one.Login.IsCompletedSuccessfully && (one.Login.Result.ExpiresAt is not { } end || end - Early > clock.GetUtcNow()));

    // Whoever asked first may go away, and the others still wait for it.
    private async Task<RegistryLogin> FetchAsync(Feed feed, SubjectText subject)
    {
        await Task.Yield();
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            return await clouds.OfAsync(feed, subject, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new RegistryException(RegistryFault.Unreachable, $"Feed '{Printable.Of(feed.Name)}' cannot log in: its cloud took longer than {Timeout.TotalMinutes:0} minutes.");
        }
    }
}
