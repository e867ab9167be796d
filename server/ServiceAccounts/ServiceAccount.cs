using Dapper;
using Npgsql;

namespace OctoLogin.ServiceAccounts;

/// <summary>A user for machines, with the GUID that workflows name as audience.</summary>
public sealed record ServiceAccount
{
    public required string Id { get; init; }
    public required string Username { get; init; }
    public required Guid ExternalId { get; init; }
    public required bool IsActive { get; init; }

    /// <summary>The GUID as tokens carry it: lower case, with dashes.</summary>
    public string Audience => ExternalId.ToString("D");
}

public sealed class ServiceAccountStore(NpgsqlDataSource database)
{
    private const string Columns = "id, username, external_id, is_active";

    public async Task<ServiceAccount?> FindByExternalIdAsync(Guid externalId, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<ServiceAccount>(new CommandDefinition(
            $"select {Columns} from users where external_id = @externalId", new { externalId }, cancellationToken: cancel));
    }

    /// <summary>By user Id, username or GUID, as a person types it.</summary>
    public async Task<ServiceAccount?> FindAsync(string idOrName, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<ServiceAccount>(new CommandDefinition(
            $"""
            select {Columns} from users where is_service and (id = @idOrName or lower(username) = lower(@idOrName) or external_id::text = lower(@idOrName))
            order by (id = @idOrName) desc limit 1
            """, new { idOrName }, cancellationToken: cancel));
    }
}
