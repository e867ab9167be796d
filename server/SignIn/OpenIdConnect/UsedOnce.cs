using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Writes <c>used_sign_in_states</c> and <c>used_logout_tokens</c>: what came once does not count again, on whichever replica. Each cleans up what could not come again anyway.</summary>
public sealed class UsedOnce(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>False: it was used before.</summary>
    public async Task<bool> UseStateAsync(string state, DateTimeOffset expires, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await UseAsync(connection, "used_sign_in_states", "state_hash", SignInStates.HashOf(state), expires, cancel);
    }

    /// <param name="connection">In the transaction of what the token does: one that was not done may come again.</param>
    public Task<bool> UseLogoutTokenAsync(NpgsqlConnection connection, string issuer, string jti, DateTimeOffset expires, CancellationToken cancel) =>
        UseAsync(connection, "used_logout_tokens", "token_hash", SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{jti}")), expires, cancel);

    private async Task<bool> UseAsync(NpgsqlConnection connection, string table, string column, byte[] hash, DateTimeOffset expires, CancellationToken cancel) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"""
            delete from {table} where expires_at < @now;
            with used as (insert into {table} ({column}, expires_at) values (@hash, @expires) on conflict do nothing returning 1)
            select exists (select from used)
            """, new { hash, expires, now = clock.GetUtcNow().AddMinutes(-5) }, cancellationToken: cancel));
}
