using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace OctoLogin.Database;

/// <summary>The row of table <c>server</c>: the identity of the installation, and the proof that the master key at hand is the one its secrets were sealed with.</summary>
internal sealed record Installation(Guid Id, Secrets Secrets)
{
    private static readonly byte[] KnownText = "OctoLogin master key"u8.ToArray();

    /// <summary>Makes the row, and master.key where none is configured, at the first start; afterwards changes nothing, right key or wrong.</summary>
    public static async Task<Installation> OpenAsync(NpgsqlDataSource dataSource, DatabaseOptions options, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two replicas at their first start: the second waits here and then finds the row, before it would have made a key of its own.
        await connection.ExecuteAsync(new CommandDefinition("lock table server in share row exclusive mode", transaction: transaction, cancellationToken: cancellationToken));
        var row = await connection.QuerySingleOrDefaultAsync<ServerRow>("select installation_id, master_key_check from server where id = 1", transaction: transaction);
        if (row is not null)
        {
            return Verify(row, options);
        }

        var key = MasterKey.Find(options) ?? MasterKey.Create(options);
        var installation = new Installation(Guid.NewGuid(), new Secrets(key.Bytes));
        await connection.ExecuteAsync(
            "insert into server (id, installation_id, master_key_check, created_at) values (1, @Id, @Check, @Now)",
            new { installation.Id, Check = installation.Secrets.Protect(Purpose(installation.Id), KnownText), Now = clock.GetUtcNow() },
            transaction);
        await transaction.CommitAsync(cancellationToken);
        logger.LogInformation("First start on this database. Its secrets are sealed with the master key in {Origin}; keep a copy of it apart from the database's backups", key.Origin);
        return installation;
    }

    private static Installation Verify(ServerRow row, DatabaseOptions options)
    {
        var key = MasterKey.Find(options) ?? throw new StartupException(
            "The master key is missing: the secrets in this database were sealed with one. "
            + $"Looked at {MasterKey.Looked(options)}. {Remedy}");
        var secrets = new Secrets(key.Bytes);
        try
        {
            secrets.Unprotect(Purpose(row.InstallationId), row.MasterKeyCheck);
        }
        catch (CryptographicException e)
        {
            throw new StartupException(
                $"The master key in {key.Origin} is not the one that the secrets in this database were sealed with. Looked at {MasterKey.Looked(options)}. {Remedy}", e);
        }

        return new Installation(row.InstallationId, secrets);
    }

    private const string Remedy =
        "Restore the key file from its backup, or set MasterKey or MasterKeyFile to that key; with several replicas on one database each needs the same key. Nothing was changed.";

    private static string Purpose(Guid installationId) => $"server.master_key_check:{installationId}";

    private sealed record ServerRow
    {
        public required Guid InstallationId { get; init; }

        public required byte[] MasterKeyCheck { get; init; }
    }
}
