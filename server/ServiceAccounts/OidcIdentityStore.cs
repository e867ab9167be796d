using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

public sealed class OidcIdentityStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, user_id, name, issuer, subject, audience, conditions::text as conditions_json, token_lifetime_seconds, allow_reuse,
        github_owner, github_repository, github_filter_type, github_filter_value, github_repository_id, github_repository_owner_id,
        github_pinned_from, github_unpinned_since, version, created_at, updated_at,
        coalesce((select s.is_disabled from issuers s where s.issuer = oidc_identities.issuer), false) as issuer_disabled,
        coalesce((select s.version from issuers s where s.issuer = oidc_identities.issuer), 0) as issuer_version
        """;

    public async Task<IReadOnlyList<OidcIdentity>> ListAsync(string userId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<OidcIdentity>(new CommandDefinition(
            $"select {Columns} from oidc_identities where user_id = @userId order by created_at, id", new { userId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Those of many accounts.</summary>
    public async Task<IReadOnlyList<OidcIdentity>> ListAsync(string[] userIds, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<OidcIdentity>(new CommandDefinition(
            $"select {Columns} from oidc_identities where user_id = any(@userIds) order by created_at, id", new { userIds }, cancellationToken: cancel))).AsList();
    }

    public async Task<OidcIdentity?> FindAsync(string userId, string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<OidcIdentity>(new CommandDefinition(
            $"select {Columns} from oidc_identities where user_id = @userId and id = @id", new { userId, id }, cancellationToken: cancel));
    }

    public async Task<OidcIdentity> InsertAsync(NpgsqlConnection connection, OidcIdentity identity, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleAsync<OidcIdentity>(new CommandDefinition(
                $"""
                insert into oidc_identities (user_id, name, issuer, subject, audience, conditions, token_lifetime_seconds, allow_reuse,
                    github_owner, github_repository, github_filter_type, github_filter_value, github_repository_id, github_repository_owner_id,
                    github_pinned_from, github_unpinned_since, created_at, updated_at)
                values (@UserId, @Name, @Issuer, @Subject, @Audience, @ConditionsJson::jsonb, @TokenLifetimeSeconds, @AllowReuse,
                    @GithubOwner, @GithubRepository, @FilterType, @GithubFilterValue, @GithubRepositoryId, @GithubRepositoryOwnerId,
                    @GithubPinnedFrom, @GithubUnpinnedSince, @CreatedAt, @UpdatedAt)
                returning {Columns}
                """, Parameters(identity), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("oidc_identities_name_key"))
        {
            throw NameTaken(identity);
        }
    }

    /// <summary>Raises the version, which ends every access token that the identity gave. Null: it was deleted meanwhile.</summary>
    public async Task<OidcIdentity?> UpdateAsync(NpgsqlConnection connection, OidcIdentity identity, CancellationToken cancel)
    {
        try
        {
            return await connection.QuerySingleOrDefaultAsync<OidcIdentity>(new CommandDefinition(
                $"""
                update oidc_identities set name = @Name, issuer = @Issuer, subject = @Subject, audience = @Audience,
                    conditions = @ConditionsJson::jsonb, token_lifetime_seconds = @TokenLifetimeSeconds, allow_reuse = @AllowReuse,
                    github_owner = @GithubOwner, github_repository = @GithubRepository, github_filter_type = @FilterType,
                    github_filter_value = @GithubFilterValue, github_repository_id = @GithubRepositoryId,
                    github_repository_owner_id = @GithubRepositoryOwnerId, github_pinned_from = @GithubPinnedFrom,
                    github_unpinned_since = @GithubUnpinnedSince, updated_at = @UpdatedAt, version = version + 1
                where id = @Id and user_id = @UserId returning {Columns}
                """, Parameters(identity), cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.Violates("oidc_identities_name_key"))
        {
            throw NameTaken(identity);
        }
    }

    /// <summary>Ends the access tokens that these identities gave, and changes nothing else of them; the Ids of all.</summary>
    public async Task<IReadOnlyList<string>> RaiseVersionsAsync(NpgsqlConnection connection, IdentitySelection which, CancellationToken cancel) =>
        (await connection.QueryAsync<string>(new CommandDefinition(
            """
            update oidc_identities set version = version + 1
            where (@Id::text is null or id = @Id) and (@UserId::text is null or user_id = @UserId) and (@Issuer::text is null or issuer = @Issuer)
              and num_nonnulls(@Id::text, @UserId::text, @Issuer::text) > 0
            returning id
            """, which, cancellationToken: cancel))).AsList();

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, string userId, string id, CancellationToken cancel) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from oidc_identities where user_id = @userId and id = @id", new { userId, id }, cancellationToken: cancel)) > 0;

    private static DynamicParameters Parameters(OidcIdentity identity)
    {
        var parameters = new DynamicParameters(identity);
        parameters.Add("FilterType", identity.GithubFilterType?.ToString());
        return parameters;
    }

    private static ApiException NameTaken(OidcIdentity identity) =>
        ApiException.Conflict($"This service account has an OIDC identity named '{identity.Name}' already.");
}

/// <summary>Identities by what is not null here, at least one of it.</summary>
public sealed record IdentitySelection
{
    public string? Id { get; init; }
    public string? UserId { get; init; }
    public string? Issuer { get; init; }
}
