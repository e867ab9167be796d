using Dapper;
using Npgsql;

namespace OctoLogin.Users;

/// <summary>An API key without its secret, as lists show it.</summary>
public sealed record ApiKey
{
    public required string Id { get; init; }
    public required string UserId { get; init; }
    public required string Purpose { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Null: it does not expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Up to a minute late; null: never, or not since this is written down.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The first characters, so that a person can tell keys apart.</summary>
    public required string Hint { get; init; }
}

public sealed class ApiKeyStore(NpgsqlDataSource database)
{
    private const string Columns = "id, user_id, purpose, created_at as created, expires_at as expires, last_used_at as last_used, hint";

    public async Task<IReadOnlyList<ApiKey>> ListAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<ApiKey>(new CommandDefinition(
            $"select {Columns} from api_keys where user_id = @userId order by created_at desc, id", new { userId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Null: that key exists already.</summary>
    /// <param name="externalIdentityId">Whose groups count for the key, too; null: nobody's.</param>
    public async Task<ApiKey?> InsertAsync(
        NpgsqlConnection connection, string userId, string purpose, byte[] keyHash, string hint, DateTimeOffset now, DateTimeOffset? expires, string? externalIdentityId, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<ApiKey>(new CommandDefinition(
            $"""
            insert into api_keys (user_id, purpose, key_hash, hint, created_at, expires_at, external_identity_id)
            values (@userId, @purpose, @keyHash, @hint, @now, @expires, (select id from external_identities where id = @externalIdentityId))
            on conflict on constraint api_keys_hash_key do nothing
            returning {Columns}
            """, new { userId, purpose, keyHash, hint, now, expires, externalIdentityId }, cancellationToken: cancel));

    public async Task<ApiKey?> DeleteAsync(NpgsqlConnection connection, string userId, string id, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<ApiKey>(new CommandDefinition(
            $"delete from api_keys where user_id = @userId and id = @id returning {Columns}", new { userId, id }, cancellationToken: cancel));

    /// <summary>Later than what is there: replicas write in any order.</summary>
    public async Task NoteUseAsync(string id, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            "update api_keys set last_used_at = @at where id = @id and (last_used_at is null or last_used_at < @at)", new { id, at }, cancellationToken: cancel));
    }
}
