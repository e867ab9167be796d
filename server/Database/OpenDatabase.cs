using Npgsql;

namespace OctoLogin.Database;

/// <summary>A database that is up, migrated, and whose master key is known to be right. Disposing it ends the pools and then the embedded PostgreSQL.</summary>
public sealed class OpenDatabase : IAsyncDisposable
{
    /// <summary>What <see cref="JournalSource"/> is called among the services.</summary>
    public const string Journal = "journal";

    internal OpenDatabase(NpgsqlDataSource dataSource, NpgsqlDataSource journalSource, Installation installation, int migrationsApplied, EmbeddedPostgres? postgres)
    {
        DataSource = dataSource;
        JournalSource = journalSource;
        Secrets = installation.Secrets;
        InstallationId = installation.Id;
        MigrationsApplied = migrationsApplied;
        Postgres = postgres;
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Connections that logins are recorded over, and nothing else.</summary>
    public NpgsqlDataSource JournalSource { get; }

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
            Postgres.ConnectionsLost -= JournalSource.Clear;
        }

        await JournalSource.DisposeAsync();
        await DataSource.DisposeAsync();
        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }
    }
}
