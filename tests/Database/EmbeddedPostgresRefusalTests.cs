using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

/// <summary>What stops a start, told so that it can be mended.</summary>
public sealed class EmbeddedPostgresRefusalTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly RecordedLog _log = new();

    private DatabaseOptions Options => new() { DataDirectory = _directory["data"] };

    public void Dispose()
    {
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Names_both_remedies_when_no_PostgreSQL_is_installed()
    {
        (await RefusalAsync([_directory.Path, "/nowhere"])).ShouldBe(
            "No PostgreSQL was found: initdb and postgres are neither on PATH nor in /usr/lib/postgresql/*/bin. "
            + "Install it (apt-get install postgresql), or set ConnectionStrings:OctoLogin to a PostgreSQL 15 or later that runs elsewhere.");
    }

    [Fact]
    public async Task Names_the_version_that_is_too_old()
    {
        (await RefusalAsync([Fake("14.9")])).ShouldBe(
            $"OctoLogin needs PostgreSQL 15 or later, and only 14 ({_directory["14.9"]}) was found. Install a newer one (apt-get install postgresql), or set ConnectionStrings:OctoLogin to one that runs elsewhere.");
    }

    [Fact]
    public async Task Takes_the_newest_for_new_data_and_the_one_that_made_it_for_old()
    {
        string[] searchPath = [Fake("15.3"), Fake("17.1"), Fake("16.2"), Fake("14.9")];
        var paths = DataPaths.Open(Options.DataDirectory);
        (await PostgresBinaries.FindAsync(paths, searchPath, default)).Major.ShouldBe(17);
        Directory.CreateDirectory(paths.Cluster);
        File.WriteAllText(_directory["data/postgres/PG_VERSION"], "16\n");
        (await PostgresBinaries.FindAsync(paths, searchPath, default)).Major.ShouldBe(16);
    }

    [Fact]
    public async Task Names_the_version_that_the_data_needs()
    {
        Directory.CreateDirectory(_directory["data/postgres"]);
        File.WriteAllText(_directory["data/postgres/PG_VERSION"], "16\n");
        (await RefusalAsync([Fake("15.3"), Fake("17.1")])).ShouldBe(
            $"The data in {_directory["data/postgres"]} was made by PostgreSQL 16, and only 15 ({_directory["15.3"]}), 17 ({_directory["17.1"]}) was found. "
            + "Install that version (apt-get install postgresql-16); to move to a newer one, restore a dump of the database into an empty DataDirectory.");
    }

    [Fact]
    public async Task Does_not_take_a_directory_with_something_else_in_it()
    {
        Directory.CreateDirectory(_directory["data/postgres"]);
        File.WriteAllText(_directory["data/postgres/letters.txt"], "");
        (await RefusalAsync(PostgresBinaries.DefaultSearchPath())).ShouldStartWith($"{_directory["data/postgres"]} is not empty and is not a PostgreSQL data directory (no PG_VERSION).");
        File.Exists(_directory["data/postgres/letters.txt"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Shows_what_PostgreSQL_said_when_it_does_not_start()
    {
        await using (await EmbeddedPostgres.StartAsync(Options, _log, default))
        {
        }

        File.AppendAllText(_directory["data/postgres/postgresql.conf"], "\nno_such_setting = 1\n");
        (await RefusalAsync(PostgresBinaries.DefaultSearchPath())).ShouldSatisfyAllConditions(
            message => message.ShouldStartWith("PostgreSQL did not start: it ended with exit code 1"),
            message => message.ShouldContain("no_such_setting"),
            message => message.ShouldContain(_directory["data/postgres.log"]));
        using var unlocked = DirectoryLock.TryTake(DataPaths.Open(Options.DataDirectory)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Names_the_parent_directory_that_is_closed_to_the_user_PostgreSQL_runs_as()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only a server that is root drops to another user.");
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var message = await RefusalAsync(PostgresBinaries.DefaultSearchPath());
        message.ShouldStartWith("PostgreSQL refuses to run as root, so it runs as user ");
        message.ShouldEndWith($"cannot reach the data directory {_directory["data"]}: {_directory.Path} has mode 700. "
            + $"Set DataDirectory to a place such as /var/lib/octologin, or let others through: chmod o+x {_directory.Path}");
    }

    [Fact]
    public async Task Takes_over_data_that_root_restored_from_a_backup()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only a server that is root drops to another user.");
        await using (await EmbeddedPostgres.StartAsync(Options, _log, default))
        {
        }

        await ChildProcess.RunAsync(["chown", "-R", "0:0", _directory["data/postgres"]], default);
        await using var postgres = await EmbeddedPostgres.StartAsync(Options, _log, default);
        PostgresProcesses.Status(postgres.ProcessId!.Value, "Uid").ShouldNotStartWith("0");
    }

    [Theory]
    [InlineData(12345u, "700")]
    [InlineData(0u, "755")]
    public async Task Refuses_a_socket_directory_that_somebody_else_made(uint owner, string mode)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can be another user.");
        var socket = SocketDirectory.PathFor(DataPaths.Open(Options.DataDirectory));
        Directory.CreateDirectory(socket, (UnixFileMode)Convert.ToInt32(mode, 8));
        LibC.SetOwner(socket, owner, owner);
        (await RefusalAsync(PostgresBinaries.DefaultSearchPath())).ShouldSatisfyAllConditions(
            message => message.ShouldStartWith($"The directory of the database's socket, {socket}, must be a directory of user "),
            message => message.ShouldEndWith($"and is a directory of user {owner} with mode {mode}. Somebody else made it: find out who, remove it, and start again."));
    }

    [Fact]
    public async Task Does_not_follow_a_link_in_the_place_of_the_socket_directory()
    {
        var paths = DataPaths.Open(Options.DataDirectory);
        Directory.CreateSymbolicLink(SocketDirectory.PathFor(paths), "/tmp");
        (await RefusalAsync(PostgresBinaries.DefaultSearchPath())).ShouldContain("Somebody else made it");
    }

    [Fact]
    public async Task Says_when_the_data_directory_cannot_be_used()
    {
        File.WriteAllText(_directory["data"], "a file");
        (await RefusalAsync(PostgresBinaries.DefaultSearchPath())).ShouldStartWith($"The data directory {_directory["data"]} (DataDirectory) cannot be used by user {Environment.UserName}: ");
    }

    private async Task<string> RefusalAsync(IReadOnlyList<string> searchPath) =>
        (await Should.ThrowAsync<StartupException>(EmbeddedPostgres.StartAsync(Options, _log, searchPath, default))).Message;

    private string Fake(string version)
    {
        var directory = _directory[version];
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "initdb"), "");
        File.WriteAllText(Path.Combine(directory, "postgres"), $"#!/bin/sh\necho 'postgres (PostgreSQL) {version} (Debian {version}-1)'\n");
        File.SetUnixFileMode(Path.Combine(directory, "postgres"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return directory;
    }
}
