using System.Text.Json;
using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Access;

/// <summary>Reads who a caller is and what their teams' roles give them, in one statement.</summary>
public sealed class CallerStore(NpgsqlDataSource database)
{
    /// <summary>
    /// What the groups of the provider give is had only by whom the provider has vouched for: in a session that it began, and by an API key
    /// made in one. Otherwise whoever made an account with somebody's address and a password of their own would have it once that person came.
    /// </summary>
    private const string Direct = "m.is_direct";
    private const string OfSession = "m.is_direct or m.external_identity_id = e.id";
    private const string OfKey = "m.is_direct or m.external_identity_id = k.external_identity_id";
    private const string All = "true";

    /// <param name="counts">Which of the account's memberships <c>m</c> count for what it came with.</param>
    private static string Columns(string counts) =>
        $"""
        u.id as user_id, u.username, u.is_service, u.is_active,
        coalesce((
          select json_agg(json_build_object(
            'SpaceId', s.space_id, 'ProjectIds', s.project_ids, 'ProjectGroupIds', s.project_group_ids,
            'EnvironmentIds', s.environment_ids, 'TenantIds', s.tenant_ids,
            'Permissions', case when s.space_id is null then r.granted_system_permissions else r.granted_space_permissions end))
          from effective_team_members m
          join scoped_user_roles s on s.team_id = m.team_id
          join user_roles r on r.id = s.user_role_id
          where m.user_id = u.id and ({counts})), '[]')::text as grants,
        {(counts is OfSession or OfKey ? $"not u.is_service and exists (select from effective_team_members m where m.user_id = u.id and ({counts}) is not true)" : "false")} as has_more_by_groups
        """;

    /// <summary>Null: no such key, or it has expired.</summary>
    public async Task<KnownUser?> FindByApiKeyAsync(byte[] keyHash, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<KnownUser>(new CommandDefinition(
            $"""
            select {Columns(OfKey)}, k.expires_at as key_expires, k.id as api_key_id, k.external_identity_id from api_keys k join users u on u.id = k.user_id
            where k.key_hash = @keyHash and (k.expires_at is null or k.expires_at > @now)
            """,
            new { keyHash, now }, cancellationToken: cancel));
    }

    /// <summary>
    /// The person of a session that has not ended; null otherwise. That they were seen is written in passing, once in
    /// <see cref="SessionTimes.SeenFor"/>: whoever remembers the answer must ask again after that time.
    /// </summary>
    public async Task<KnownUser?> FindBySessionAsync(byte[] secretHash, DateTimeOffset now, SessionTimes sessions, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<KnownUser>(new CommandDefinition(
            $"""
            with seen as (
              update sessions set last_seen_at = @now
              where secret_hash = @secretHash and expires_at > @now and last_seen_at > @idleSince and last_seen_at <= @seenBefore)
            select {Columns(OfSession)}, s.id as session_id, s.signed_in_with, s.expires_at as session_expires, e.id as external_identity_id
            from sessions s join users u on u.id = s.user_id
            left join external_identities e on e.issuer = s.external_issuer and e.subject = s.external_subject and e.user_id = u.id
            where s.secret_hash = @secretHash and s.expires_at > @now and s.last_seen_at > @idleSince and not u.is_service
            """,
            new { secretHash, now, idleSince = now - sessions.IdleTimeout, seenBefore = now - (sessions.SeenFor / 2) }, cancellationToken: cancel));
    }

    /// <summary>With everything that the account may do in any way: who decides over it must hold all that.</summary>
    public async Task<KnownUser?> FindByIdAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<KnownUser>(new CommandDefinition(
            $"select {Columns(All)} from users u where u.id = @userId", new { userId }, cancellationToken: cancel));
    }

    /// <summary>
    /// The account of an access token, if the token still works: neither it nor its key revoked, its identity there in the version that
    /// issued it and its issuer not disabled. Null otherwise. Whether the account is active is the caller's question. (The keys in memory
    /// may learn of a revocation later than this.)
    /// </summary>
    public async Task<KnownUser?> FindByAccessTokenAsync(AccessToken token, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<KnownUser>(new CommandDefinition(
            $"""
            select {Columns(Direct)} from users u
            join oidc_identities i on i.user_id = u.id and i.id = @IdentityId and i.version = @IdentityVersion
            where u.id = @UserId and not exists (select from revoked_tokens t where t.jti = @Id)
              and not exists (select from issuers s where s.issuer = i.issuer and s.is_disabled)
              and not exists (select from signing_keys k where k.kid = @SigningKeyId and k.revoked_at is not null)
            """,
            new { token.UserId, token.Id, token.IdentityId, token.IdentityVersion, token.SigningKeyId }, cancellationToken: cancel));
    }
}

/// <summary>A user as the authentication finds them.</summary>
public sealed record KnownUser
{
    public required string UserId { get; init; }
    public required string Username { get; init; }
    public required bool IsService { get; init; }
    public required bool IsActive { get; init; }

    /// <summary>A JSON array of grants.</summary>
    public required string Grants { get; init; }

    /// <summary>In a team by groups that do not count for what they came with.</summary>
    public bool HasMoreByGroups { get; init; }

    /// <summary>Who the provider has vouched that they are: of the session that it began, or of the API key that was made in one; null: it has not.</summary>
    public string? ExternalIdentityId { get; init; }

    /// <summary>When the API key that they were found by ends; null: never, or not by a key.</summary>
    public DateTimeOffset? KeyExpires { get; init; }

    /// <summary>The API key that they were found by; null: not by a key.</summary>
    public string? ApiKeyId { get; init; }

    /// <summary>These three of the session that they were found by.</summary>
    public string? SessionId { get; init; }
    public string? SignedInWith { get; init; }
    public DateTimeOffset? SessionExpires { get; init; }

    public IReadOnlyList<Grant> ReadGrants() =>
        [.. JsonSerializer.Deserialize<GrantRow[]>(Grants, Json.Options)!.Select(row => row.ToGrant())];
}
