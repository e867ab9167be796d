using System.Security.Cryptography;
using Dapper;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Database;

/// <summary>The master key at start, against a database that is somebody else's, as with several replicas.</summary>
public sealed class MasterKeyTests : IAsyncLifetime
{
    private const string Remedy =
        "Restore the key file from its backup, or set MasterKey or MasterKeyFile to that key; with several replicas on one database each needs the same key. Nothing was changed.";

    private readonly TestDirectory _directory = new();
    private readonly RecordedLog _log = new();
    private TestDatabase _database = null!;

    private DatabaseOptions Options => new() { ConnectionString = _database.ConnectionString, DataDirectory = _directory["one"] };

    private string KeyFile => _directory["one/master.key"];

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task The_first_start_makes_a_key_that_only_its_owner_reads_and_later_starts_use_it()
    {
        var (id, value) = await OpenAsync(Options, database => (database.InstallationId, database.Secrets.Protect("p", "x"u8)));
        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(_directory["one"]).ShouldBe([KeyFile]);
        _log.Lines.ShouldNotContain(line => line.Contains(File.ReadAllText(KeyFile).Trim(), StringComparison.Ordinal));
        (await OpenAsync(Options, database => (database.InstallationId, database.Secrets.Unprotect("p", value)))).ShouldSatisfyAllConditions(
            again => again.InstallationId.ShouldBe(id),
            again => again.Item2.ShouldBe("x"u8.ToArray()));
    }

    [Fact]
    public async Task A_missing_key_is_told_and_no_new_one_is_made()
    {
        await OpenAsync(Options, _ => 0);
        File.Delete(KeyFile);
        (await RefusalAsync(Options)).Message.ShouldBe(
            $"The master key is missing: the secrets in this database were sealed with one. Looked at MasterKey (not set), MasterKeyFile (not set), {KeyFile} (no such file). {Remedy}");
        Directory.GetFiles(_directory["one"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_key_is_told_and_changes_nothing()
    {
        await OpenAsync(Options, _ => 0);
        var before = (await RowAsync(), File.ReadAllText(KeyFile));
        (await RefusalAsync(Options with { MasterKey = NewKey() })).Message.ShouldBe(
            "The master key in the setting MasterKey is not the one that the secrets in this database were sealed with. "
            + $"Looked at MasterKey (set), MasterKeyFile (not set), {KeyFile} (exists). {Remedy}");
        (await RowAsync(), File.ReadAllText(KeyFile)).ShouldBe(before);
        await OpenAsync(Options, _ => 0);
    }

    [Fact]
    public async Task A_replica_needs_the_key_of_the_first()
    {
        await OpenAsync(Options, _ => 0);
        var second = Options with { DataDirectory = _directory["two"] };
        (await RefusalAsync(second)).Message.ShouldContain("with several replicas on one database each needs the same key");
        Directory.Exists(_directory["two"]).ShouldBeFalse();
        await OpenAsync(second with { MasterKey = File.ReadAllText(KeyFile).Trim() }, _ => 0);
        await OpenAsync(second with { MasterKeyFile = KeyFile }, _ => 0);
    }

    [Fact]
    public async Task Two_replicas_at_their_first_start_do_not_both_make_a_key()
    {
        var starts = new[] { "one", "two" }.Select(name => DatabaseStartup.OpenAsync(Options with { DataDirectory = _directory[name] }, TimeProvider.System, _log, attach: false, default)).ToList();
        await Task.WhenAll(starts).ContinueWith(_ => { }, TaskScheduler.Default);
        var opened = starts.Where(start => start.IsCompletedSuccessfully).ShouldHaveSingleItem();
        await (await opened).DisposeAsync();
        starts.Single(start => start.IsFaulted).Exception!.InnerException.ShouldBeOfType<StartupException>().Message.ShouldStartWith("The master key is missing");
        Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Refuses_a_key_file_that_others_can_read()
    {
        await OpenAsync(Options, _ => 0);
        File.SetUnixFileMode(KeyFile, (UnixFileMode)Convert.ToInt32("644", 8));
        var refusal = await RefusalAsync(Options);
        refusal.Message.ShouldBe($"The master key {KeyFile} has mode 644: other users can reach it. If nobody has read it: chmod 600 {KeyFile}");
        refusal.ExitCode.ShouldBe(2);
        File.SetUnixFileMode(KeyFile, (UnixFileMode)Convert.ToInt32("600", 8));
        await OpenAsync(Options, _ => 0);
    }

    [Fact]
    public async Task Refuses_a_key_file_with_something_else_in_it_without_showing_it()
    {
        File.WriteAllText(_directory["key"], "not a key at all");
        var refusal = await RefusalAsync(Options with { MasterKeyFile = _directory["key"] });
        refusal.Message.ShouldStartWith($"What is in the file {_directory["key"]} (MasterKeyFile) is not base64 of 32 bytes.");
        refusal.Message.ShouldNotContain("not a key at all");
        (await RowAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_a_MasterKeyFile_that_is_not_there()
    {
        var refusal = await RefusalAsync(Options with { MasterKeyFile = "/nowhere/key" });
        refusal.Message.ShouldBe("MasterKeyFile is /nowhere/key, and there is no such file. Put the base64 of the 32 byte key there. A new one for a new installation: openssl rand -base64 32");
        refusal.ExitCode.ShouldBe(2);
        (await RowAsync()).ShouldBeNull();
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private async Task<T> OpenAsync<T>(DatabaseOptions options, Func<OpenDatabase, T> use)
    {
        await using var database = await DatabaseStartup.OpenAsync(options, TimeProvider.System, _log, attach: false, default);
        return use(database);
    }

    private Task<StartupException> RefusalAsync(DatabaseOptions options) => Should.ThrowAsync<StartupException>(OpenAsync(options, _ => 0));

    private async Task<string?> RowAsync()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.QuerySingleOrDefaultAsync<string>("select server::text from server");
    }
}
