using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.Scripts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

public sealed class ScriptOptionsTests
{
    [Theory]
    [InlineData("Processes", "many", "Scripts:Processes is 'many'; it must be a whole number from 8 to 1000000.")]
    [InlineData("Processes", "7", "Scripts:Processes is '7'; it must be a whole number from 8 to 1000000.")]
    [InlineData("TimeLimitMinutes", "0", "Scripts:TimeLimitMinutes is '0'; it must be a whole number from 1 to 43200.")]
    [InlineData("GraceSeconds", "-1", "Scripts:GraceSeconds is '-1'; it must be a whole number from 0 to 600.")]
    [InlineData("OutputMegabytes", "1.5", "Scripts:OutputMegabytes is '1.5'; it must be a whole number from 1 to 4096.")]
    [InlineData("Groups", "0-10", "Scripts:Groups is '0-10'; it must be a range of at most 10000 group numbers from 1000 on that nobody else uses, such as 61200-61455.")]
    [InlineData("Groups", "61455-61200", "Scripts:Groups is '61455-61200'; it must be a range of at most 10000 group numbers from 1000 on that nobody else uses, such as 61200-61455.")]
    public void A_wrong_setting_is_told(string name, string value, string fault)
    {
        var faults = new List<string>();
        ScriptOptions.Read(Configuration((name, value)), faults);
        faults.ShouldBe([fault]);
    }

    [Fact]
    public void A_user_must_exist_and_not_be_root()
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        var faults = new List<string>();
        ScriptOptions.Read(Configuration(("User", "root")), faults);
        ScriptOptions.Read(Configuration(("User", "nosuchuser")), faults);
        faults.ShouldBe([
            "Scripts:User is 'root'; /etc/passwd has no such account, or it is root. Make one: useradd --system root",
            "Scripts:User is 'nosuchuser'; /etc/passwd has no such account, or it is root. Make one: useradd --system nosuchuser"]);
    }

    [Fact]
    public void Settings_are_read()
    {
        var faults = new List<string>();
        var options = ScriptOptions.Read(Configuration(("TimeLimitMinutes", "5"), ("Groups", "5000-5009"), ("MemoryMegabytes", "0"), ("WorkDirectory", "/somewhere")), faults);
        faults.ShouldBeEmpty();
        (options.TimeLimit, options.FirstGroup, options.Groups, options.MemoryMegabytes, options.WorkDirectory).ShouldBe((TimeSpan.FromMinutes(5), 5000u, 10, 0, "/somewhere"));
    }

    [Fact]
    public void Scripts_do_not_run_as_the_user_of_the_database()
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        using var directory = new TestDirectory();
        var database = new DatabaseOptions { DataDirectory = directory.Path };
        Directory.CreateDirectory(directory["postgres"]);
        LibC.SetOwner(directory["postgres"], 65534, 65534);
        ScriptUser.For(new ScriptOptions(), database, 61200).Id.ShouldNotBe(65534u);
        Should.Throw<StartupException>(() => ScriptUser.For(new ScriptOptions { User = "nobody" }, database, 61200)).Message.ShouldContain("a script could read all of it");
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"Scripts:{setting.Name}", setting.Value))).Build();
}
