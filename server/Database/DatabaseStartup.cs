using Npgsql;

namespace OctoLogin.Database;

/// <summary>From settings to an open database, in order: PostgreSQL, connections, migrations, master key.</summary>
public static class DatabaseStartup
{
    /// <param name="attach">True for a command line verb, which may run beside a server on the same data directory; false for that server.</param>
    /// <exception cref="StartupException">Something the operator must mend.</exception>
    public static async Task<OpenDatabase> OpenAsync(DatabaseOptions options, TimeProvider clock, ILoggerFactory loggers, bool attach, CancellationToken cancellationToken)
    {
        options.ThrowIfFaulty();
        var logger = loggers.CreateLogger("OctoLogin.Database");
        EmbeddedPostgres? postgres = null;
        NpgsqlDataSource? dataSource = null, journalSource = null;
        try
        {
            if (options.ConnectionString is null)
            {
                postgres = attach
                    ? await EmbeddedPostgres.AttachOrStartAsync(options, loggers, cancellationToken)
                    : await EmbeddedPostgres.StartAsync(options, loggers, cancellationToken);
            }

            var connectionString = options.ConnectionString ?? postgres!.ConnectionString;
            dataSource = DatabaseConnections.Create(connectionString, loggers);
            journalSource = DatabaseConnections.CreateForJournal(connectionString, loggers);
            if (postgres is null)
            {
                await DatabaseConnections.WaitAsync(dataSource, options.StartTimeout, logger, cancellationToken);
            }
            else
            {
                // Connections to a PostgreSQL that died are dropped at once, and not found dead by one request after another.
                postgres.ConnectionsLost += dataSource.Clear;
                postgres.ConnectionsLost += journalSource.Clear;
            }

            var applied = await new MigrationRunner(Migration.Embedded(), clock, logger).RunAsync(dataSource, cancellationToken);
            var installation = await Installation.OpenAsync(dataSource, options, clock, logger, cancellationToken);
            return new OpenDatabase(dataSource, journalSource, installation, applied, postgres);
        }
        catch
        {
            foreach (var source in (NpgsqlDataSource?[])[journalSource, dataSource])
            {
                await (source?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            throw;
        }
    }
}
