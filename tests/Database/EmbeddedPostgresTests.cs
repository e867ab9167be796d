using Dapper;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly RecordedLog _log = new();

    private DatabaseOptions Options => new() { DataDirectory = _directory.Path };

    public void Dispose()
    {
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Keeps_its_data_over_a_restart_and_leaves_no_process_behind()
    {
        await using (var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default))
        {
            await ExecuteAsync(postgres, "create table t (x text); insert into t values ('Grüße')");
        }

        PostgresProcesses.On(_directory.Path).ShouldBeEmpty();
        await using (var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default))
        {
            (await ScalarAsync(postgres, "select upper(x) from t")).ShouldBe("GRÜßE");
        }

        PostgresProcesses.On(_directory.Path).ShouldBeEmpty();
        Directory.Exists(_directory["socket"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Runs_durably_and_without_network()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        foreach (var (setting, value) in new[]
        {
            ("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on"), ("data_checksums", "on"),
            ("listen_addresses", ""), ("server_encoding", "UTF8"), ("timezone", "UTC"), ("max_connections", "100"),
        })
        {
            (await ScalarAsync(postgres, $"select current_setting('{setting}')")).ShouldBe(value, setting);
        }
    }

    [Fact]
    public async Task Runs_in_a_session_of_its_own_never_as_root_and_without_the_servers_environment()
    {
        Environment.SetEnvironmentVariable("OCTOLOGIN_TEST_SECRET", "not for PostgreSQL");
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        var pid = postgres.ProcessId!.Value;
        // Ctrl-C reaches the processes of the terminal's session: this one's, not PostgreSQL's.
        PostgresProcesses.Session(pid).ShouldBe(pid);
        PostgresProcesses.Status(pid, "Uid").Split('\t').ShouldNotContain("0");
        PostgresProcesses.Status(pid, "NoNewPrivs").ShouldBe(Environment.IsPrivilegedProcess ? "1" : "0");
        File.ReadAllText($"/proc/{pid}/environ").ShouldNotContain("not for PostgreSQL");
        LibC.Owner(_directory["postgres.log"])!.Value.ModeText.ShouldBe("600");
    }

    [Fact]
    public async Task Only_its_own_user_and_root_reach_the_socket()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        LibC.Owner(_directory["socket"])!.Value.ModeText.ShouldBe("700");
        LibC.Owner(_directory["socket/.s.PGSQL.5432"])!.Value.ModeText.ShouldBe("700");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can be another user.");
        var (exitCode, _) = await ChildProcess.RunAsync(["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "test", "-e", _directory["socket/.s.PGSQL.5432"]], default);
        exitCode.ShouldNotBe(0);
    }

    [Fact]
    public async Task Refuses_a_second_server_on_the_same_directory()
    {
        using var first = await ServerProcess.StartedAsync(_directory.Path);
        var refusal = await Should.ThrowAsync<StartupException>(EmbeddedPostgres.StartAsync(Options, _log, default));
        refusal.Message.ShouldStartWith($"Another OctoLogin server, process {first.Id}, uses the data directory {_directory.Path}. Stop it first");
        await first.StopAsync();
        PostgresProcesses.On(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_verb_uses_the_database_of_the_running_server_and_leaves_it_running()
    {
        using var server = await ServerProcess.StartedAsync(_directory.Path);
        await using (var attached = await EmbeddedPostgres.AttachOrStartAsync(Options, _log, default))
        {
            (await ScalarAsync(attached, "select count(*)::text from server")).ShouldBe("1");
        }

        PostgresProcesses.On(_directory.Path).ShouldNotBeEmpty();
        await server.StopAsync();
    }

    [Fact]
    public async Task A_verb_waits_for_a_server_that_is_still_starting()
    {
        using var server = ServerProcess.Start(_directory.Path);
        await Eventually.TrueAsync(() => new FileInfo(_directory["server.lock"]) is { Exists: true, Length: > 0 }, "the server holds the directory");
        await using var attached = await EmbeddedPostgres.AttachOrStartAsync(Options, _log, default);
        (await ScalarAsync(attached, "select current_database()")).ShouldBe("octologin");
        await server.StopAsync();
    }

    [Fact]
    public async Task A_verb_without_a_server_starts_PostgreSQL_and_stops_it()
    {
        await using (var postgres = await EmbeddedPostgres.AttachOrStartAsync(Options, _log, default))
        {
            (await ScalarAsync(postgres, "select current_database()")).ShouldBe("octologin");
        }

        PostgresProcesses.On(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Falls_back_to_a_short_socket_path_that_a_second_process_finds()
    {
        var deep = _directory[new string('d', 120)];
        using var loggers = new RecordedLog();
        await using var postgres = await EmbeddedPostgres.StartAsync(Options with { DataDirectory = deep }, loggers, default);
        var socket = SocketDirectory.PathFor(DataPaths.Open(deep));
        socket.ShouldStartWith("/tmp/octologin-");
        LibC.Owner(socket)!.Value.ModeText.ShouldBe("700");
        await using (var attached = await EmbeddedPostgres.AttachOrStartAsync(Options with { DataDirectory = deep }, loggers, default))
        {
            (await ScalarAsync(attached, "select current_database()")).ShouldBe("octologin");
        }

        await postgres.DisposeAsync();
        Directory.Exists(socket).ShouldBeFalse();
    }

    [Theory]
    [InlineData("with,comma:and space")]
    [InlineData("with'quote[star*]ö")]
    public async Task Works_in_a_directory_of_any_name(string name)
    {
        await using (var postgres = await EmbeddedPostgres.StartAsync(Options with { DataDirectory = _directory[name] }, _log, default))
        {
            (await ScalarAsync(postgres, "select current_database()")).ShouldBe("octologin");
        }

        PostgresProcesses.On(_directory[name]).ShouldBeEmpty();
    }

    private static async Task ExecuteAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.ExecuteAsync(sql);
    }

    private static async Task<string?> ScalarAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        return await connection.ExecuteScalarAsync<string>(sql);
    }
}
