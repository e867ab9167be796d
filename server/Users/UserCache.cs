using OctoLogin.Database;

namespace OctoLogin.Users;

/// <summary>Users as they were read: every client's first question is who it is.</summary>
public sealed class UserCache(UserStore users, ChangeFeed feed, TimeProvider clock)
{
    private readonly Remembered<string, User> remembered = new(feed, clock);

    public ValueTask<User?> FindAsync(string id, CancellationToken cancel) => remembered.GetAsync(id, async () => (await users.FindAsync(id, cancel), null));
}
