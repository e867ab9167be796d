using OctoLogin.Tests.Access;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Telemetry;
using OctoLogin.Tests.TokenExchange;

namespace OctoLogin.Tests.Replicas;

/// <summary>While PostgreSQL is down: what needs no database is served, everything else says so, and nothing has to be restarted.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const string MetricsToken = "a scrape token of thirty-two characters or more";

    private readonly ReplicasFixture replicas = new();

    private ServerFixture Server => replicas.Second;

    public async ValueTask InitializeAsync()
    {
        await replicas.InitializeAsync();
        await Server.StopAsync();
        Server.Settings["Metrics:Token"] = MetricsToken;
        await Server.StartAsync();
    }

    public ValueTask DisposeAsync() => replicas.DisposeAsync();

    [Fact]
    public async Task Discovery_and_keys_are_served_every_other_route_says_503_and_all_recovers_by_itself()
    {
        var token = await IssuedToken.GetAsync(Server);
        await token.ShouldWorkAsync();
        var jwks = await Server.Anonymous.GetStringAsync("/.well-known/jwks");

        replicas.Link.Refuse();
        await Eventually.TrueAsync(async () => await MetricAsync("octologin_database_up") == 0, "the outage was noticed");

        (await Server.Anonymous.GetStringAsync("/.well-known/jwks")).ShouldBe(jwks);
        (await Server.Anonymous.GetStringAsync("/.well-known/openid-configuration")).ShouldContain(replicas.First.Url);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancel) =>
            (await Server.Anonymous.GetStringAsync(i % 2 == 0 ? "/.well-known/jwks" : "/.well-known/openid-configuration", cancel)).ShouldNotBeEmpty());
        (await Server.Anonymous.GetAsync("/health/live")).IsSuccessStatusCode.ShouldBeTrue("a restart would mend nothing");
        foreach (var (method, path) in Routes().Append(("GET", "/health/ready")))
        {
            (await Server.Admin.SendAsync(method, path)).Status.ShouldBe(503, $"{method} {path}");
        }
        (await token.CallAsync(HttpMethod.Get, "/api/users/me")).ShouldBe(System.Net.HttpStatusCode.ServiceUnavailable);
        var unused = Server.GitHubToken(token.Audience);
        (await Server.ExchangeAsync(token.Audience, unused)).ShouldHaveTheFourFields(503, "temporarily_unavailable");
        (await Server.ExchangeAsync(token.Audience, "nonsense")).Status.ShouldBe(503, "a refusal that cannot be recorded is none");
        (await Server.RevokeAsync(token.Text)).ShouldHaveTheFourFields(503, "temporarily_unavailable");
        (await Server.IntrospectAsync(Server.Admin, token.Text)).ShouldHaveTheFourFields(503, "temporarily_unavailable");
        (await MetricAsync("octologin_exchanges_total{issuer=\"https://token.actions.githubusercontent.com\",outcome=\"unavailable\"}")).ShouldBe(1);

        await replicas.MendAsync(token.Text);
        (await Server.ExchangeAsync(token.Audience, unused)).Status.ShouldBe(200, "nothing of it was recorded");
        await Eventually.TrueAsync(async () => await MetricAsync("octologin_database_up") == 1, "the recovery was noticed");
    }

    /// <summary>Scraped with the token: that must not need the database.</summary>
    private async Task<double?> MetricAsync(string series)
    {
        using var client = Server.ClientWithToken(MetricsToken);
        return Scrape.Of(await client.GetStringAsync("/metrics"))[series];
    }

    /// <summary>Every route below /api that somebody must be signed in for.</summary>
    private IEnumerable<(string Method, string Path)> Routes() =>
        EveryRouteTests.RoutesOf(Server.Services).Where(route => !route.IsAnonymous).Select(route => (route.Method, route.Path));
}
