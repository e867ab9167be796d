using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

/// <summary>kill -9, of PostgreSQL and of the server, at rest and in use: what was committed is there afterwards.</summary>
public sealed class EmbeddedPostgresKillTests : IDisposable
{
    // A backend that is busy without end notices neither that its client nor that its postmaster has gone.
    private const string BusyForever = "do $$ begin loop end loop; end $$";

    private readonly TestDirectory _directory = new();
    private readonly RecordedLog _log = new();

    private DatabaseOptions Options => new() { DataDirectory = _directory.Path };

    public void Dispose()
    {
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Brings_PostgreSQL_back_when_it_is_killed_at_rest_and_no_request_meets_a_dead_connection()
    {
        await using var database = await DatabaseStartup.OpenAsync(Options, TimeProvider.System, _log, attach: false, default);
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("create table t (x int); insert into t values (42)");
        }

        var killed = await KillAsync(database.Postgres!);
        // The pool held a connection to the dead one; it was dropped, and the next one is good at once.
        await using var after = await database.DataSource.OpenConnectionAsync();
        (await after.ExecuteScalarAsync<int>("select x from t")).ShouldBe(42);
        _log.Lines.ShouldContain(line => line.StartsWith($"Warning: PostgreSQL (process {killed}) ended with exit code 137", StringComparison.Ordinal));
        _log.Lines.ShouldContain(line => line.StartsWith("Warning: PostgreSQL runs again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Loses_no_committed_row_when_PostgreSQL_is_killed_while_inserting()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        var rows = await Inserts.StartAsync(postgres.ConnectionString);
        for (var round = 1; round <= 3; round++)
        {
            await rows.MoreAsync(200);
            await KillAsync(postgres);
        }

        await rows.MoreAsync(200);
        await rows.ShouldAllBeThereAsync();
    }

    [Fact]
    public async Task Comes_back_although_a_backend_outlives_the_killed_postmaster()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        var busy = await BusyBackendAsync(postgres.ConnectionString);
        await KillAsync(postgres);
        await ExecuteAsync(postgres.ConnectionString, "select 1");
        PostgresProcesses.On(_directory.Path).ShouldNotContain(busy);
    }

    [Fact]
    public async Task Stops_cleanly_while_a_killed_PostgreSQL_is_being_replaced()
    {
        var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        LibC.Signal(postgres.ProcessId!.Value, LibC.Kill);
        await postgres.DisposeAsync();
        PostgresProcesses.On(_directory.Path).ShouldBeEmpty();
        await using var again = await EmbeddedPostgres.StartAsync(Options, _log, default);
    }

    [Fact]
    public async Task Loses_no_committed_row_when_the_server_is_killed_while_inserting()
    {
        var server = await ServerProcess.StartedAsync(_directory.Path);
        var socket = PostgresCluster.ConnectionString(SocketDirectory.PathFor(DataPaths.Open(_directory.Path)), "octologin");
        var rows = await Inserts.StartAsync(socket);
        await rows.MoreAsync(200);
        server.Kill();
        var left = PostgresProcesses.On(_directory.Path);
        left.ShouldNotBeEmpty();

        // The killed server's PostgreSQL still runs, in use: it is ended and another started.
        await using var database = await DatabaseStartup.OpenAsync(Options, TimeProvider.System, _log, attach: false, default);
        PostgresProcesses.On(_directory.Path).ShouldNotContain(pid => left.Contains(pid));
        await rows.MoreAsync(200);
        await rows.ShouldAllBeThereAsync();
        database.MigrationsApplied.ShouldBe(0);
        _log.Lines.ShouldContain(line => line.Contains("of an earlier run still use", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starts_after_the_server_and_its_PostgreSQL_were_killed_together()
    {
        var server = await ServerProcess.StartedAsync(_directory.Path);
        var socket = PostgresCluster.ConnectionString(SocketDirectory.PathFor(DataPaths.Open(_directory.Path)), "octologin");
        await ExecuteAsync(socket, "create table t (x int); insert into t values (42)");
        await BusyBackendAsync(socket);
        server.Kill();
        LibC.Signal(PostmasterPid(), LibC.Kill);

        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        (await ExecuteAsync(postgres.ConnectionString, "select x from t")).ShouldBe(42);
    }

    [Fact]
    public async Task Starts_although_the_process_id_in_the_pid_files_is_a_strangers_by_now()
    {
        await using (await EmbeddedPostgres.StartAsync(Options, _log, default))
        {
        }

        // Of the same user, or PostgreSQL would know by itself that it is not a postmaster of this directory.
        var user = PostgresUser.For(DataPaths.Open(_directory.Path));
        using var stranger = ChildProcess.Start(user.Command("cat"));
        var pidFile = string.Create(CultureInfo.InvariantCulture, $"{stranger.Id}\n{_directory["postgres"]}\n1700000000\n5432\n\n\n");
        File.WriteAllText(_directory["postgres/postmaster.pid"], pidFile);
        user.Own(_directory["postgres/postmaster.pid"]);
        SocketDirectory.Create(_directory["socket"], user);
        File.WriteAllText(_directory["socket/.s.PGSQL.5432.lock"], pidFile);
        user.Own(_directory["socket/.s.PGSQL.5432.lock"]);

        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        stranger.HasExited.ShouldBeFalse();
        stranger.Kill();
    }

    [Fact]
    public async Task Starts_after_the_server_was_killed_while_it_made_the_database()
    {
        using (var server = ServerProcess.Start(_directory.Path))
        {
            await Eventually.TrueAsync(() => Directory.GetDirectories(_directory.Path, "postgres.new-*").Any(directory => Directory.Exists(Path.Combine(directory, "base"))), "initdb is at work");
            server.Kill();
        }

        Directory.Exists(_directory["postgres"]).ShouldBeFalse();
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        await ExecuteAsync(postgres.ConnectionString, "create table t (x int)");
        // The initdb of the killed server may still be writing; whatever it leaves is removed at the next start.
        await postgres.DisposeAsync();
        await Eventually.TrueAsync(async () => (await ChildProcess.RunAsync(["pgrep", "-f", $"initdb.*{_directory.Path}"], default)).ExitCode != 0, "the orphaned initdb ended");
        await using var again = await EmbeddedPostgres.StartAsync(Options, _log, default);
        Directory.GetDirectories(_directory.Path, "postgres.new-*").ShouldBeEmpty();
    }

    private static async Task<int> KillAsync(EmbeddedPostgres postgres)
    {
        var back = new TaskCompletionSource();
        var pid = postgres.ProcessId!.Value;
        postgres.ConnectionsLost += Lost;
        LibC.Signal(pid, LibC.Kill);
        await back.Task.WaitAsync(TimeSpan.FromSeconds(30));
        postgres.ConnectionsLost -= Lost;
        return pid;

        void Lost()
        {
            if (postgres.ProcessId is { } now && now != pid)
            {
                back.TrySetResult();
            }
        }
    }

    private int PostmasterPid() => int.Parse(File.ReadLines(_directory["postgres/postmaster.pid"]).First(), CultureInfo.InvariantCulture);

    private static async Task<int> BusyBackendAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync();
        _ = connection.ExecuteAsync(BusyForever).ContinueWith(task => task.Exception, TaskScheduler.Default);
        await Eventually.TrueAsync(async () => await ExecuteAsync(connectionString, $"select count(*)::int from pg_stat_activity where pid = {connection.ProcessID} and state = 'active'") == 1, "the backend is busy");
        return connection.ProcessID;
    }

    private static async Task<int> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        return await connection.ExecuteScalarAsync<int>(sql);
    }

    /// <summary>Four writers that insert one row after another, and know which commits they were told of.</summary>
    private sealed class Inserts(string connectionString)
    {
        private readonly ConcurrentBag<Guid> _committed = [];
        private volatile bool _stop;
        private Task _writers = Task.CompletedTask;

        public static async Task<Inserts> StartAsync(string connectionString)
        {
            var inserts = new Inserts(connectionString);
            await ExecuteAsync(connectionString, "create table rows (id uuid primary key)");
            inserts._writers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(inserts.WriteAsync)));
            return inserts;
        }

        public Task MoreAsync(int rows)
        {
            var goal = _committed.Count + rows;
            return Eventually.TrueAsync(() => _committed.Count >= goal, $"{rows} more rows are committed");
        }

        public async Task ShouldAllBeThereAsync()
        {
            _stop = true;
            await _writers;
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            var there = (await connection.QueryAsync<Guid>("select id from rows")).ToHashSet();
            _committed.Where(id => !there.Contains(id)).ShouldBeEmpty();
        }

        private async Task WriteAsync()
        {
            while (!_stop)
            {
                try
                {
                    await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Timeout=2");
                    await connection.OpenAsync();
                    while (!_stop)
                    {
                        var id = Guid.NewGuid();
                        await connection.ExecuteAsync("insert into rows values (@id)", new { id });
                        _committed.Add(id);
                    }
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
                {
                    // Killed; it comes back.
                    await Task.Yield();
                }
            }
        }
    }
}
