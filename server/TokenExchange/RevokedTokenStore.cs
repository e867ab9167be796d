using Dapper;
using Npgsql;

namespace OctoLogin.TokenExchange;

public sealed class RevokedTokenStore
{
    /// <summary>False: it was revoked before.</summary>
    public async Task<bool> RevokeAsync(NpgsqlConnection connection, string jti, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into revoked_tokens (jti, revoked_at, expires_at) values (@jti, @now, @expiresAt) on conflict (jti) do nothing",
            new { jti, now, expiresAt }, cancellationToken: cancel)) == 1;
}
