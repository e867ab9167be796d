using System.Net;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>Verbs on the database of a server that runs: what they do holds there at once, on every replica.</summary>
public sealed class VerbsBesideServerTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_workflow_logs_in_with_what_the_command_line_registered_until_the_command_line_ends_it()
    {
        var account = await JsonAsync("service-account", "create", "cli-made");
        var audience = account.GetProperty("ExternalId").GetString()!;
        await JsonAsync("identity", "add", "cli-made", "--github", "octo-org/hello-octopus", "--branch", "main", "--repository-id", "74", "--owner-id", "65");
        var tested = await RunAsync(["identity", "test", "cli-made", "--claims", "-"], JsonSerializer.Serialize(GitHubClaims.Of(audience, DateTimeOffset.UtcNow)));
        tested.ExitCode.ShouldBe(0, tested.All);

        using var client = server.ClientWithToken((await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken);
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await JsonAsync("service-account", "disable", "cli-made");
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await JsonAsync("service-account", "enable", "cli-made");
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await JsonAsync("identity", "remove", "cli-made", "octo-org/hello-octopus branch main");
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_that_the_command_line_rotates_in_signs_and_one_that_it_revokes_ends_its_tokens()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var old = (await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken;
        var oldKid = (await JsonAsync("keys", "list")).GetProperty("Items").EnumerateArray().Single(key => key.GetProperty("State").GetString() == "signing" && key.GetProperty("Use").GetString() == "access-tokens").GetProperty("Kid").GetString()!;
        var kid = (await JsonAsync("keys", "rotate", "--use", "access-tokens", "--now")).GetProperty("Items")[0].GetProperty("Kid").GetString()!;
        await Eventually.TrueAsync(async () => (await server.Anonymous.GetStringAsync("/.well-known/jwks")).Contains(kid, StringComparison.Ordinal), "the server publishes the new key");
        await JsonAsync("keys", "revoke", oldKid);
        using var client = server.ClientWithToken(old);
        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/users/me")).StatusCode == HttpStatusCode.Unauthorized, "the revoked key's token stops working");
        using var fresh = server.ClientWithToken((await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken);
        (await fresh.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_the_command_line_ends_or_decides_about_an_issuer_holds_in_the_server_at_once()
    {
        await using var own = await server.AddIssuerAsync($"https://{Guid.NewGuid():N}.example.com");
        await JsonAsync("service-account", "create", "cli-ended");
        var audience = (await JsonAsync("identity", "list", "cli-ended")).GetProperty("ExternalId").GetString()!;
        await JsonAsync("identity", "add", "cli-ended", "--name", "own", "--issuer", own.Issuer, "--subject", GitHubClaims.Subject);
        File.WriteAllText(directory["jwks"], JsonSerializer.Serialize(new { keys = new[] { TestIssuer.JwkOf(own.Key, own.KeyId) } }));
        await JsonAsync("issuer", "set", own.Issuer, "--jwks", directory["jwks"]);

        foreach (var ending in (string[][])[["identity", "revoke-tokens", "cli-ended", "own"], ["service-account", "revoke-tokens", "cli-ended"], ["issuer", "revoke-tokens", own.Issuer]])
        {
            using var client = server.ClientWithToken((await ExchangeAsync()).AccessToken);
            (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
            await JsonAsync(ending);
            await Eventually.TrueAsync(async () => (await client.GetAsync("/api/users/me")).StatusCode == HttpStatusCode.Unauthorized, "the server has been told");
        }
        await JsonAsync("issuer", "disable", own.Issuer);
        (await ExchangeAsync()).Status.ShouldBe(400);
        await JsonAsync("issuer", "enable", own.Issuer);
        (await ExchangeAsync()).Status.ShouldBe(200);
        own.DiscoveryRequests.ShouldBe(0);

        Task<TokenAnswer> ExchangeAsync() => server.ExchangeAsync(audience, own.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), own.Issuer)));
    }

    [Fact]
    public async Task An_API_key_and_an_administrator_made_on_the_command_line_work_at_once()
    {
        var made = await RunAsync(["admin", "--username", "rescuer", "--api-key", "--json"]);
        made.ExitCode.ShouldBe(0, made.All);
        using var client = server.ClientWithKey(JsonDocument.Parse(made.Output).RootElement.GetProperty("ApiKey").GetProperty("ApiKey").GetString()!);
        (await client.GetAsync("/api/users")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await JsonAsync("service-account", "create", "with-key");
        using var machine = server.ClientWithKey((await RunAsync(["api-key", "create", "with-key", "--purpose", "test"])).Output.Trim());
        (await machine.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_audit_is_verified_beside_the_server_and_has_a_chain_of_the_command_lines_own()
    {
        await JsonAsync("service-account", "create", "chained");
        var report = await JsonAsync("audit", "verify");
        report.Names().ShouldBe(["Verified", "Events", "UnchainedEvents", "Chains", "FaultCount", "Faults"]);
        var chain = report.GetProperty("Chains").EnumerateArray().Last();
        chain.Names().ShouldBe(["Id", "Node", "Purpose", "Started", "Position", "Head"]);
        (chain.GetProperty("Purpose").GetString(), chain.GetProperty("Position").GetInt64()).ShouldBe(("changes", 1L));
        var words = await RunAsync(["audit", "verify"]);
        words.ExitCode.ShouldBe(0, words.All);
        words.Output.ShouldEndWith($"\n{report.GetProperty("Events").GetInt64()} events in {report.GetProperty("Chains").GetArrayLength()} chains are as they were written.\n");
        words.Output.ShouldContain(chain.GetProperty("Head").GetString()!);
    }

    [Fact]
    public async Task Health_is_0_while_the_server_is_ready_and_1_when_nobody_answers()
    {
        var ready = await RunAsync(["health", $"--Urls={server.Url}"]);
        (ready.ExitCode, ready.Output).ShouldBe((0, "ready\n"), ready.All);
        var port = FreePort.Next();
        var nobody = await RunAsync(["health", $"--Urls=http://127.0.0.1:{port}"]);
        nobody.ExitCode.ShouldBe(1);
        nobody.Error.ShouldStartWith($"http://127.0.0.1:{port}/health/ready does not answer: Connection refused");
    }

    private async Task<JsonElement> JsonAsync(params string[] args)
    {
        var run = await RunAsync([.. args, "--json"]);
        run.ExitCode.ShouldBe(0, run.All);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private Task<ProgramRun> RunAsync(string[] args, string input = "")
    {
        // The server's own master key; as a file, for it is no argument.
        File.WriteAllText(directory["key"], ServerFixture.MasterKey);
        return VerbFixture.RunAsync(server.Database.ConnectionString, [$"--ServerUri={server.Url}", $"--MasterKeyFile={directory["key"]}", .. args], input);
    }
}
