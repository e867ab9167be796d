using Dapper;
using Npgsql;
using OctoLogin.TagSets;

namespace OctoLogin.Accounts;

/// <summary>Writes <c>accounts</c> and the environments, tenants and tags that they are limited to.</summary>
public sealed class AccountStore(NpgsqlDataSource database)
{
    private static readonly TagLinks Tags = new("account_tags", "account_id");

    private static readonly string Columns =
        $"""
        a.id, a.space_id, a.name, a.slug, a.description, a.account_type, a.tenanted_deployment_participation, a.details::text as details_json,
        a.secrets::text as secrets_json, {Tags.Column("a.id")},
        array(select e.environment_id from account_environments e where e.account_id = a.id order by length(e.environment_id), e.environment_id) as environment_ids,
        array(select t.tenant_id from account_tenants t where t.account_id = a.id order by length(t.tenant_id), t.tenant_id) as tenant_ids
        """;

    public async Task<Account?> FindAsync(string spaceId, string idOrSlug, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            $"""
            select {Columns} from accounts a where a.space_id = @spaceId and (a.id = @idOrSlug or a.slug = lower(@idOrSlug))
            order by a.id = @idOrSlug desc limit 1
            """, new { spaceId, idOrSlug }, cancellationToken: cancel));
    }
}
