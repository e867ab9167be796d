using Dapper;
using Npgsql;

namespace OctoLogin.OpenIdProvider;

/// <summary>Reads and writes <c>signing_keys</c>; every change tells the other replicas.</summary>
public sealed class SigningKeyStore(NpgsqlDataSource database)
{
    public const string Channel = "signing_keys";

    private const string Columns =
        "kid, algorithm, public_jwk::text as public_jwk, private_key, created_at, active_from, published_until, revoked_at";

    public async Task<IReadOnlyList<SigningKey>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await ListAsync(connection, cancel);
    }

    public async Task<IReadOnlyList<SigningKey>> ListAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        (await connection.QueryAsync<SigningKey>(new CommandDefinition(
            $"select {Columns} from signing_keys order by active_from desc, kid", cancellationToken: cancel))).AsList();

    /// <summary>Held until the transaction ends: one replica at a time changes keys.</summary>
    public Task LockAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(hashtext('octologin.signing_keys'))", cancellationToken: cancel));

    public Task InsertAsync(NpgsqlConnection connection, SigningKey key, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into signing_keys (kid, algorithm, public_jwk, private_key, created_at, active_from)
            values (@Kid, @Algorithm, @PublicJwk::jsonb, @PrivateKey, @CreatedAt, @ActiveFrom);
            notify {Channel}
            """, key, cancellationToken: cancel));

    /// <summary>
    /// Keys that sign before <paramref name="next"/> takes over stay published until the last token they signed has ended; one that
    /// waited for its turn has signed nothing and need not stay.
    /// </summary>
    public Task RetireOthersAsync(NpgsqlConnection connection, SigningKey next, DateTimeOffset publishedUntil, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
            update signing_keys set published_until = case when active_from > @CreatedAt then @CreatedAt else @publishedUntil end
            where algorithm = @Algorithm and kid <> @Kid and published_until is null and revoked_at is null;
            notify {Channel}
            """, new { next.Kid, next.Algorithm, next.CreatedAt, publishedUntil }, cancellationToken: cancel));

    /// <summary>The key signs on: the one that was to follow it will not.</summary>
    public Task KeepAsync(NpgsqlConnection connection, string kid, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
            update signing_keys set published_until = null where kid = @kid and revoked_at is null;
            notify {Channel}
            """, new { kid }, cancellationToken: cancel));

    /// <summary>False: there is no such key, or it was revoked before.</summary>
    public async Task<bool> RevokeAsync(NpgsqlConnection connection, string kid, DateTimeOffset now, CancellationToken cancel) =>
        await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"""
            with revoked as (
              update signing_keys set revoked_at = @now, published_until = @now, private_key = ''
              where kid = @kid and revoked_at is null returning 1)
            select count(*) from revoked;
            notify {Channel}
            """, new { kid, now }, cancellationToken: cancel)) > 0;

    /// <summary>A private key that will not sign again is not kept.</summary>
    public Task ForgetRetiredPrivateKeysAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update signing_keys set private_key = '' where published_until < @now and private_key <> ''", new { now }, cancellationToken: cancel));
}
