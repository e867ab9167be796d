using System.Diagnostics;
using Npgsql;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Database;

/// <summary>
/// A private PostgreSQL in the data directory, for a server on one machine. It is started, watched and started again when it dies, and stopped with the server;
/// nothing that uses the database needs to know.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string DatabaseName = "octologin";

    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private readonly DirectoryLock? _lock;
    private readonly PostgresCluster? _cluster;
    private readonly Task _supervision = Task.CompletedTask;
    private PostgresProcess? _process;
    private bool _closed;

    /// <summary>Attached: another process's PostgreSQL.</summary>
    private EmbeddedPostgres(string connectionString, ILogger logger) => (ConnectionString, _logger) = (connectionString, logger);

    private EmbeddedPostgres(DirectoryLock directoryLock, PostgresCluster cluster, PostgresProcess process, ILogger logger)
        : this(cluster.ConnectionString(DatabaseName), logger)
    {
        (_lock, _cluster, _process) = (directoryLock, cluster, process);
        _supervision = SuperviseAsync(cluster, process);
    }

    /// <summary>PostgreSQL died, or is back: connections from before are dead.</summary>
    public event Action? ConnectionsLost;

    public string ConnectionString { get; }

    /// <summary>Null when attached, and for the moments in which a dead one is being replaced.</summary>
    internal int? ProcessId => _process?.Id;

    /// <summary>For <c>serve</c>: this process owns the data directory, or refuses.</summary>
    public static Task<EmbeddedPostgres> StartAsync(DatabaseOptions options, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        StartAsync(options, loggers, PostgresBinaries.DefaultSearchPath(), cancellationToken);

    internal static async Task<EmbeddedPostgres> StartAsync(DatabaseOptions options, ILoggerFactory loggers, IReadOnlyList<string> searchPath, CancellationToken cancellationToken)
    {
        var paths = DataPaths.Open(options.DataDirectory);
        var directoryLock = DirectoryLock.TryTake(paths) ?? throw new StartupException(
            $"Another OctoLogin server, {DirectoryLock.Holder(paths)}, uses the data directory {paths.Root}. Stop it first, or give this one a DataDirectory of its own; for several servers on one database set ConnectionStrings:OctoLogin.");
        return await StartLockedAsync(paths, directoryLock, loggers, searchPath, cancellationToken);
    }

    /// <summary>For a command line verb: uses the PostgreSQL of the server that runs on the data directory, or starts one for as long as the verb takes.</summary>
    public static async Task<EmbeddedPostgres> AttachOrStartAsync(DatabaseOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var paths = DataPaths.Open(options.DataDirectory);
        var connectionString = PostgresCluster.ConnectionString(SocketDirectory.PathFor(paths), DatabaseName);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (DirectoryLock.TryTake(paths) is { } directoryLock)
            {
                return await StartLockedAsync(paths, directoryLock, loggers, PostgresBinaries.DefaultSearchPath(), cancellationToken);
            }

            if (await PostgresProcess.CanConnectAsync(connectionString + ";Pooling=false;Timeout=5", cancellationToken))
            {
                SocketDirectory.Verify(SocketDirectory.PathFor(paths), PostgresUser.For(paths));
                return new EmbeddedPostgres(connectionString, loggers.CreateLogger<EmbeddedPostgres>());
            }

            if (waited.Elapsed > AttachLimit)
            {
                throw new StartupException($"An OctoLogin server, {DirectoryLock.Holder(paths)}, uses the data directory {paths.Root}, and its PostgreSQL did not accept a connection within {AttachLimit.TotalSeconds:0} s. Look at that server's log and at {paths.Log}.");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        try
        {
            if (_process is { } process)
            {
                _process = null;
                await process.StopAsync();
                process.Dispose();
            }

            if (_cluster is not null && !_closed)
            {
                _closed = true;
                await _cluster.CloseAsync();
            }
        }
        finally
        {
            _lock?.Dispose();
        }
    }

    private static async Task<EmbeddedPostgres> StartLockedAsync(DataPaths paths, DirectoryLock directoryLock, ILoggerFactory loggers, IReadOnlyList<string> searchPath, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<EmbeddedPostgres>();
        EmbeddedPostgres? postgres = null;
        try
        {
            var cluster = await PostgresCluster.OpenAsync(paths, searchPath, logger, cancellationToken);
            var process = await cluster.StartAsync(cancellationToken);
            postgres = new EmbeddedPostgres(directoryLock, cluster, process, logger);
            await CreateDatabaseAsync(cluster, cancellationToken);
            return postgres;
        }
        catch
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            directoryLock.Dispose();
            throw;
        }
    }

    // At every start and not only after initdb: the start in between may have been killed.
    private static async Task CreateDatabaseAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand($"select exists (select from pg_database where datname = '{DatabaseName}')", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            await using var create = new NpgsqlCommand($"create database {DatabaseName}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // Time here is the machine's and not a TimeProvider's: it is about processes, which no test's clock moves.
    private async Task SuperviseAsync(PostgresCluster cluster, PostgresProcess process)
    {
        try
        {
            while (true)
            {
                await process.Ended.WaitAsync(_stopping.Token);
                _process = null;
                _logger.LogWarning("PostgreSQL (process {Pid}) {How}. Starting it again", process.Id, process.Describe());
                process.Dispose();
                ConnectionsLost?.Invoke();
                process = await StartAgainAsync(cluster);
                _process = process;
                ConnectionsLost?.Invoke();
                _logger.LogWarning("PostgreSQL runs again (process {Pid})", process.Id);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server is being stopped.
        }
    }

    private async Task<PostgresProcess> StartAgainAsync(PostgresCluster cluster)
    {
        for (var backoff = TimeSpan.FromMilliseconds(100); ; backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff)
        {
            try
            {
                return await cluster.StartAsync(_stopping.Token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _logger.LogError(e, "PostgreSQL could not be started again; next attempt in {Backoff}", backoff);
                await Task.Delay(backoff, _stopping.Token);
            }
        }
    }
}
