using System.Security.Cryptography;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.OpenIdProvider;

/// <summary>Makes, replaces and revokes signing keys; one replica at a time, whoever comes first.</summary>
public sealed class SigningKeyRotation(
    NpgsqlDataSource database, SigningKeyStore store, Secrets secrets, AuditLog audit, TimeProvider clock)
{
    public static readonly TimeSpan SignsFor = TimeSpan.FromDays(90);

    /// <summary>A relying party that caches our keys for a day still knows a key before its first token.</summary>
    public static readonly TimeSpan PublishedBeforeUse = TimeSpan.FromHours(24);

    /// <summary>The longest access token (12 hours) and an hour for clocks that are wrong.</summary>
    public static readonly TimeSpan PublishedAfterUse = TimeSpan.FromHours(13);

    /// <summary>The first key if there is none, the next one a day before the present one has signed for 90 days.</summary>
    public Task EnsureAsync(CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        await store.LockAsync(connection, cancel);
        var now = clock.GetUtcNow();
        var usable = (await store.ListAsync(connection, cancel)).Where(key => key.RevokedAt is null).ToList();
        if (!usable.Any(key => key.ActiveFrom <= now && key.IsPublished(now) && key.PrivateKey.Length > 0))
        {
            await CreateAsync(connection, now, AuditActor.System, cancel);
        }
        else if (usable[0].ActiveFrom + SignsFor - PublishedBeforeUse <= now)
        {
            await CreateAsync(connection, now + PublishedBeforeUse, AuditActor.System, cancel);
        }
        await store.ForgetRetiredPrivateKeysAsync(connection, now, cancel);
    }, cancel);

    /// <summary>A new key: published now, signing after a day, or at once with <paramref name="atOnce"/>. One that waits for its turn is not followed by another.</summary>
    public Task<SigningKey> RotateAsync(bool atOnce, AuditActor actor, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            await store.LockAsync(connection, cancel);
            var now = clock.GetUtcNow();
            // The JWKS holds few keys: a row of keys that do not sign yet would push out the one that does.
            var next = (await store.ListAsync(connection, cancel)).FirstOrDefault(key => key.WillSign(now));
            return next is not null && !atOnce ? next : await CreateAsync(connection, atOnce ? now : now + PublishedBeforeUse, actor, cancel);
        }, cancel);

    /// <summary>Takes a key out of use and out of the JWKS at once; every token it signed stops working. False: no such key.</summary>
    public Task<bool> RevokeAsync(string kid, AuditActor actor, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            await store.LockAsync(connection, cancel);
            var now = clock.GetUtcNow();
            if (!await store.RevokeAsync(connection, kid, now, cancel))
            {
                return false;
            }
            await audit.AppendAsync(connection, new AuditEvent
            {
                Category = AuditCategories.SigningKeyRevoked,
                Message = $"Signing key {kid} was revoked; tokens it signed no longer work",
                Actor = actor,
                RelatedDocumentIds = [kid],
            }, cancel);
            if (!(await store.ListAsync(connection, cancel)).Any(key => key.RevokedAt is null && key.ActiveFrom <= now && key.PrivateKey.Length > 0))
            {
                await CreateAsync(connection, now, actor, cancel);
            }
            return true;
        }, cancel);

    private async Task<SigningKey> CreateAsync(NpgsqlConnection connection, DateTimeOffset activeFrom, AuditActor actor, CancellationToken cancel)
    {
        var (kid, publicJwk) = SigningKey.Generate(out var pkcs8);
        var key = new SigningKey
        {
            Kid = kid,
            Algorithm = "ES256",
            PublicJwk = publicJwk,
            PrivateKey = secrets.Protect(SigningKey.Purpose(kid), pkcs8),
            CreatedAt = clock.GetUtcNow(),
            ActiveFrom = activeFrom,
        };
        CryptographicOperations.ZeroMemory(pkcs8);
        await store.InsertAsync(connection, key, cancel);
        await store.RetireOthersAsync(connection, kid, activeFrom + PublishedAfterUse, cancel);
        await audit.AppendAsync(connection, new AuditEvent
        {
            Category = AuditCategories.SigningKeyCreated,
            Message = $"Signing key {kid} was made and signs from {activeFrom:u}",
            Actor = actor,
            RelatedDocumentIds = [kid],
        }, cancel);
        return key;
    }
}
