using Dapper;
using Npgsql;

namespace OctoLogin.TokenExchange;

/// <summary>
/// The access tokens of an account that work now, as far as the audit tells: those that were issued and have not expired, without those
/// that were revoked, whose identity was changed or deleted since, whose issuer is disabled, or whose signing key was revoked.
/// </summary>
public sealed class TokensOfAccount(NpgsqlDataSource database, TimeProvider clock)
{
    public const int Most = 100;

    /// <summary>So many of the account's latest logins are looked at: a busy account has hundreds of thousands within a token's life.</summary>
    private const int MostLogins = 2000;

    /// <summary>The newest first, <see cref="Most"/> and one more where there are more.</summary>
    public async Task<IReadOnlyList<LiveToken>> ListAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<LiveToken>(new CommandDefinition(
            """
            select e.token_id, e.number, e.occurred, e.expires, e.scope, e.subject, e.ip_address, i.id as identity_id, i.name as identity_name
            from (
              select number, occurred, ip_address, related_document_ids[2] as identity_id, details->>'access_token_id' as token_id, (details->>'expires')::timestamptz as expires,
                details->>'scope' as scope, details->'claims'->>'sub' as subject, (details->>'identity_version')::int as version
              from audit_events where user_id = @userId and category = 'TokenIssued' order by number desc limit @MostLogins) e
            -- what was issued before the audit had the version is taken for one that works
            join oidc_identities i on i.id = e.identity_id and i.user_id = @userId and (e.version is null or i.version = e.version)
            where e.expires > @now
              and not exists (select from revoked_tokens r where r.jti = e.token_id)
              and not exists (select from issuers s where s.issuer = i.issuer and s.is_disabled)
              and not exists (
                select from signing_keys k where k.algorithm = 'ES256' and k.revoked_at > e.occurred and k.active_from <= e.occurred
                  and not exists (select from signing_keys n where n.algorithm = 'ES256' and n.active_from > k.active_from and n.active_from <= e.occurred))
            order by e.number desc limit @Most + 1
            """, new { userId, MostLogins, Most, now = clock.GetUtcNow() }, cancellationToken: cancel))).AsList();
    }
}

public sealed record LiveToken
{
    /// <summary>Its <c>jti</c>, by which it can be ended.</summary>
    public required string TokenId { get; init; }

    /// <summary>Of the event of its login.</summary>
    public required long Number { get; init; }
    public required DateTimeOffset Occurred { get; init; }
    public required DateTimeOffset Expires { get; init; }
    public string? Scope { get; init; }
    public string? Subject { get; init; }
    public string? IpAddress { get; init; }
    public required string IdentityId { get; init; }
    public required string IdentityName { get; init; }
}
