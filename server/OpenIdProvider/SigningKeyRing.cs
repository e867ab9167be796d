using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Jose;

namespace OctoLogin.OpenIdProvider;

/// <summary>
/// The signing keys in memory, so that signing, verifying and publishing need no database. Replaced as a whole by
/// <see cref="ReloadAsync"/>, when another replica says that keys have changed and once a minute.
/// </summary>
public sealed class SigningKeyRing(SigningKeyStore store, SigningDuties duties, Secrets secrets, TimeProvider clock)
{
    private static readonly TimeSpan BetweenReloads = TimeSpan.FromMilliseconds(100);
    private readonly Lock gate = new();
    private Task? reloading;
    private volatile LoadedKey[] keys = [];
    private volatile PublishedKeys? published;
    private long reloadedAt;
    private int readsBegun;
    private int readShown;

    /// <summary>The key that signs now. Throws when there is none, which only a start that failed can leave behind.</summary>
    public LoadedKey Current(SigningKeyUse use)
    {
        var now = clock.GetUtcNow();
        return keys.FirstOrDefault(key => key.Use == use && key.Row.CanSign(now))
            ?? throw new InvalidOperationException($"No signing key of {use} is active.");
    }

    public IReadOnlyList<SigningKey> Rows => [.. keys.Select(key => key.Row)];

    public async Task ReloadAsync(CancellationToken cancel)
    {
        Volatile.Write(ref reloadedAt, clock.GetTimestamp());
        var read = Interlocked.Increment(ref readsBegun);
        var rows = await store.ListAsync(cancel);
        lock (gate)
        {
            // One that began later may have ended earlier: what it saw is not replaced by what was before.
            if (read > readShown)
            {
                readShown = read;
                var loaded = keys.ToDictionary(key => key.Row.Kid);
                keys = [.. rows.Where(row => duties.Uses.Contains(row.Use)).Select(row => loaded.TryGetValue(row.Kid, out var known) ? known with { Row = row } : Load(row))];
            }
        }
    }

    /// <summary>
    /// A published key of that use by its <c>kid</c>. One that is not known may have been made on another replica a moment ago, and is looked for
    /// in the database: at most ten times a second, however many tokens with made-up keys are sent. Nobody is refused for having come
    /// in between; they wait for the next look.
    /// </summary>
    public async ValueTask<VerificationKey?> FindAsync(string kid, SigningKeyUse use, CancellationToken cancel)
    {
        var key = Find(kid);
        if (key is null)
        {
            await NextReload().WaitAsync(cancel);
            key = Find(kid);
        }
        return key?.Use == use ? key.Public : null;
    }

    /// <summary>A read of the keys that has not begun yet, so that it sees what is committed now.</summary>
    private Task NextReload()
    {
        lock (gate)
        {
            return reloading ??= Task.Run(async () =>
            {
                var since = clock.GetElapsedTime(Volatile.Read(ref reloadedAt));
                if (since < BetweenReloads)
                {
                    await Task.Delay(BetweenReloads - since, clock);
                }
                lock (gate)
                {
                    reloading = null;
                }
                await ReloadAsync(CancellationToken.None);
            });
        }
    }

    /// <summary>Whether tokens of this key are still to be accepted; from memory.</summary>
    public bool IsPublished(string kid) => Find(kid) is not null;

    /// <summary>The JWKS document (RFC 7517 section 5): public members only.</summary>
    public PublicDocument Jwks()
    {
        var (now, present) = (clock.GetUtcNow(), keys);
        if (published is { } last && ReferenceEquals(last.Of, present) && now < last.Until)
        {
            return last.Document;
        }
        var set = new SigningKeySet([.. present.Select(key => key.Row)], now);
        var document = new PublicDocument(Encoding.UTF8.GetBytes(JwksOf(set.Published)));
        published = new PublishedKeys(present, document, set.Until ?? DateTimeOffset.MaxValue);
        return document;
    }

    public static string JwksOf(IEnumerable<SigningKey> shown) => $$"""{"keys":[{{string.Join(',', shown.Select(key => key.PublicJwk))}}]}""";

    /// <summary>The document as it was last made, for as long as making it again would give the same.</summary>
    private sealed record PublishedKeys(LoadedKey[] Of, PublicDocument Document, DateTimeOffset Until);

    private LoadedKey? Find(string kid)
    {
        var now = clock.GetUtcNow();
        return keys.FirstOrDefault(key => key.Row.Kid == kid && key.Row.IsPublished(now));
    }

    private LoadedKey Load(SigningKey row)
    {
        using var document = JsonDocument.Parse(row.PublicJwk);
        var publicKey = VerificationKey.Read(document.RootElement);
        if (row.PrivateKey.Length == 0)
        {
            return new LoadedKey(row, publicKey, null);
        }
        var pkcs8 = secrets.Unprotect(SigningKey.Purpose(row.Kid), row.PrivateKey);
        var signer = new PrivateKey(row.Use, pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return new LoadedKey(row, publicKey, signer);
    }
}
