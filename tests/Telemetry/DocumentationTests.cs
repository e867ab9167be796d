using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Tests.Architecture;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Telemetry;

/// <summary>The dashboard, the alerts and the list of metrics name what the server has, and the list has all of ours.</summary>
public sealed partial class DocumentationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static string Docs(string file) => File.ReadAllText(Path.Combine(DependencyTests.Root, "docs", file));

    [Fact]
    public async Task Every_metric_of_the_dashboard_and_the_alerts_is_exposed()
    {
        var exposed = (await AfterSomeTrafficAsync()).Names;
        var expressions = Expressions(JsonDocument.Parse(Docs("grafana-dashboard.json")).RootElement).ToList();
        expressions.Count.ShouldBeGreaterThan(15);
        var alerts = Alert().Matches(Docs("alerts.yml")).Select(match => match.Value).ToList();
        alerts.Count.ShouldBeGreaterThan(5);
        foreach (var expression in expressions.Concat(alerts))
        {
            var metrics = Metric().Matches(Labels().Replace(expression, "")).Select(match => match.Value).ToList();
            metrics.ShouldNotBeEmpty(expression);
            metrics.Except(exposed).ShouldBeEmpty(expression);
        }
    }

    [Fact]
    public async Task Every_outcome_and_result_that_a_query_asks_for_exists()
    {
        var described = Docs("telemetry.md");
        foreach (var match in Asked().Matches(Docs("grafana-dashboard.json").Replace("\\\"", "\"") + Docs("alerts.yml")).Cast<Match>())
        {
            match.Groups["values"].Value.Split('|').ShouldAllBe(value => described.Contains($"`{value}`", StringComparison.Ordinal));
        }
        var outcomes = (await AfterSomeTrafficAsync()).Series.Where(one => one.StartsWith("octologin_exchanges_total", StringComparison.Ordinal))
            .Select(one => Asked().Match(one).Groups["values"].Value).Distinct().ToList();
        outcomes.Count.ShouldBe(Enum.GetValues<OctoLogin.TokenExchange.ExchangeOutcome>().Length);
        outcomes.ShouldAllBe(outcome => described.Contains($"`{outcome}`", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_metric_of_ours_is_described_and_every_described_one_is_exposed()
    {
        var families = (await AfterSomeTrafficAsync()).Types.Keys;
        var described = Row().Matches(Docs("telemetry.md")).SelectMany(row => Metric().Matches(row.Value).Select(match => match.Value)).Distinct().ToList();
        families.Where(name => name.StartsWith("octologin_", StringComparison.Ordinal)).Except(described).ShouldBeEmpty("not described");
        described.Except(families).ShouldBeEmpty("described, but not there");
    }

    private async Task<Scrape> AfterSomeTrafficAsync()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(400);
        // Read in the background.
        await Eventually.TrueAsync(async () => (await Scrape.OfAsync(server))["octologin_tokens_live"] is not null, "live tokens were counted");
        return await Scrape.OfAsync(server);
    }

    private static IEnumerable<string> Expressions(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => member.Name == "expr" ? [member.Value.GetString()!] : Expressions(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    [GeneratedRegex(@"\b(octologin|db_client|http_server|dotnet)_[a-z0-9_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{[^}]*\}|\b(by|on) \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"(?<=expr: ).+?(?=\n        [a-z]+:)", RegexOptions.Singleline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `(octologin|db_client|http_server|dotnet)_.*?\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("""(outcome|result)=~?"(?<values>[^"]+)"(?!,outcome)""")]
    private static partial Regex Asked();
}
