using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;
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

    public async Task<Slice<Account>> ListAsync(string spaceId, AccountQuery query, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where a.space_id = @spaceId and (@Ids::text[] is null or a.id = any(@Ids)) and (@NameLike::text is null or a.name ilike @NameLike)
              and (@After::text is null or lower(a.name) > lower(@After))
              and (@AccountTypes::text[] is null or a.account_type = any(@AccountTypes))
            """;
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from accounts a {Where} and @IsCounted;
            select {Columns} from accounts a {Where} order by lower(a.name) limit @Take offset @Skip
            """, new { spaceId, query.AccountTypes, page.Ids, page.NameLike, page.After, page.IsCounted, page.Take, page.Skip }, cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<Account>()).AsList());
    }

    /// <summary>The Id of an account that is about to be made: its secrets are sealed for it.</summary>
    public async Task<string> NextIdAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleAsync<string>(new CommandDefinition("select 'Accounts-' || nextval('accounts_seq')", cancellationToken: cancel));
    }

    public async Task<Account> InsertAsync(NpgsqlConnection connection, Account account, CancellationToken cancel)
    {
        var slug = await FreeSlug.TakeAsync(
            connection, account.SpaceId, "select slug from accounts where space_id = @scope", account.SpaceId, account.Slug, cancel);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into accounts (id, space_id, name, slug, description, account_type, tenanted_deployment_participation, details, secrets)
                values (@Id, @SpaceId, @Name, @Slug, @Description, @type, @participation, @DetailsJson::json, @SecretsJson::jsonb)
                """, Parameters(account with { Slug = slug }), cancellationToken: cancel));
            return await WriteLinksAsync(connection, account, cancel);
        }
        catch (PostgresException fault) when (Refusal(fault, account) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<Account?> UpdateAsync(NpgsqlConnection connection, Account account, CancellationToken cancel)
    {
        try
        {
            var found = await connection.ExecuteAsync(new CommandDefinition(
                """
                update accounts set name = @Name, slug = @Slug, description = @Description, tenanted_deployment_participation = @participation,
                    details = @DetailsJson::json, secrets = @SecretsJson::jsonb
                where space_id = @SpaceId and id = @Id
                """, Parameters(account), cancellationToken: cancel)) > 0;
            return found ? await WriteLinksAsync(connection, account, cancel) : null;
        }
        catch (PostgresException fault) when (Refusal(fault, account) is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task<bool> DeleteAsync(NpgsqlConnection connection, Account account, CancellationToken cancel)
    {
        try
        {
            return await connection.ExecuteAsync(new CommandDefinition(
                "delete from accounts where space_id = @SpaceId and id = @Id", new { account.SpaceId, account.Id }, cancellationToken: cancel)) > 0;
        }
        catch (PostgresException fault) when (fault.IsStillReferred())
        {
            throw ApiException.Conflict($"Account '{account.Name}' is still in use by {fault.Referrer()}. Take it from there first.");
        }
    }

    private static async Task<Account> WriteLinksAsync(NpgsqlConnection connection, Account account, CancellationToken cancel)
    {
        await Tags.WriteAsync(connection, account.SpaceId, account.Id, account.TenantTags, cancel);
        return await connection.QuerySingleAsync<Account>(new CommandDefinition(
            $"""
            delete from account_environments where account_id = @Id;
            insert into account_environments (space_id, account_id, environment_id) select @SpaceId, @Id, unnest(@EnvironmentIds);
            delete from account_tenants where account_id = @Id;
            insert into account_tenants (space_id, account_id, tenant_id) select @SpaceId, @Id, unnest(@TenantIds);
            select {Columns} from accounts a where a.id = @Id
            """, new { account.Id, account.SpaceId, account.EnvironmentIds, account.TenantIds }, cancellationToken: cancel));
    }

    private static object Parameters(Account account) => new
    {
        account.Id, account.SpaceId, account.Name, account.Slug, account.Description, account.DetailsJson, account.SecretsJson,
        type = account.AccountType.ToString(), participation = account.TenantedDeploymentParticipation.ToString(),
    };

    private static ApiException? Refusal(PostgresException fault, Account account) => fault.ConstraintName switch
    {
        "accounts_name_key" or "accounts_slug_key" =>
            ApiException.Conflict($"There is an account with the name '{account.Name}' or the slug '{account.Slug}' in this space already."),
        "account_environments_environment_fkey" or "account_tenants_tenant_fkey" =>
            ApiException.Conflict("An environment or a tenant that is named was deleted at this moment; read them again."),
        _ => null,
    };
}
