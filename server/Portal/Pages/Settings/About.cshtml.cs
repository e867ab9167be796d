using Dapper;
using Npgsql;
using OctoLogin.Access;
using OctoLogin.OpenIdProvider;
using OctoLogin.ServerTasks;

namespace OctoLogin.Portal.Pages.Settings;

public sealed class AboutModel(NpgsqlDataSource database, IssuerOptions issuer, ServerNodeStore nodes, TaskOptions tasks) : PortalPage
{
    public string ServerUri => issuer.ServerUri;
    public DatabaseFacts Database { get; private set; } = null!;
    public IReadOnlyList<SeenNode> Nodes { get; private set; } = [];

    /// <summary>Heard of as lately as one that runs tasks must be.</summary>
    public bool IsAlive(SeenNode node) => node.SilentSeconds < tasks.Lease.TotalSeconds;

    public bool TasksAreRun => Nodes.Any(node => node.RunsTasks && IsAlive(node));

    public async Task OnGetAsync()
    {
        Caller.Demand(Permission.AdministerSystem, AccessTarget.System);
        await using var connection = await database.OpenConnectionAsync(Cancel);
        Database = await connection.QuerySingleAsync<DatabaseFacts>(new CommandDefinition(
            """
            select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size, current_database() as name,
              (select count(*) from pg_stat_activity where datname = current_database()) as connections, current_setting('max_connections') as most_connections
            """, cancellationToken: Cancel));
        Nodes = await nodes.ListAsync(Cancel);
    }
}

public sealed record DatabaseFacts
{
    public required string Version { get; init; }
    public required string Name { get; init; }
    public required string Size { get; init; }
    public required long Connections { get; init; }
    public required string MostConnections { get; init; }
}
