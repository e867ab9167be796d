using System.Collections.Concurrent;
using OctoLogin.Database;

namespace OctoLogin.Users;

/// <summary>
/// Users as they were read, until anything about people changes: every client's first question is who it is. While the
/// notifications of changes are interrupted, each is read anew.
/// </summary>
public sealed class UserCache(UserStore users, ChangeFeed feed)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, (User User, long Generation)> remembered = new();

    public async ValueTask<User?> FindAsync(string id, CancellationToken cancel)
    {
        // Before the read: a change that comes in between makes what was read out of date.
        var generation = feed.Generation;
        if (feed.IsLive && remembered.TryGetValue(id, out var known) && known.Generation == generation)
        {
            return known.User;
        }
        if (await users.FindAsync(id, cancel) is not { } user)
        {
            remembered.TryRemove(id, out _);
            return null;
        }
        if (remembered.Count >= Most)
        {
            remembered.Clear();
        }
        remembered[id] = (user, generation);
        return user;
    }
}
