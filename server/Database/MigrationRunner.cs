using Dapper;
using Npgsql;

namespace OctoLogin.Database;

/// <summary>Brings the schema to what this binary knows, one transaction for each migration, and refuses a database that it does not know.</summary>
public sealed class MigrationRunner
{
    // Any constant will do, as long as every version of OctoLogin uses this one. ("OctoLogi" in ASCII.)
    private const long LockKey = 0x4F63746F4C6F6769;
    private const int OldestServer = 150000;

    private readonly IReadOnlyList<Migration> _migrations;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public MigrationRunner(IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger logger)
    {
        for (var i = 1; i < migrations.Count; i++)
        {
            if (migrations[i].Version <= migrations[i - 1].Version)
            {
                throw new ArgumentException($"{migrations[i].FileName} does not come after {migrations[i - 1].FileName}: numbers rise and are used once.", nameof(migrations));
            }
        }

        (_migrations, _clock, _logger) = (migrations, clock, logger);
    }

    /// <returns>How many were applied.</returns>
    public async Task<int> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        RefuseOldServer(await connection.ExecuteScalarAsync<int>("select current_setting('server_version_num')::int"));
        var applied = 0;
        try
        {
            while (await ApplyNextAsync(connection, cancellationToken))
            {
                applied++;
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StartupException(
                $"The user of ConnectionStrings:OctoLogin may not change the schema of database {connection.Database}: {e.MessageText}. "
                + $"Make it the owner: alter database \"{connection.Database}\" owner to that user.",
                e);
        }

        return applied;
    }

    internal static void RefuseOldServer(int versionNumber)
    {
        if (versionNumber < OldestServer)
        {
            throw new StartupException($"The database server is PostgreSQL {versionNumber / 10000}; OctoLogin needs PostgreSQL 15 or later. Upgrade it, or point ConnectionStrings:OctoLogin at a newer one.");
        }
    }

    // The lock is taken anew in each transaction and not once for the session: it then also holds behind a pooler that
    // hands each transaction to another session, and whoever waited looks again at what is left to do.
    private async Task<bool> ApplyNextAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(@LockKey)", new { LockKey }, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(
            """
            create table if not exists schema_migrations (
              version int primary key, name text not null, sha256 text not null, applied_at timestamptz not null)
            """,
            transaction: transaction);
        var applied = (await connection.QueryAsync<AppliedMigration>("select version, name, sha256 from schema_migrations order by version", transaction: transaction)).AsList();
        RefuseUnknown(applied);

        var next = _migrations.ElementAtOrDefault(applied.Count);
        if (next is not null)
        {
            await ApplyAsync(next, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return next is not null;
    }

    // After this check what was applied is exactly the beginning of what this binary has.
    private void RefuseUnknown(List<AppliedMigration> applied)
    {
        var known = _migrations.Count == 0 ? 0 : _migrations[^1].Version;
        if (applied.Count > 0 && applied[^1].Version > known)
        {
            throw new StartupException(
                $"The database is at migration {applied[^1].Version} ({applied[^1].Name}), made by a newer OctoLogin; this one knows migrations up to {known}. "
                + "Start that newer version, or restore a backup from before its upgrade. Nothing was changed.");
        }

        for (var i = 0; i < applied.Count; i++)
        {
            var (was, has) = (applied[i], _migrations[i]);
            if (was.Version != has.Version)
            {
                throw new StartupException(
                    $"The database has migration {was.Version} ({was.Name}) where this OctoLogin has {has.FileName}: they are not of one line of versions. "
                    + "Start the version that made this database. Nothing was changed.");
            }

            if (was.Sha256 != has.Sha256)
            {
                throw new StartupException(
                    $"Migration {has.FileName} was changed after this database applied it (applied: sha256 {was.Sha256}, in this OctoLogin: {has.Sha256}). "
                    + "A migration is never edited: restore its text and put the change into a new one. Nothing was changed.");
            }
        }
    }

    private async Task ApplyAsync(Migration migration, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(migration.Sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
        }
        catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StartupException($"Migration {migration.FileName} failed and was rolled back: {e.MessageText} (SQLSTATE {e.SqlState}). The database is as it was before it; this is a bug unless the schema was changed by hand.", e);
        }

        await connection.ExecuteAsync(
            "insert into schema_migrations (version, name, sha256, applied_at) values (@Version, @Name, @Sha256, @AppliedAt)",
            new { migration.Version, migration.Name, migration.Sha256, AppliedAt = _clock.GetUtcNow() },
            transaction);
        _logger.LogInformation("Applied migration {Migration}", migration.FileName);
    }

    private sealed record AppliedMigration
    {
        public required int Version { get; init; }

        public required string Name { get; init; }

        public required string Sha256 { get; init; }
    }
}
