using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.ServiceAccounts;

/// <summary>Service accounts with their identities and when these were last used: for people who look after them. Three statements, however many there are.</summary>
public sealed class ServiceAccountOverviews(NpgsqlDataSource database, OidcIdentityStore identities)
{
    /// <param name="after">The username after which the page begins; null: the first page.</param>
    public async Task<IReadOnlyList<ServiceAccountOverview>> ListAsync(string? text, string? after, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var accounts = (await connection.QueryAsync<AccountRow>(new CommandDefinition(
            """
            select id, username, display_name, external_id, is_active from users
            where is_service and (@like::text is null or username ilike @like or display_name ilike @like or external_id::text ilike @like)
              and (@after::text is null or lower(username) > lower(@after))
            order by lower(username) limit @take
            """, new { like = LikeText.Containing(text), after, take }, cancellationToken: cancel))).AsList();
        var theirs = (await UsedAsync(await identities.ListAsync([.. accounts.Select(account => account.Id)], cancel), connection, cancel)).ToLookup(used => used.Identity.UserId);
        return [.. accounts.Select(account => new ServiceAccountOverview(account.Id, account.Username, account.DisplayName, account.ExternalId, account.IsActive, [.. theirs[account.Id]]))];
    }

    /// <summary>An account's identities, with when each was last used.</summary>
    public async Task<IReadOnlyList<UsedIdentity>> IdentitiesOfAsync(string userId, CancellationToken cancel)
    {
        var all = await identities.ListAsync(userId, cancel);
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await UsedAsync(all, connection, cancel);
    }

    private static async Task<IReadOnlyList<UsedIdentity>> UsedAsync(IReadOnlyList<OidcIdentity> all, NpgsqlConnection connection, CancellationToken cancel)
    {
        var used = (await connection.QueryAsync<UseRow>(new CommandDefinition(
            "select identity_id, last_used_at from oidc_identity_uses where identity_id = any(@ids)",
            new { ids = all.Select(identity => identity.Id).ToArray() }, cancellationToken: cancel))).ToDictionary(row => row.IdentityId, row => row.LastUsedAt);
        return [.. all.Select(identity => new UsedIdentity(identity, used.TryGetValue(identity.Id, out var at) ? at : null))];
    }

    private sealed record UseRow
    {
        public required string IdentityId { get; init; }
        public required DateTimeOffset LastUsedAt { get; init; }
    }

    private sealed record AccountRow
    {
        public required string Id { get; init; }
        public required string Username { get; init; }
        public required string DisplayName { get; init; }
        public required Guid ExternalId { get; init; }
        public required bool IsActive { get; init; }
    }
}

public sealed record ServiceAccountOverview(string Id, string Username, string DisplayName, Guid ExternalId, bool IsActive, IReadOnlyList<UsedIdentity> Identities)
{
    /// <summary>With any identity that is there now; null: never.</summary>
    public DateTimeOffset? LastUsed => Identities.Max(identity => identity.LastUsed);
}

public sealed record UsedIdentity(OidcIdentity Identity, DateTimeOffset? LastUsed)
{
    public bool IsUnused(DateTimeOffset now) => IdentityWarnings.IsUnused(Identity, LastUsed, now);

    /// <summary>What somebody should look at, without mere hints.</summary>
    public IReadOnlyList<IdentityWarning> Warnings => [.. IdentityWarnings.Of(Identity).Where(warning => warning.Level > WarningLevel.Hint)];
}
