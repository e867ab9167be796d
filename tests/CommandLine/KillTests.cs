using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>
/// The program as it runs in production (JSON logs, TLS to the issuer, a private PostgreSQL), ended in every way there is: what was
/// answered holds afterwards.
/// </summary>
public sealed class KillTests : IAsyncLifetime
{
    private const string Password = "a password that no log may hold";

    private readonly TestDirectory directory = new();
    private readonly TestCertificates certificates = new();
    private readonly ConcurrentBag<string> secrets = [ServerProgram.AdminApiKey, Password];
    private readonly List<ServerProgram> servers = [];
    private TestIssuer issuer = null!;

    public async ValueTask InitializeAsync() => issuer = await TestIssuer.StartAsync(certificates, $"https://localhost:{FreePort.Next()}");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
        await issuer.DisposeAsync();
        certificates.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Keeps_every_answered_write_when_the_server_is_killed_in_use_and_tokens_and_replay_survive_it()
    {
        var server = await StartAsync();
        var audience = await RegisterAsync(server);
        var used = issuer.Sign(GitHubClaims.Of(audience, DateTimeOffset.UtcNow, issuer.Issuer));
        var token = await ExchangeAsync(server, audience, used);

        for (var round = 1; round <= 2; round++)
        {
            var writes = new Writes(server);
            await writes.MoreAsync(60);
            server.Kill();
            await writes.EndAsync();
            server = await StartAsync();
            await writes.ShouldAllBeThereAsync(server);
        }

        using var client = server.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK, "the signing keys are in the database");
        using var replay = await server.Client().PostAsync("/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, used)));
        (replay.StatusCode, (await replay.Content.ReadAsStringAsync()).Contains("was used before", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.BadRequest, true));
        await ShouldEndCleanlyAsync(server);
        ShouldHaveLoggedLinesOfJsonWithoutSecrets();
    }

    [Fact]
    public async Task Keeps_every_answered_write_when_its_PostgreSQL_is_killed_at_rest_and_in_use()
    {
        var server = await StartAsync();
        KillPostgres();
        await server.ReadyAsync();

        var writes = new Writes(server);
        for (var round = 1; round <= 2; round++)
        {
            await writes.MoreAsync(60);
            KillPostgres();
        }
        await writes.MoreAsync(60);
        await writes.EndAsync();
        await writes.ShouldAllBeThereAsync(server);
        writes.Statuses.Except([HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable]).ShouldBeEmpty("an outage is a 503");
        await ShouldEndCleanlyAsync(server);
        ShouldHaveLoggedLinesOfJsonWithoutSecrets();
    }

    [Fact]
    public async Task Ends_on_SIGTERM_SIGINT_and_SIGHUP_within_10_seconds_also_while_it_starts_and_in_use()
    {
        var server = await StartAsync();
        var writes = new Writes(server);
        await writes.MoreAsync(20);
        await ShouldEndCleanlyAsync(server, 15);
        await writes.EndAsync();

        await ShouldEndCleanlyAsync(await StartAsync(), 2);
        await ShouldEndCleanlyAsync(await StartAsync(), 1);

        var starting = ServerProgram.Start(directory.Path, Settings());
        servers.Add(starting);
        await Eventually.TrueAsync(() => PostgresProcesses.On(directory.Path).Count > 0, "PostgreSQL is started");
        await ShouldEndCleanlyAsync(starting, 15);
    }

    [Fact]
    public async Task Verbs_work_on_its_directory_while_it_runs_and_while_it_does_not()
    {
        var environment = ServerProgram.Environment(directory.Path);
        var alone = await ServerProgram.RunAsync(environment, ["service-account", "create", "before", "--json"]);
        (alone.ExitCode, alone.Error).ShouldBe((0, ""));
        PostgresProcesses.On(directory.Path).ShouldBeEmpty("a verb takes its PostgreSQL with it");

        var server = await StartAsync();
        environment["Urls"] = server.Url;
        (await ServerProgram.RunAsync(environment, ["service-account", "create", "during", "--json"])).ExitCode.ShouldBe(0);
        using var admin = server.Client(ServerProgram.AdminApiKey);
        (await admin.GetStringAsync("/api/users")).ShouldContain("during");
        var health = await ServerProgram.RunAsync(environment, ["health"]);
        (health.ExitCode, health.Output).ShouldBe((0, "ready\n"));
        health.Duration.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        await ShouldEndCleanlyAsync(server);
        (await ServerProgram.RunAsync(environment, ["health"])).ExitCode.ShouldBe(1);
        (await ServerProgram.RunAsync(environment, ["service-account", "list"])).Output.ShouldContain("during");
    }

    private async Task<ServerProgram> StartAsync()
    {
        var server = ServerProgram.Start(directory.Path, Settings());
        servers.Add(server);
        await server.ReadyAsync();
        return server;
    }

    private Dictionary<string, string> Settings() => new()
    {
        // Each start has another port; tokens are for the name that stays.
        ["ServerUri"] = "https://octologin.example.com",
        ["SSL_CERT_FILE"] = certificates.CaFile, ["Issuers__AllowPrivateNetwork__0"] = "localhost", ["Admin__Password"] = Password,
    };

    private async Task<string> RegisterAsync(ServerProgram server)
    {
        var environment = ServerProgram.Environment(directory.Path, Settings());
        var account = await ServerProgram.RunAsync(environment, ["service-account", "create", "ci", "--json"]);
        account.ExitCode.ShouldBe(0, account.All);
        var identity = await ServerProgram.RunAsync(environment,
            ["identity", "add", "ci", "--issuer", issuer.Issuer, "--name", "main", "--subject", GitHubClaims.Subject]);
        identity.ExitCode.ShouldBe(0, identity.All);
        var key = await ServerProgram.RunAsync(environment, ["api-key", "create", "ci", "--purpose", "test"]);
        secrets.Add(key.Output.Trim());
        using var client = server.Client(key.Output.Trim());
        (await client.GetAsync("/api/users/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(account.Output).RootElement.GetProperty("ExternalId").GetString()!;
    }

    private async Task<string> ExchangeAsync(ServerProgram server, string audience, string token)
    {
        using var client = server.Client();
        var answer = await Exchanges.SendAsync(client, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, token)));
        answer.Status.ShouldBe(200, answer.Text);
        foreach (var secret in (string[])[token, answer.AccessToken])
        {
            secrets.Add(secret);
            secrets.Add(secret[(secret.LastIndexOf('.') + 1)..]);
        }
        return answer.AccessToken;
    }

    private void KillPostgres()
    {
        foreach (var pid in PostgresProcesses.On(directory.Path))
        {
            LibC.Signal(pid, LibC.Kill);
        }
    }

    private async Task ShouldEndCleanlyAsync(ServerProgram server, int signal = 15)
    {
        var (exitCode, took) = await server.StopAsync(signal);
        exitCode.ShouldBe(0, server.Errors);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        PostgresProcesses.On(directory.Path).ShouldBeEmpty();
    }

    private void ShouldHaveLoggedLinesOfJsonWithoutSecrets()
    {
        var postgres = File.ReadAllText(directory["postgres.log"]);
        foreach (var server in servers)
        {
            server.Output.ShouldNotBeEmpty();
            foreach (var line in server.Output)
            {
                JsonDocument.Parse(line).RootElement.TryGetProperty("LogLevel", out _).ShouldBeTrue(line);
            }
            foreach (var secret in secrets)
            {
                (string.Join('\n', server.Output) + server.Errors + postgres).Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"a log holds a secret of {secret.Length} characters");
            }
        }
    }
}
