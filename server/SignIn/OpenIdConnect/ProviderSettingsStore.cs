using Dapper;
using Npgsql;
using OctoLogin.Database;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>One row for all replicas, remembered until any of them changes it.</summary>
public sealed class ProviderSettingsStore(NpgsqlDataSource database, ChangeFeed feed, TimeProvider clock)
{
    private const string Columns =
        """
        is_enabled, issuer, client_id, client_secret, scopes, role_claim_type, username_claim_type, resource, display_name,
        allow_auto_user_creation, trust_unverified_email, auto_login, version
        """;

    private readonly Remembered<string, ProviderSettings> remembered = new(feed, clock);

    public async ValueTask<ProviderSettings> GetAsync(CancellationToken cancel) => (await remembered.GetAsync(ProviderSettings.Id, async () =>
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await ReadAsync(connection, forUpdate: false, cancel), null);
    }))!;

    /// <summary>As they are now, and as they stay until the commit.</summary>
    public Task<ProviderSettings> LockAsync(NpgsqlConnection connection, CancellationToken cancel) => ReadAsync(connection, forUpdate: true, cancel);

    public async Task<ProviderSettings> SaveAsync(NpgsqlConnection connection, ProviderSettings settings, CancellationToken cancel) =>
        await connection.QuerySingleAsync<ProviderSettings>(new CommandDefinition(
            $"""
            insert into oidc_provider (is_enabled, issuer, client_id, client_secret, scopes, role_claim_type, username_claim_type, resource, display_name,
                allow_auto_user_creation, trust_unverified_email, auto_login, updated_at)
            values (@IsEnabled, @Issuer, @ClientId, @ClientSecret, @Scopes, @RoleClaimType, @UsernameClaimType, @Resource, @DisplayName,
                @AllowAutoUserCreation, @TrustUnverifiedEmail, @AutoLogin, @now)
            on conflict (only_row) do update set is_enabled = excluded.is_enabled, issuer = excluded.issuer, client_id = excluded.client_id,
                client_secret = excluded.client_secret, scopes = excluded.scopes, role_claim_type = excluded.role_claim_type,
                username_claim_type = excluded.username_claim_type, resource = excluded.resource, display_name = excluded.display_name,
                allow_auto_user_creation = excluded.allow_auto_user_creation, trust_unverified_email = excluded.trust_unverified_email,
                auto_login = excluded.auto_login, updated_at = excluded.updated_at, version = nextval('oidc_provider_version_seq')
            returning {Columns}
            """,
            new
            {
                settings.IsEnabled, settings.Issuer, settings.ClientId, settings.ClientSecret, settings.Scopes, settings.RoleClaimType, settings.UsernameClaimType, settings.Resource,
                settings.DisplayName, settings.AllowAutoUserCreation, settings.TrustUnverifiedEmail, settings.AutoLogin, now = clock.GetUtcNow(),
            }, cancellationToken: cancel));

    private static async Task<ProviderSettings> ReadAsync(NpgsqlConnection connection, bool forUpdate, CancellationToken cancel) =>
        await connection.QuerySingleOrDefaultAsync<ProviderSettings>(new CommandDefinition(
            $"select {Columns} from oidc_provider {(forUpdate ? "for update" : "")}", cancellationToken: cancel)) ?? ProviderSettings.Unset;
}
