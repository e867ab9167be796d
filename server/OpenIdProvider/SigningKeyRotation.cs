using System.Security.Cryptography;
using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.OpenIdProvider;

/// <summary>Makes, replaces and revokes signing keys, each kind by itself and by the same rules; one replica at a time, whoever comes first.</summary>
public sealed class SigningKeyRotation(
    NpgsqlDataSource database, SigningKeyStore store, SigningDuties duties, IssuerOptions issuer, Secrets secrets, AuditLog audit, TimeProvider clock)
{
    public static readonly TimeSpan SignsFor = TimeSpan.FromDays(90);

    /// <summary>A relying party that caches our keys for a day still knows a key before its first token.</summary>
    public static readonly TimeSpan PublishedBeforeUse = TimeSpan.FromHours(24);

    /// <summary>The longest token of either kind (12 hours), a day for what relying parties and proxies remember, an hour for clocks that are wrong.</summary>
    public static readonly TimeSpan PublishedAfterUse = TimeSpan.FromHours(37);

    /// <summary>The first key of each kind if there is none, the next one a day before the present one has signed for 90 days.</summary>
    public Task EnsureAsync(CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        await store.LockAsync(connection, cancel);
        var now = clock.GetUtcNow();
        foreach (var use in duties.Uses)
        {
            var keys = new SigningKeySet(await store.ListAsync(connection, cancel), now);
            if (keys.Signing(use) is not { } signing)
            {
                await CreateAsync(connection, use, now, AuditActor.System, cancel);
            }
            // Without room a key whose tokens still live would have to go: the change waits the hours until it may.
            else if (signing.ActiveFrom + SignsFor - PublishedBeforeUse <= now && keys.Next(use) is null && keys.HasRoom)
            {
                await CreateAsync(connection, use, now + PublishedBeforeUse, AuditActor.System, cancel);
            }
        }
        await store.ForgetRetiredPrivateKeysAsync(connection, now, cancel);
    }, cancel);

    /// <summary>A new key: published now, signing after a day, or at once with <paramref name="atOnce"/>. One that waits for its turn is not followed by another.</summary>
    public Task<SigningKey> RotateAsync(SigningKeyUse use, bool atOnce, AuditActor actor, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            await store.LockAsync(connection, cancel);
            var now = clock.GetUtcNow();
            if (atOnce)
            {
                return await CreateAsync(connection, use, now, actor, cancel);
            }
            var keys = new SigningKeySet(await store.ListAsync(connection, cancel), now);
            if (keys.Next(use) is { } next)
            {
                return next;
            }
            return keys.HasRoom ? await CreateAsync(connection, use, now + PublishedBeforeUse, actor, cancel) : throw ApiException.Conflict(
                $"{SigningKeySet.MostPublished} keys are published, which is all that relying parties can be asked to read, and tokens of each may still be in use. There is room from {keys.RoomFrom:u}. To sign with a new key at once and leave out the oldest: octologin keys rotate --use {use} --now");
        }, cancel);

    /// <summary>Takes a key out of use and out of the JWKS at once; every token it signed stops working. False: no such key.</summary>
    public Task<bool> RevokeAsync(string kid, AuditActor actor, CancellationToken cancel) =>
        database.InTransactionAsync(async connection =>
        {
            await store.LockAsync(connection, cancel);
            var now = clock.GetUtcNow();
            var rows = await store.ListAsync(connection, cancel);
            if (!await store.RevokeAsync(connection, kid, now, cancel))
            {
                return false;
            }
            var use = rows.Single(key => key.Kid == kid).Use;
            await audit.AppendAsync(connection, new AuditEvent
            {
                Category = AuditCategories.SigningKeyRevoked,
                Message = $"Signing key {kid} of {use} was revoked; tokens it signed no longer work",
                Actor = actor,
                RelatedDocumentIds = [kid],
            }, cancel);
            var before = new SigningKeySet(rows, now);
            // Not one that was retired before: its time in the JWKS is measured to its last token.
            if (before.Signing(use) is not { } signing || signing.Kid == kid)
            {
                await CreateAsync(connection, use, now, actor, cancel);
            }
            else if (before.Next(use)?.Kid == kid)
            {
                await store.KeepAsync(connection, signing.Kid, cancel);
            }
            return true;
        }, cancel);

    private async Task<SigningKey> CreateAsync(NpgsqlConnection connection, SigningKeyUse use, DateTimeOffset activeFrom, AuditActor actor, CancellationToken cancel)
    {
        var made = KeyPair.Generate(use, issuer.RsaBits);
        var key = new SigningKey
        {
            Kid = made.Kid,
            Algorithm = use.Algorithm,
            PublicJwk = made.PublicJwk,
            PrivateKey = secrets.Protect(SigningKey.Purpose(made.Kid), made.Pkcs8),
            CreatedAt = clock.GetUtcNow(),
            ActiveFrom = activeFrom,
        };
        CryptographicOperations.ZeroMemory(made.Pkcs8);
        await store.InsertAsync(connection, key, cancel);
        await store.RetireOthersAsync(connection, key, activeFrom + PublishedAfterUse, cancel);
        await audit.AppendAsync(connection, new AuditEvent
        {
            Category = AuditCategories.SigningKeyCreated,
            Message = $"Signing key {made.Kid} of {use} was made and signs from {activeFrom:u}",
            Actor = actor,
            RelatedDocumentIds = [made.Kid],
        }, cancel);
        return key;
    }
}
