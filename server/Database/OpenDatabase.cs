using Npgsql;

namespace OctoLogin.Database;

/// <summary>A database that is up, migrated, and whose master key is known to be right. Disposing it ends the pool and then the embedded PostgreSQL.</summary>
public sealed class OpenDatabase : IAsyncDisposable
{
    internal OpenDatabase(NpgsqlDataSource dataSource, Installation installation, int migrationsApplied, EmbeddedPostgres? postgres)
    {
        DataSource = dataSource;
        Secrets = installation.Secrets;
        InstallationId = installation.Id;
        MigrationsApplied = migrationsApplied;
        Postgres = postgres;
    }

    public NpgsqlDataSource DataSource { get; }

    public Secrets Secrets { get; }

    public Guid InstallationId { get; }

    /// <summary>By this start.</summary>
    public int MigrationsApplied { get; }

    /// <summary>Null with <c>ConnectionStrings:OctoLogin</c>.</summary>
    public EmbeddedPostgres? Postgres { get; }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null)
        {
            Postgres.ConnectionsLost -= DataSource.Clear;
        }

        await DataSource.DisposeAsync();
        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }
    }
}
