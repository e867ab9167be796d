using System.Diagnostics;
using System.Text;
using Npgsql;

namespace OctoLogin.Database.Embedded;

/// <summary>One running postmaster, a child of this process in a session of its own.</summary>
internal sealed class PostgresProcess : IDisposable
{
    private const long LogLimit = 8 * 1024 * 1024;

    private static readonly string[] Settings =
    [
        "listen_addresses=", "unix_socket_permissions=0700", "port=5432",
        "fsync=on", "full_page_writes=on", "synchronous_commit=on",
        "max_connections=100", "shared_buffers=64MB", "max_parallel_workers_per_gather=0", "jit=off",
        // PostgreSQL's own defaults, which initdb would make smaller together with the segments.
        "min_wal_size=80MB", "max_wal_size=1GB",
        "timezone=UTC", "log_timezone=UTC",
        // Errors of statements go to the server, which knows what they were for; with them the log would repeat what the statements hold.
        "logging_collector=off", "log_destination=stderr", "log_min_messages=log", "log_checkpoints=off",
    ];

    // exec all the way: the child that .NET sees is the postmaster itself. A session of its own, so that Ctrl-C in the
    // terminal reaches only the server, which ends PostgreSQL when it has ended itself. The log is a file and not a pipe,
    // so that PostgreSQL can still write it when the server was killed.
    private const string Script = "log=$1; shift; exec setsid \"$@\" </dev/null >>\"$log\" 2>&1";

    private readonly Process _process;
    private readonly string _log;
    private readonly long _logStart;

    private PostgresProcess(Process process, string log, long logStart)
    {
        (_process, _log, _logStart) = (process, log, logStart);
        Ended = process.WaitForExitAsync();
    }

    public int Id => _process.Id;

    public Task Ended { get; }

    public static PostgresProcess Launch(DataPaths paths, SystemUser user, PostgresBinaries binaries, string socketDirectory)
    {
        var log = new FileInfo(paths.Log);
        if (log.Exists && log.Length > LogLimit)
        {
            File.Move(paths.Log, paths.Log + ".1", overwrite: true);
        }

        using (File.Open(paths.Log, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
        }

        log.Refresh();
        var settings = Settings.Append($"unix_socket_directories={socketDirectory}").SelectMany(setting => new[] { "-c", setting });
        var process = ChildProcess.Start(["/bin/sh", "-c", Script, "sh", paths.Log, .. user.Command([binaries.Postgres, "-D", paths.Cluster, .. settings])]);
        return new PostgresProcess(process, paths.Log, log.Length);
    }

    /// <summary>How it ended and what it said, for messages.</summary>
    public string Describe() => $"{(_process.HasExited ? $"ended with exit code {_process.ExitCode}" : "is still starting")}; {_log}: {LogTail()}";

    /// <returns>False when it ended before it accepted a connection.</returns>
    public async Task<bool> AcceptsConnectionsAsync(string connectionString, TimeSpan limit, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (!Ended.IsCompleted)
        {
            if (await CanConnectAsync(connectionString, cancellationToken))
            {
                return true;
            }

            if (waited.Elapsed > limit)
            {
                throw new StartupException($"PostgreSQL did not accept connections within {limit.TotalSeconds:0} s of its start and {Describe()}");
            }

            await Task.WhenAny(Ended, Task.Delay(50, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return false;
    }

    public static async Task<bool> CanConnectAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Fast shutdown: sessions are ended and what they committed is written; when that takes too long, harder: recovery at the next start loses nothing that was committed.</summary>
    public async Task StopAsync()
    {
        foreach (var (signal, seconds) in new[] { (LibC.Interrupt, 8), (LibC.Quit, 4), (LibC.Kill, 4) })
        {
            if (Ended.IsCompleted)
            {
                return;
            }

            LibC.Signal(Id, signal);
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(seconds)));
        }
    }

    public void Dispose() => _process.Dispose();

    private string LogTail()
    {
        try
        {
            using var file = new FileStream(_log, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite });
            file.Position = Math.Min(Math.Max(_logStart, file.Length - 2000), file.Length);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd().Trim();
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
