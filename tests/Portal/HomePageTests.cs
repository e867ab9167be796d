using Dapper;
using OctoLogin.Audit;
using OctoLogin.Portal.Home;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>What a person sees first: what happened, and what to do.</summary>
public sealed class HomePageTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Theory]
    [InlineData("hour")]
    [InlineData("day")]
    public async Task Shows_logins_granted_and_refused_as_a_chart_and_as_a_table(string by)
    {
        var before = await CountsAsync(by);
        var account = await server.AddTrustedAccountAsync();
        for (var i = 0; i < 3; i++)
        {
            (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience))).Status.ShouldBe(200);
        }
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["sub"] = "repo:octo-org/hello-octopus:ref:refs/heads/other"))).Status.ShouldBe(400);
        // A view leaves it to another process while that counts.
        await Eventually.TrueAsync(async () => await CountsAsync(by) == (before.Granted + 3, before.Refused + 1), "the page counted four more logins");

        var page = await admin.GetAsync($"/app?by={by}");
        var drawing = page.Document.QuerySelector("svg.login-chart")!;
        drawing.GetAttribute("role").ShouldBe("img");
        string.Join(' ', drawing.GetAttribute("aria-labelledby")!.Split(' ').Select(id => page.Document.GetElementById(id)!.TextContent)).ShouldContain($"{before.Granted + 3} granted, {before.Refused + 1} refused");
        var bars = by == "day" ? LoginHistory.Days : LoginHistory.Hours;
        drawing.QuerySelectorAll("rect.granted").Length.ShouldBe(bars);
        var rows = page.Document.QuerySelectorAll("details tbody tr").Select(row => row.QuerySelectorAll("td").Select(cell => long.Parse(cell.TextContent)).ToArray()).ToList();
        rows.Count.ShouldBe(bars);
        (rows.Sum(row => row[0]), rows.Sum(row => row[1])).ShouldBe((before.Granted + 3, before.Refused + 1));
    }

    [Fact]
    public async Task Groups_refused_logins_by_cause_and_says_what_to_do()
    {
        var account = await server.AddTrustedAccountAsync();
        await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["aud"] = "https://elsewhere.example"));
        await server.ExchangeAsync(account.Audience, "no.token.atall");
        await Eventually.TrueAsync(async () => (await admin.GetAsync("/app")).Words.Contains("the token is for another audience"), "the refusal was counted");
        var page = await admin.GetAsync("/app");
        page.Texts(".attention .card-title").ShouldContain(title => title.EndsWith("refused in the last 24 hours: the request or its token was not well-formed", StringComparison.Ordinal));
        page.Words.ShouldContain("The workflow must request its token for the audience that the identity names.");
        page.Document.QuerySelectorAll(".attention a").Select(link => link.GetAttribute("href")).ShouldContain("/app/refusals?cause=AudienceMismatch");
    }

    [Fact]
    public async Task Names_identities_that_nobody_used_for_90_days_and_those_that_take_many_subjects()
    {
        var unused = await server.AddTrustedAccountAsync();
        var used = await server.AddTrustedAccountAsync();
        var wild = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(wild.Id, new { Name = Hostile, Issuer = "https://ci.example.com", Subject = $"{Hostile}:*" });
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("update oidc_identities set created_at = now() - interval '91 days' where user_id = any(@ids)", new { ids = new[] { unused.Id, used.Id } });
        }
        (await server.ExchangeAsync(used.Audience, server.GitHubToken(used.Audience))).Status.ShouldBe(200);
        await Eventually.TrueAsync(async () => !(await LinksAsync("unused for 90 days")).Contains($"/app/service-accounts/{used.Id}"), "the login was counted");

        (await LinksAsync("unused for 90 days")).ShouldContain($"/app/service-accounts/{unused.Id}");
        (await LinksAsync("wildcard")).ShouldContain($"/app/service-accounts/{wild.Id}");
        var page = await admin.GetAsync("/app");
        page.Words.ShouldContain(Hostile);
        page.Document.QuerySelectorAll("main img, main script").ShouldBeEmpty();
    }

    [Fact]
    public async Task Tells_of_issuers_that_fail_and_of_keys_that_change_soon()
    {
        const string Gone = "https://gone.example.com";
        var account = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(account.Id, new { Name = "gone", Issuer = Gone, Subject = "job:1" });
        (await server.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["iss"] = Gone))).Status.ShouldBe(503);
        (await admin.GetAsync("/app")).Words.ShouldContain($"{Gone}: ");
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("update signing_keys set active_from = active_from - interval '80 days' where algorithm = 'RS256'");
        }
        var page = await admin.GetAsync("/app");
        page.Words.ShouldContain("The key of id tokens changes in 9 days");
        page.Words.ShouldNotContain("The key of access tokens");
    }

    [Fact]
    public async Task Tells_of_issuers_that_fail_at_another_server_on_the_database_until_that_ends_or_the_issuer_was_changed()
    {
        string[] gone = ["https://gone-elsewhere.example.com", "https://changed-elsewhere.example.com"];
        var account = await server.AddServiceAccountAsync();
        var second = ServerFixture.ReplicaOf(server);
        await second.StartAsync();
        foreach (var issuer in gone)
        {
            await server.AddIdentityAsync(account.Id, new { Name = issuer, Issuer = issuer, Subject = "job:1" });
            (await second.ExchangeAsync(account.Audience, server.GitHubToken(account.Audience, claims => claims["iss"] = issuer))).Status.ShouldBe(503);
        }
        await Eventually.TrueAsync(async () => Array.TrueForAll(gone, (await admin.GetAsync("/app")).Words.Contains), "the other server told of both");
        var item = (await admin.GetAsync("/app")).Texts(".attention li li").Single(text => text.StartsWith($"{gone[0]}: ", StringComparison.Ordinal));
        item.ShouldEndWith($"(seen by {Environment.MachineName})");
        (await LinksAsync("cannot be fetched")).ShouldContain($"/app/issuers/{OctoLogin.TokenExchange.IssuerSettings.IdOf(gone[0])}");

        await server.Admin.MakeAsync("/api/issuers", new { Issuer = gone[1], IsDisabled = true });
        var page = await admin.GetAsync("/app");
        page.Words.ShouldContain(gone[0]);
        page.Words.ShouldNotContain(gone[1], customMessage: "what is disabled need not be fetched");
        await second.ShutDownAsync();
        (await admin.GetAsync("/app")).Words.ShouldNotContain(gone[0], customMessage: "it has ended");
    }

    [Fact]
    public async Task Shows_nobody_more_than_their_roles_do()
    {
        var somebody = await server.AddCallerAsync();
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var page = await client.GetAsync("/app");
        page.Words.ShouldBe("Home What needs attention Nothing needs your attention.");
        using var nobody = new PortalClient(server.Url, null);
        using var answer = await nobody.Http.GetAsync("/app");
        answer.Headers.Location!.ToString().ShouldBe("/app/sign-in");
    }

    [Fact]
    public void Draws_granted_logins_above_the_line_and_refused_ones_below_to_one_scale()
    {
        var now = new DateTimeOffset(2026, 3, 1, 10, 30, 0, TimeSpan.Zero);
        LoginCount Count(int hour, string cause, long logins) => new() { Hour = new(2026, 3, 1, hour, 0, 0, TimeSpan.Zero), Cause = cause, Logins = logins };
        var history = LoginHistory.Of([Count(9, "", 60), Count(10, "", 1), Count(10, "Expired", 15), Count(9, "Expired", 5), Count(9, "Signature", 2)], now, byDay: false);
        history.Bars.Count.ShouldBe(24);
        history.Bars[^1].ShouldBe(new(now.AddMinutes(-30), now.AddMinutes(30), 1, 15));
        history.Axis.ShouldBe(80);
        (history.Height(60), history.Height(15), history.Height(0)).ShouldBe((80, 20, 0));
        history.Height(0).ShouldBe(0);
        LoginHistory.Of([Count(9, "", 100_000), Count(10, "", 1)], now, byDay: false).Height(1).ShouldBe(1, "what is not nothing can be seen");
        history.Refusals.ShouldBe([("Expired", 20), ("Signature", 2)]);
        LoginHistory.Of([Count(0, "", 7)], now, byDay: true).Bars[^1].Granted.ShouldBe(7);
    }

    public void Dispose() => admin.Dispose();

    private async Task<(long Granted, long Refused)> CountsAsync(string by)
    {
        var rows = (await admin.GetAsync($"/app?by={by}")).Document.QuerySelectorAll("details tbody tr").Select(row => row.QuerySelectorAll("td").Select(cell => long.Parse(cell.TextContent)).ToArray()).ToList();
        return (rows.Sum(row => row[0]), rows.Sum(row => row[1]));
    }

    private async Task<string[]> LinksAsync(string title) =>
        [.. (await admin.GetAsync("/app")).Document.QuerySelectorAll(".attention > li").Where(item => item.QuerySelector(".card-title")!.TextContent.Contains(title, StringComparison.Ordinal))
            .SelectMany(item => item.QuerySelectorAll("a")).Select(link => link.GetAttribute("href")!)];
}

/// <summary>A server on which nobody has done anything yet.</summary>
public sealed class FirstStepsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Says_what_comes_first_until_a_workflow_has_logged_in()
    {
        using var admin = new PortalClient(server.Url, ServerFixture.AdminApiKey);
        var page = await admin.GetAsync("/app");
        page.Texts(".first-steps strong").ShouldBe(["Make a service account", "Register an OIDC identity", "Log in from the workflow"]);
        page.Document.QuerySelector(".first-steps a")!.GetAttribute("href").ShouldBe("/app/service-accounts/new");
        page.Words.ShouldContain("Nobody logged in in the last 24 hours.");

        var account = await server.AddServiceAccountAsync();
        page = await admin.GetAsync("/app");
        page.Words.ShouldContain("Make a service account – done");
        page.Texts($".first-steps a[href='/app/service-accounts/{account.Id}']").ShouldBe(["Register an OIDC identity"]);

        var trusted = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(trusted.Audience, server.GitHubToken(trusted.Audience))).Status.ShouldBe(200);
        await Eventually.TrueAsync(async () => !(await admin.GetAsync("/app")).Words.Contains("First steps"), "the first login ended the list");
    }
}
