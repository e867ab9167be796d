using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class AboutModel(NpgsqlDataSource database, IssuerOptions issuer) : PortalPage
{
    public string ServerUri => issuer.ServerUri;
    public string DatabaseVersion { get; private set; } = "";

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        await using var connection = await database.OpenConnectionAsync(Cancel);
        DatabaseVersion = await connection.QuerySingleAsync<string>(new CommandDefinition("show server_version", cancellationToken: Cancel));
    }
}
