using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Verbs that are about the whole database: signing keys and migrations, each test on one of its own.</summary>
public sealed class DatabaseVerbTests
{
    [Fact]
    public async Task Rotates_and_revokes_signing_keys_and_shows_their_state()
    {
        await using var own = await TestDatabase.CreateAsync();
        using var directory = new TestDirectory();
        async Task<JsonElement> JsonAsync(params string[] args) =>
            JsonDocument.Parse((await VerbFixture.RunAsync(own.ConnectionString, [$"--DataDirectory={directory.Path}", .. args, "--json"])).Output).RootElement;
        async Task<string[]> StatesAsync() => [.. (await JsonAsync("keys", "list")).GetProperty("Items").EnumerateArray().Select(key => key.GetProperty("State").GetString()!)];

        (await StatesAsync()).ShouldBe(["signing"]);
        var next = await JsonAsync("keys", "rotate");
        next.EnumerateObject().Select(property => property.Name).ShouldBe(["Kid", "Algorithm", "State", "Created", "ActiveFrom", "PublishedUntil", "RevokedAt"]);
        (await JsonAsync("keys", "rotate")).GetProperty("Kid").GetString().ShouldBe(next.GetProperty("Kid").GetString(), "one that waits is enough");
        (await StatesAsync()).ShouldBe(["next", "signing"]);
        var now = await JsonAsync("keys", "rotate", "--now");
        (await StatesAsync()).ShouldBe(["published", "signing", "published"]);
        (await JsonAsync("keys", "revoke", now.GetProperty("Kid").GetString()!)).GetProperty("State").GetString().ShouldBe("revoked");
        (await StatesAsync()).ShouldContain("signing");
        var again = await VerbFixture.RunAsync(own.ConnectionString, [$"--DataDirectory={directory.Path}", "keys", "revoke", now.GetProperty("Kid").GetString()!]);
        again.ExitCode.ShouldBe(1);
        again.Error.ShouldContain("that is not revoked yet. See: octologin keys list");
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
