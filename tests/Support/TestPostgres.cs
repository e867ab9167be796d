using System.Diagnostics;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Tests.Support;

/// <summary>The one PostgreSQL of a test run, started at its first use. It ends and its files go when the test process ends, however that ends.</summary>
internal sealed class TestPostgres
{
    public const string Template = "octologin_template";

    // Everything that makes data durable is off: these data die with the run.
    private static readonly string[] Settings =
    [
        "listen_addresses=", "unix_socket_permissions=0700", "fsync=off", "full_page_writes=off", "synchronous_commit=off",
        "wal_level=minimal", "max_wal_senders=0", "autovacuum=off", "max_connections=400", "shared_buffers=64MB", "timezone=UTC", "log_min_messages=log", "jit=off",
    ];

    // The write end of this shell's input is held by the test process alone; when that is gone, cat ends.
    private const string Watchdog =
        """
        dir=$1; shift
        "$@" </dev/null >>"$dir/postgres.log" 2>&1 &
        pid=$!
        cat >/dev/null
        kill -QUIT $pid
        wait $pid
        rm -rf "$dir"
        """;

    private static readonly Lazy<Task<TestPostgres>> Shared = new(StartAsync);

    private readonly Process _watchdog;
    private readonly string _socket;

    private TestPostgres(Process watchdog, string socket, string logFile) => (_watchdog, _socket, LogFile) = (watchdog, socket, logFile);

    public string LogFile { get; }

    public static Task<TestPostgres> SharedAsync() => Shared.Value;

    public string ConnectionString(string database) => $"Host={_socket};Username={PostgresCluster.UserName};Database={database};Maximum Pool Size=20";

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<TestPostgres> StartAsync()
    {
        var paths = DataPaths.Open(new TestDirectory().Path);
        var user = PostgresUser.For(paths);
        var binaries = await PostgresBinaries.FindAsync(paths, PostgresBinaries.DefaultSearchPath(), CancellationToken.None);
        foreach (var directory in new[] { paths.Cluster, SocketDirectory.PathFor(paths) })
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            user.Own(directory);
        }

        var (exitCode, output) = await ChildProcess.RunAsync(
            user.Command(binaries.InitDb, "--pgdata", paths.Cluster, "--username", PostgresCluster.UserName, "--auth=trust", "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync"),
            CancellationToken.None);
        exitCode.ShouldBe(0, output);

        var settings = Settings.Append($"unix_socket_directories={SocketDirectory.PathFor(paths)}").SelectMany(setting => new[] { "-c", setting });
        var watchdog = ChildProcess.Start(["setsid", "/bin/sh", "-c", Watchdog, "sh", paths.Root, .. user.Command([binaries.Postgres, "-D", paths.Cluster, .. settings])]);
        var postgres = new TestPostgres(watchdog, SocketDirectory.PathFor(paths), Path.Combine(paths.Root, "postgres.log"));
        await Eventually.TrueAsync(() => PostgresProcess.CanConnectAsync(postgres.ConnectionString("postgres") + ";Pooling=false", CancellationToken.None), "the test PostgreSQL accepts connections");
        await postgres.MakeTemplateAsync();
        return postgres;
    }

    private async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"create database {Template}");
        await using var dataSource = DatabaseConnections.Create(ConnectionString(Template) + ";Pooling=false");
        await new MigrationRunner(Migration.Embedded(), TimeProvider.System, new RecordedLog()).RunAsync(dataSource, CancellationToken.None);
    }
}
