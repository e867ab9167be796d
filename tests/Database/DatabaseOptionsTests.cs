using OctoLogin.Database;

namespace OctoLogin.Tests.Database;

public sealed class DatabaseOptionsTests
{
    [Fact]
    public void Defaults_need_no_settings()
    {
        var (options, faults) = Read([]);
        faults.ShouldBeEmpty();
        options.ShouldBe(new DatabaseOptions { DataDirectory = "data", StartTimeout = TimeSpan.FromSeconds(30) });
    }

    [Fact]
    public void Reads_every_setting()
    {
        var key = Convert.ToBase64String(new byte[32]);
        var (options, faults) = Read(new()
        {
            ["DataDirectory"] = "/var/lib/octologin", ["ConnectionStrings:OctoLogin"] = "Host=db", ["MasterKey"] = key, ["Database:StartTimeout"] = "5",
        });
        faults.ShouldBeEmpty();
        options.ShouldBe(new DatabaseOptions { DataDirectory = "/var/lib/octologin", ConnectionString = "Host=db", MasterKey = key, StartTimeout = TimeSpan.FromSeconds(5) });
    }

    [Fact]
    public void Tells_every_fault_at_once()
    {
        var (_, faults) = Read(new()
        {
            ["ConnectionStrings:OctoLogin"] = "Username=x", ["MasterKey"] = "c2hvcnQ=", ["MasterKeyFile"] = "/run/secrets/key", ["Database:StartTimeout"] = "soon",
        });
        faults.ShouldBe([
            "Database:StartTimeout is 'soon'. Write seconds (30) or hh:mm:ss (00:00:30), at most one hour.",
            "MasterKey and MasterKeyFile are both set. Keep one of them.",
            "MasterKey is 8 characters that are not base64 of 32 bytes. A new one for a new installation: openssl rand -base64 32",
            "ConnectionStrings:OctoLogin names no Host. Write e.g. Host=db.internal;Username=octologin;Password=…;Database=octologin, and quote a value that contains ; or = or a quote.",
        ]);
    }

    [Theory]
    [InlineData("00:01:30", 90)]
    [InlineData("0", 0)]
    public void Reads_a_number_of_the_timeout_as_seconds(string text, int seconds) =>
        Read(new() { ["Database:StartTimeout"] = text }).Options.StartTimeout.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("-1")]
    [InlineData("2.00:00:00")]
    public void Refuses_a_timeout_without_sense(string text) => Read(new() { ["Database:StartTimeout"] = text }).Faults.ShouldHaveSingleItem();

    [Theory]
    [InlineData("Host=db;Password=hunter2;swordfish")]
    [InlineData("Host=db;Password=hunter2;swordfish=1")]
    [InlineData("Host=db;Password='hunter2swordfish")]
    [InlineData("Host=db;Port=swordfish;Password=hunter2")]
    [InlineData("Host=db;Port=99999999999;Password=hunter2swordfish")]
    [InlineData("Host=db;SSL Mode=swordfish;Password=hunter2")]
    [InlineData("Host=db;Pooling=swordfish;Password=hunter2")]
    [InlineData("postgres://octologin:hunter2swordfish@db/octologin")]
    [InlineData("hunter2swordfish")]
    public async Task Refuses_a_malformed_connection_string_without_showing_any_of_it(string connectionString)
    {
        using var loggers = new Support.RecordedLog();
        var refusal = await Should.ThrowAsync<StartupException>(
            DatabaseStartup.OpenAsync(new DatabaseOptions { ConnectionString = connectionString }, TimeProvider.System, loggers, attach: false, default));
        refusal.ExitCode.ShouldBe(StartupException.ConfigurationFault);
        refusal.ToString().ShouldNotContain("swordfish");
        refusal.ToString().ShouldNotContain("hunter2");
        refusal.Message.ShouldStartWith("ConnectionStrings:OctoLogin is ");
        refusal.Message.ShouldContain("Write e.g. Host=db.internal;");
    }

    private static (DatabaseOptions Options, List<string> Faults) Read(Dictionary<string, string?> settings)
    {
        var faults = new List<string>();
        return (DatabaseOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), faults), faults);
    }
}
