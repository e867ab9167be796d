using System.Net;
using System.Net.Sockets;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>What an operator reads when the program cannot start: one message that says what to mend, no stack trace.</summary>
public sealed class StartFaultTests : IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Lists_every_wrong_setting_and_makes_nothing()
    {
        var data = directory["data"];
        var run = await FailAsync(2, new()
        {
            ["DataDirectory"] = data, ["Urls"] = "nonsense", ["ServerUri"] = "ftp://x", ["MasterKey"] = "short", ["Admin__Password"] = "tooshort", ["Issuers__AllowPrivateNetwork__0"] = "https://x",
        });
        run.Error.ShouldStartWith("5 settings are wrong:\n  - Urls has 'nonsense'");
        foreach (var setting in (string[])["ServerUri is 'ftp://x'", "MasterKey is 5 characters", "Admin:Password must have at least 12", "Issuers:AllowPrivateNetwork has 'https://x'"])
        {
            run.Error.ShouldContain($"  - {setting}");
        }
        run.Error.ShouldNotContain("tooshort");
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public async Task Refuses_a_wrong_master_key_and_a_missing_one_and_changes_nothing()
    {
        await MakeDataAsync();
        var key = directory["master.key"];
        var right = await File.ReadAllTextAsync(key);
        await File.WriteAllTextAsync(key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        (await FailAsync(1)).Error.ShouldStartWith($"The master key in the file {key} is not the one that the secrets in this database were sealed with.");
        File.Delete(key);
        (await FailAsync(1)).Error.ShouldStartWith("The master key is missing: the secrets in this database were sealed with one.");
        File.Exists(key).ShouldBeFalse();
        await File.WriteAllTextAsync(key, right);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await ServerProgram.RunAsync(ServerProgram.Environment(directory.Path), ["keys", "list"])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_database_that_a_newer_version_made()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var command = database.DataSource.CreateCommand("insert into schema_migrations values (9999, 'future', 'x', now())"))
        {
            await command.ExecuteNonQueryAsync();
        }
        var run = await FailAsync(1, new() { ["ConnectionStrings__OctoLogin"] = database.ConnectionString });
        run.Error.ShouldBe($"The database is at migration 9999 (future), made by a newer OctoLogin; this one knows migrations up to {Migration.Embedded()[^1].Version}. "
            + "Start that newer version, or restore a backup from before its upgrade. Nothing was changed.\n");
    }

    [Fact]
    public async Task Says_which_address_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        (await FailAsync(1, new() { ["Urls"] = url })).Error.ShouldBe($"Urls is '{url}', and another program listens there already. Stop it, or set Urls to another port (Urls=http://localhost:8066).\n");
        PostgresProcesses.On(directory.Path).ShouldBeEmpty("it was started before, and must not be left behind");
    }

    [Fact]
    public async Task Refuses_a_data_directory_that_another_server_uses()
    {
        await using var first = await ServerProgram.StartReadyAsync(directory.Path);
        (await FailAsync(1)).Error.ShouldBe($"Another OctoLogin server, process {first.Id}, uses the data directory {directory.Path}. "
            + "Stop it first, or give this one a DataDirectory of its own; for several servers on one database set ConnectionStrings:OctoLogin.\n");
        using var client = first.Client();
        (await client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("The data directory /proc/octologin (DataDirectory) cannot be used by user", "DataDirectory", "/proc/octologin")]
    [InlineData("MasterKeyFile is /nowhere/key, and there is no such file.", "MasterKeyFile", "/nowhere/key")]
    [InlineData("The server cannot listen at Urls 'https://127.0.0.1:0' with the settings below Kestrel: Could not find a part of the path '/nowhere/certificate.pfx'.", "Kestrel__Certificates__Default__Path", "/nowhere/certificate.pfx", "Urls", "https://127.0.0.1:0")]
    [InlineData("the address is not this machine's, or the port needs rights", "Urls", "http://192.0.2.1:8065")]
    [InlineData("PostgreSQL at host 127.0.0.1, port 1, database x (ConnectionStrings:OctoLogin) did not accept a connection within 0 s", "ConnectionStrings__OctoLogin", "Host=127.0.0.1;Port=1;Database=x;Username=x", "Database__StartTimeout", "0")]
    public async Task Says_what_cannot_be_used(string error, params string[] settings)
    {
        // On a database that is there already: making one takes longer than all the rest.
        await using var database = await TestDatabase.CreateAsync();
        var environment = settings.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        if (!environment.ContainsKey("DataDirectory"))
        {
            environment.TryAdd("ConnectionStrings__OctoLogin", database.ConnectionString);
        }
        (await FailAsync(null, environment)).Error.ShouldContain(error);
    }

    private async Task MakeDataAsync() =>
        (await ServerProgram.RunAsync(ServerProgram.Environment(directory.Path), ["migrate"])).ExitCode.ShouldBe(0);

    private async Task<ProgramRun> FailAsync(int? exitCode, Dictionary<string, string>? settings = null)
    {
        var run = await ServerProgram.RunAsync(ServerProgram.Environment(directory.Path, settings), []);
        run.ExitCode.ShouldBe(exitCode ?? run.ExitCode, run.All);
        run.ExitCode.ShouldBeInRange(1, 2, run.All);
        run.Error.ShouldNotContain("   at ", Case.Sensitive, run.All);
        run.All.ShouldNotContain("Exception", Case.Sensitive, run.All);
        return run;
    }
}
