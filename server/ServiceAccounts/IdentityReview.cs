using Dapper;
using Npgsql;

namespace OctoLogin.ServiceAccounts;

/// <summary>Which identities of active accounts somebody should look at again.</summary>
public sealed class IdentityReview(NpgsqlDataSource database)
{
    /// <summary>That let nobody in since then and were made before; the longest unused first.</summary>
    public Task<IReadOnlyList<ReviewedIdentity>> UnusedAsync(DateTimeOffset since, int take, CancellationToken cancel) => ListAsync(
        """
        where u.is_active and i.created_at < @since and (used.last_used_at is null or used.last_used_at < @since)
        order by coalesce(used.last_used_at, i.created_at), i.id
        """, new { since, take }, cancel);

    /// <summary>Whose subject takes more than one; the widest, with the shortest fixed part, first.</summary>
    public Task<IReadOnlyList<ReviewedIdentity>> WithWildcardsAsync(int take, CancellationToken cancel) => ListAsync(
        """
        where u.is_active and (i.subject like '%*%' or i.subject like '%?%')
        order by length(translate(i.subject, '*?', '')), i.id
        """, new { take }, cancel);

    /// <summary>How much of what comes first there is; each is looked at only as far as the first row.</summary>
    public async Task<FirstThings> FirstThingsAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleAsync<FirstThings>(new CommandDefinition(
            """
            select (select id from users where is_service order by created_at limit 1) as first_account_id,
              exists (select from oidc_identities) as has_identity, exists (select from oidc_identity_uses) as has_login
            """, cancellationToken: cancel));
    }

    private async Task<IReadOnlyList<ReviewedIdentity>> ListAsync(string which, object parameters, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<ReviewedIdentity>(new CommandDefinition(
            $"""
            select i.id, i.name, i.subject, i.user_id, u.username, used.last_used_at, count(*) over () as total
            from oidc_identities i join users u on u.id = i.user_id left join oidc_identity_uses used on used.identity_id = i.id
            {which} limit @take
            """, parameters, cancellationToken: cancel))).AsList();
    }
}

public sealed record ReviewedIdentity
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Subject { get; init; }

    /// <summary>The service account's.</summary>
    public required string UserId { get; init; }
    public required string Username { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How many there are of the kind, of which the list has the first.</summary>
    public required long Total { get; init; }
}

public sealed record FirstThings
{
    /// <summary>Null: there is no service account.</summary>
    public string? FirstAccountId { get; init; }
    public required bool HasIdentity { get; init; }
    public required bool HasLogin { get; init; }
}
