using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Verbs that are about the whole database: signing keys and migrations, each test on one of its own.</summary>
public sealed class DatabaseVerbTests
{
    [Fact]
    public async Task Rotates_and_revokes_signing_keys_of_one_kind_and_shows_their_state()
    {
        await using var own = await TestDatabase.CreateAsync();
        using var directory = new TestDirectory();
        Task<ProgramRun> RunAsync(params string[] args) => VerbFixture.RunAsync(own.ConnectionString, [$"--DataDirectory={directory.Path}", .. args]);
        async Task<JsonElement> JsonAsync(params string[] args) => JsonDocument.Parse((await RunAsync([.. args, "--json"])).Output).RootElement;
        async Task<string[]> StatesAsync(string use = "id-tokens") =>
            [.. (await JsonAsync("keys", "list")).GetProperty("Items").EnumerateArray().Where(key => key.GetProperty("Use").GetString() == use).Select(key => key.GetProperty("State").GetString()!)];
        async Task<JsonElement> RotateAsync(params string[] more) => (await JsonAsync(["keys", "rotate", "--use", "id-tokens", .. more])).GetProperty("Items").EnumerateArray().Single();

        (await StatesAsync()).ShouldBe(["signing"]);
        var next = await RotateAsync();
        next.EnumerateObject().Select(property => property.Name).ShouldBe(["Kid", "Use", "Algorithm", "State", "Created", "ActiveFrom", "PublishedUntil", "RevokedAt"]);
        (await RotateAsync()).GetProperty("Kid").GetString().ShouldBe(next.GetProperty("Kid").GetString(), "one that waits is enough");
        (await StatesAsync()).ShouldBe(["next", "signing"]);
        var now = await RotateAsync("--now");
        (await StatesAsync()).ShouldBe(["retired", "signing", "published"]);
        (await StatesAsync("access-tokens")).ShouldBe(["signing"]);
        (await JsonAsync("keys", "revoke", now.GetProperty("Kid").GetString()!)).GetProperty("State").GetString().ShouldBe("revoked");
        (await StatesAsync()).ShouldContain("signing");
        var again = await RunAsync("keys", "revoke", now.GetProperty("Kid").GetString()!);
        again.ExitCode.ShouldBe(1);
        again.Error.ShouldContain("that is not revoked yet. See: octologin keys list");

        (await JsonAsync("keys", "rotate", "--now")).GetProperty("Items").EnumerateArray().Select(key => key.GetProperty("Use").GetString()).ShouldBe(["access-tokens", "id-tokens"], ignoreOrder: true);
        var full = await RunAsync("keys", "rotate");
        (full.ExitCode, full.Error.Contains("4 keys are published", StringComparison.Ordinal)).ShouldBe((1, true), full.All);
        (await RunAsync("keys", "rotate", "--use", "refresh-tokens")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Exports_the_public_keys_of_ID_tokens_and_those_alone_unless_asked()
    {
        await using var own = await TestDatabase.CreateAsync();
        using var directory = new TestDirectory();
        async Task<string[]> ExportAsync(params string[] more)
        {
            var run = await VerbFixture.RunAsync(own.ConnectionString, [$"--DataDirectory={directory.Path}", "keys", "export-jwks", .. more]);
            var keys = JsonDocument.Parse(run.Output).RootElement.GetProperty("keys").EnumerateArray().ToList();
            keys.ShouldAllBe(key => !key.EnumerateObject().Any(member => member.Name == "d"));
            return [.. keys.Select(key => key.GetProperty("alg").GetString()!)];
        }

        (await ExportAsync()).ShouldBe(["RS256"]);
        (await ExportAsync("--use", "access-tokens")).ShouldBe(["ES256"]);
        (await ExportAsync("--use", "all")).ShouldBe(["ES256", "RS256"], ignoreOrder: true);
    }

    [Fact]
    public async Task Migrates_an_empty_database_and_says_how_much_that_took()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();
        using var directory = new TestDirectory();
        var first = await VerbFixture.RunAsync(empty.ConnectionString, [$"--DataDirectory={directory.Path}", "migrate"]);
        first.Output.ShouldMatch(@"^\d+ migrations were applied\.\n$", first.All);
        var second = await VerbFixture.RunAsync(empty.ConnectionString, [$"--DataDirectory={directory.Path}", "migrate", "--json"]);
        JsonDocument.Parse(second.Output).RootElement.GetProperty("MigrationsApplied").GetInt32().ShouldBe(0);
    }
}
