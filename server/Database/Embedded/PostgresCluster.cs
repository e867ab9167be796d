using System.Diagnostics;
using Npgsql;

namespace OctoLogin.Database.Embedded;

/// <summary>The database files of a data directory and everything that is needed to start PostgreSQL on them. The caller holds the directory's lock.</summary>
internal sealed class PostgresCluster
{
    public const string UserName = "octologin";

    // Recovery of a large log on a slow disk takes a while, and giving up on it would only begin it again.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(30);

    private readonly DataPaths _paths;
    private readonly SystemUser _user;
    private readonly PostgresBinaries _binaries;
    private readonly string _socket;
    private readonly LeftoverProcesses _leftovers;

    private PostgresCluster(DataPaths paths, SystemUser user, PostgresBinaries binaries, ILogger logger)
    {
        (_paths, _user, _binaries) = (paths, user, binaries);
        _socket = SocketDirectory.PathFor(paths);
        _leftovers = new LeftoverProcesses(paths, user, logger);
    }

    public string ConnectionString(string database) => ConnectionString(_socket, database);

    public static string ConnectionString(string socket, string database) =>
        new NpgsqlConnectionStringBuilder { Host = socket, Port = 5432, Username = UserName, Database = database }.ConnectionString;

    /// <summary>Makes the database files at the first start.</summary>
    public static async Task<PostgresCluster> OpenAsync(DataPaths paths, IReadOnlyList<string> searchPath, ILogger logger, CancellationToken cancellationToken)
    {
        var user = PostgresUser.For(paths);
        var binaries = await PostgresBinaries.FindAsync(paths, searchPath, cancellationToken);
        await PostgresUser.RefuseUnreachableAsync(user, paths.Root, cancellationToken);
        var cluster = new PostgresCluster(paths, user, binaries, logger);
        // Also at every start of PostgreSQL; here so that a refusal comes before anything is made.
        SocketDirectory.Create(cluster._socket, user);
        await cluster.InitializeAsync(logger, cancellationToken);
        return cluster;
    }

    /// <summary>Returns a PostgreSQL that accepts connections, or throws and leaves none running.</summary>
    public async Task<PostgresProcess> StartAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            await _leftovers.EndAsync(cancellationToken);
            _leftovers.RemoveStalePidFile();
            SocketDirectory.Create(_socket, _user);
            SocketDirectory.Clear(_socket);
            var process = PostgresProcess.Launch(_paths, _user, _binaries, _socket);
            try
            {
                if (await process.AcceptsConnectionsAsync(ConnectionString("postgres") + ";Pooling=false;Timeout=5", StartLimit, cancellationToken))
                {
                    return process;
                }
            }
            catch
            {
                await process.StopAsync();
                process.Dispose();
                throw;
            }

            var last = process.Describe();
            process.Dispose();
            if (!IsPassing(last) || waited.Elapsed > OrphanLimit)
            {
                throw new StartupException($"PostgreSQL did not start: it {last}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>After the postmaster ended: nothing of it stays, not even backends that outlived a postmaster that had to be killed.</summary>
    public async Task CloseAsync()
    {
        await _leftovers.EndAsync(CancellationToken.None);
        SocketDirectory.Remove(_socket);
    }

    // What a process of an earlier run causes, which was too young to be seen when we looked or is in the middle of dying.
    private static bool IsPassing(string words) =>
        words.Contains("pre-existing shared memory block", StringComparison.Ordinal)
        || words.Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal)
        || words.Contains("could not create any Unix-domain sockets", StringComparison.Ordinal);

    private async Task InitializeAsync(ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var unfinished in Directory.GetDirectories(_paths.Root, _paths.UnfinishedPrefix + "*"))
        {
            await ChildProcess.RunAsync(["rm", "-rf", "--one-file-system", "--", unfinished], cancellationToken);
        }

        if (File.Exists(Path.Combine(_paths.Cluster, "PG_VERSION")))
        {
            await TakeOverFromRootAsync(cancellationToken);
            return;
        }

        logger.LogInformation("Making a new database in {Directory} (PostgreSQL {Major}, user {User})", _paths.Cluster, _binaries.Major, _user.Name);
        await RunInitDbAsync(cancellationToken);
    }

    // A whole cluster or none: a start that is killed on the way leaves only a directory that the next start removes.
    private async Task RunInitDbAsync(CancellationToken cancellationToken)
    {
        var unfinished = Path.Combine(_paths.Root, $"{_paths.UnfinishedPrefix}{Guid.NewGuid():N}");
        Directory.CreateDirectory(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _user.Own(unfinished);
        // wal-segsize: a new segment is filled with zeros before it is written to, which holds every commit up; a megabyte takes a millisecond.
        // trust: who reaches the socket is decided by the mode of its directory (SocketDirectory), and that is the owner of these files and root.
        var (exitCode, output) = await ChildProcess.RunAsync(
            _user.Command(
                _binaries.InitDb, "--pgdata", unfinished, "--username", UserName, "--auth-local=trust", "--auth-host=reject",
                "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--data-checksums", "--wal-segsize=1", "--no-instructions"),
            cancellationToken);
        if (exitCode != 0)
        {
            throw new StartupException($"The database in {_paths.Root} could not be made: {_binaries.InitDb}, as user {_user.Name}, ended with exit code {exitCode}: {Reasons(output)}");
        }

        if (Directory.Exists(_paths.Cluster))
        {
            Directory.Delete(_paths.Cluster, recursive: false);
        }

        Directory.Move(unfinished, _paths.Cluster);
        await ChildProcess.RunAsync(["sync", _paths.Root], cancellationToken);
    }

    // initdb says much about what went well before it says what did not.
    private static string Reasons(string output)
    {
        var reasons = output.Split('\n').Where(line => line.Contains("error:", StringComparison.Ordinal) || line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("PANIC:", StringComparison.Ordinal)).ToList();
        return reasons.Count > 0 ? string.Join('\n', reasons) : output;
    }

    // Root restored a backup: the files are its own, and PostgreSQL must not run as root.
    private async Task TakeOverFromRootAsync(CancellationToken cancellationToken)
    {
        if (_user.Drops && LibC.Owner(_paths.Cluster) is { User: 0 })
        {
            await ChildProcess.RunAsync(["chown", "-R", "--no-dereference", $"{_user.Id}:{_user.Group}", _paths.Cluster], cancellationToken);
        }
    }
}
