using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using OctoLogin.Jose;

namespace OctoLogin.TokenExchange;

/// <summary>
/// What was redeemed, so that nothing is redeemed twice: a unique key in the database, so that it holds across replicas, restarts
/// and fifty tries at the same moment.
/// </summary>
public sealed class RedeemedTokenStore(NpgsqlDataSource database)
{
    /// <summary>SHA-256 over issuer and <c>jti</c>, or over issuer and the signed text where there is no <c>jti</c>; of one length, whatever was sent.</summary>
    public static byte[] KeyOf(string issuer, CompactJws token)
    {
        // The parts are kept apart by a byte that neither can hold, and the two kinds by their names.
        var id = token.Claim("jti") is { Length: > 0 } jti ? $"{issuer}\0jti\0{jti}" : $"{issuer}\0token\0{Encoding.ASCII.GetString(token.SigningInput)}";
        return SHA256.HashData(Encoding.UTF8.GetBytes(id));
    }

    /// <summary>
    /// True: this is its first use, or <paramref name="allowReuse"/> and it was only used for this identity before.
    /// </summary>
    public async Task<bool> RedeemAsync(
        NpgsqlConnection connection, byte[] tokenKey, string identityId, bool allowReuse, DateTimeOffset expiresAt, CancellationToken cancel)
    {
        var inserted = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into redeemed_tokens (token_key, identity_id, expires_at) values (@tokenKey, @identityId, @expiresAt)
            on conflict (token_key) do nothing
            """, new { tokenKey, identityId, expiresAt }, cancellationToken: cancel));
        if (inserted == 1)
        {
            return true;
        }
        return allowReuse && await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select identity_id from redeemed_tokens where token_key = @tokenKey", new { tokenKey }, cancellationToken: cancel)) == identityId;
    }

    /// <summary>Rows that no valid token can meet again.</summary>
    public async Task<int> PurgeAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // An hour more than the leeway: a clock that is set back must not re-open what was used.
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from redeemed_tokens where expires_at < @before; delete from revoked_tokens where expires_at < @before",
            new { before = now.AddHours(-1) }, cancellationToken: cancel));
    }
}
