using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Access;

/// <summary>
/// Who a token or key belongs to and what they may do, remembered by the SHA-256 of the text until anything about people, roles,
/// keys or revocations changes. While the notifications of changes are interrupted, nothing is answered from here.
/// </summary>
public sealed class CallerCache(ChangeFeed feed, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<Key, Remembered> remembered = new();

    /// <param name="expires">When the token or key ends; null: it does not.</param>
    private sealed record Remembered(KnownCaller Caller, DateTimeOffset? Expires, long Generation);

    private readonly record struct Key(UInt128 First, UInt128 Second);

    /// <param name="find">Reads the caller; null: refused, which is not remembered.</param>
    public async ValueTask<KnownCaller?> GetAsync(string secret, Func<Task<(KnownCaller? Caller, DateTimeOffset? Expires)>> find)
    {
        // Before the read: a change that comes in between makes what was read out of date.
        var generation = feed.Generation;
        var key = KeyOf(secret);
        if (feed.IsLive && remembered.TryGetValue(key, out var known) && known.Generation == generation
            && (known.Expires is null || known.Expires > clock.GetUtcNow()))
        {
            return known.Caller;
        }
        var (caller, expires) = await find();
        if (caller is null)
        {
            remembered.TryRemove(key, out _);
            return null;
        }
        if (remembered.Count >= Most)
        {
            remembered.Clear();
        }
        remembered[key] = new Remembered(caller, expires, generation);
        return caller;
    }

    private static Key KeyOf(string secret)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return new Key(BitConverter.ToUInt128(hash[..16]), BitConverter.ToUInt128(hash[16..]));
    }
}

/// <summary>What does not change from request to request.</summary>
/// <param name="SigningKeyId">The key that signed their access token; null: they came with an API key.</param>
/// <param name="EstablishedWith">For the audit.</param>
public sealed record KnownCaller(KnownUser User, IReadOnlyList<Grant> Grants, TokenScope? Scope, string? SigningKeyId, string EstablishedWith);
