using System.Collections.Concurrent;

namespace OctoLogin.Database;

/// <summary>
/// What was read about people, roles, keys and revocations, until anything about them changes. While the notifications of changes are
/// interrupted, nothing is answered from here.
/// </summary>
public sealed class Remembered<TKey, TValue>(ChangeFeed feed, TimeProvider clock)
    where TKey : notnull
    where TValue : class
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<TKey, Entry> entries = new();

    /// <param name="Expires">When it ends by itself; null: it does not.</param>
    private sealed record Entry(TValue Value, DateTimeOffset? Expires, long Generation);

    /// <param name="read">Null: there is none, which is not remembered.</param>
    public async ValueTask<TValue?> GetAsync(TKey key, Func<Task<(TValue? Value, DateTimeOffset? Expires)>> read)
    {
        // Before the read: a change that comes in between makes what was read out of date.
        var generation = feed.Generation;
        if (feed.IsLive && entries.TryGetValue(key, out var known) && known.Generation == generation
            && (known.Expires is null || known.Expires > clock.GetUtcNow()))
        {
            return known.Value;
        }
        var (value, expires) = await read();
        if (value is null)
        {
            entries.TryRemove(key, out _);
            return null;
        }
        if (entries.Count >= Most)
        {
            entries.Clear();
        }
        entries[key] = new Entry(value, expires, generation);
        return value;
    }
}
