using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

public sealed class SettingsPagesTests(SettingsPagesTests.Fixture fixture) : IClassFixture<SettingsPagesTests.Fixture>, IDisposable
{
    private readonly ServerFixture server = fixture.Server;
    private readonly PortalClient admin = new(fixture.Server.Url, ServerFixture.AdminApiKey);

    public sealed class Fixture : IAsyncLifetime
    {
        public ServerFixture Server { get; } = new();

        public ValueTask InitializeAsync()
        {
            Server.Settings["RateLimits:RefusalsPerMinute"] = "12345";
            Server.Settings["Tasks:NodeName"] = "<b>node</b>";
            return Server.InitializeAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task Shows_each_setting_with_its_value_and_never_a_secret()
    {
        var page = await admin.GetAsync("/app/settings");
        page.Words.ShouldContain("RateLimits:RefusalsPerMinute 12,345 Refused logins");
        page.Words.ShouldContain("Tasks:RetentionDays 30 (default)");
        page.Words.ShouldContain("Packages:RetentionDays for ever (default)");
        page.Words.ShouldContain("SignIn:SessionTimeoutInSeconds 1,200 (default)");
        page.Document.QuerySelectorAll("main .settings-cards a").Select(link => link.GetAttribute("href"))
            .ShouldBe(["/app/settings/openid-connect", "/app/settings/server-address", "/app/settings/audit", "/app/settings/about"]);
        foreach (var path in (string[])["/app/settings", "/app/settings/server-address", "/app/settings/audit", "/app/settings/about"])
        {
            var text = (await admin.GetAsync(path)).Text;
            text.ShouldNotContain(ServerFixture.MasterKey);
            text.ShouldNotContain(ServerFixture.AdminApiKey);
            text.ShouldNotContain(server.Database.ConnectionString);
        }
    }

    [Fact]
    public async Task Says_what_runs_here()
    {
        PortalPageView page = null!;
        await Eventually.TrueAsync(async () => (page = await admin.GetAsync("/app/settings/about")).Words.Contains("<b>node</b> serves, runs tasks alive"), "the node was heard of");
        page.Words.ShouldNotContain("No process that is alive runs tasks");
        page.Document.QuerySelectorAll("main table b").ShouldBeEmpty();
        page.Words.ShouldContain(OctoLogin.Http.ServerEndpoints.ProductVersion);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        page.Words.ShouldContain($"PostgreSQL{await connection.ExecuteScalarAsync<string>("show server_version")}");
        page.Words.ShouldContain(server.Url);
    }

    [Fact]
    public async Task Names_every_process_on_the_database_with_what_it_does_and_says_when_none_runs_tasks()
    {
        await using var serving = new ServerFixture { Settings = { ["Tasks:Worker"] = "false", ["Tasks:NodeName"] = "serving" } };
        await serving.InitializeAsync();
        using var client = new PortalClient(serving.Url, ServerFixture.AdminApiKey);
        PortalPageView page = null!;
        await Eventually.TrueAsync(async () => (page = await client.GetAsync("/app/settings/about")).Texts("table[aria-label=Processes] tbody tr").Any(row => row.StartsWith("serving serves alive")), "it said that it is there");
        page.Words.ShouldContain("No process that is alive runs tasks");
        await using var connection = await serving.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into server_nodes (id, name, serves, runs_tasks, started_at, heartbeat_at) values
              (gen_random_uuid(), 'dead', true, true, now() - interval '1 hour', now() - interval '61 seconds'), (gen_random_uuid(), 'worker', false, true, now() - interval '2 hours', now())
            """);
        page = await client.GetAsync("/app/settings/about");
        page.Texts("table[aria-label=Processes] tbody th").ShouldBe(["serving", "dead", "worker"], "the latest start first");
        page.Texts("table[aria-label=Processes] td[data-label=Does]").ShouldBe(["serves", "serves, runs tasks", "runs tasks"]);
        page.Texts("table[aria-label=Processes] td[data-label=State]").ShouldBe(["alive", "not heard of", "alive"]);
        page.Words.ShouldNotContain("No process that is alive runs tasks");
    }

    [Fact]
    public async Task Checks_the_servers_address_when_asked()
    {
        var page = await admin.GetAsync("/app/settings/server-address");
        page.Document.QuerySelector("table").ShouldBeNull();
        var report = await admin.SubmitAsync(page, "Check now");
        report.Words.ShouldContain("Clouds cannot use this address as an issuer.");
        report.Texts("tbody th").ShouldBe(["ServerUri", "host", "discovery", "issuer", "jwks_uri", "JWKS", "keys", "key"]);
        var results = report.Texts("td[data-label=Result]");
        (results[0], results[1]).ShouldBe(("failed", "look at it"), "plain http, and loopback is no public address");
        // A document that took long is to be looked at.
        results.Skip(2).ShouldAllBe(result => result != "failed");
    }

    [Fact]
    public async Task Verifies_the_audit_when_asked()
    {
        var page = await admin.GetAsync("/app/settings/audit");
        page.Texts("tbody td[data-label=Of]").ShouldContain("changes");
        (await admin.SubmitAsync(page, "Verify now")).Words.ShouldContain("events are as they were written");

        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        var (number, message) = await connection.QueryFirstAsync<(long, string)>("select number, message from audit_events where chain is not null order by number limit 1");
        await connection.ExecuteAsync("update audit_events set message = 'nothing happened' where number = @number", new { number });
        var found = await admin.SubmitAsync(page, "Verify now");
        found.Words.ShouldContain("The audit is not as it was written: 1 fault.");
        found.Words.ShouldContain($"Events-{number} ");
        await connection.ExecuteAsync("update audit_events set message = @message where number = @number", new { number, message });
    }

    [Fact]
    public async Task Is_for_administrators_alone()
    {
        var manager = await server.AddCallerAsync(await server.AddRoleAsync(system: ["UserView", "EventView", "TeamView"]));
        using var client = new PortalClient(server.Url, manager.ApiKey);
        foreach (var path in (string[])["/app/settings", "/app/settings/server-address", "/app/settings/audit", "/app/settings/about"])
        {
            (await client.GetAsync(path, 403)).Words.ShouldContain("AdministerSystem");
        }
        // The form's token is had on any page: what refuses is the handler.
        var token = (await client.GetAsync("/app")).Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        foreach (var path in (string[])["/app/settings/server-address", "/app/settings/audit"])
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]) };
            using var answer = await client.Http.SendAsync(post);
            ((int)answer.StatusCode).ShouldBe(403);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("AdministerSystem");
        }
    }

    public void Dispose() => admin.Dispose();
}
