using System.Security.Cryptography;
using System.Text;
using OctoLogin.Database;

namespace OctoLogin.Access;

/// <summary>Who a token, key or session belongs to and what they may do, remembered by the SHA-256 of the text.</summary>
public sealed class CallerCache(ChangeFeed feed, TimeProvider clock)
{
    private readonly Remembered<Key, KnownCaller> remembered = new(feed, clock);

    private readonly record struct Key(UInt128 First, UInt128 Second);

    /// <param name="find">Reads the caller, and when the token or key ends; null: refused, which is not remembered.</param>
    public ValueTask<KnownCaller?> GetAsync(string secret, Func<Task<(KnownCaller? Caller, DateTimeOffset? Expires)>> find) => remembered.GetAsync(KeyOf(secret), find);

    private static Key KeyOf(string secret)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return new Key(BitConverter.ToUInt128(hash[..16]), BitConverter.ToUInt128(hash[16..]));
    }
}

/// <summary>What does not change from request to request.</summary>
/// <param name="SigningKeyId">The key that signed their access token; null: they came with an API key or a session.</param>
/// <param name="EstablishedWith">For the audit.</param>
public sealed record KnownCaller(KnownUser User, IReadOnlyList<Grant> Grants, TokenScope? Scope, string? SigningKeyId, string EstablishedWith);
