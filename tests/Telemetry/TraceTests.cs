using System.Collections.Concurrent;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Telemetry;

/// <summary>What leaves by OTLP, as a collector receives it: protobuf, in which every text stands as it is.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();
    private FakeHttpServer collector = null!;

    private string Traces => string.Join('\n', collector.Requests.Where(request => request.Path == "/v1/traces").Select(request => request.Body));

    public async ValueTask InitializeAsync()
    {
        collector = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "", "application/x-protobuf"));
        server.Settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url;
        server.Settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        server.Settings["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=of the settings";
        server.Settings["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        server.Settings["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        server.Settings["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=the-test";
        await server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await collector.DisposeAsync();
    }

    [Fact]
    public async Task No_span_of_an_exchange_or_a_revocation_holds_a_token_a_claim_an_id_or_what_stands_in_a_URL()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var secrets = new ConcurrentBag<string> { audience, ServerFixture.AdminApiKey };
        var subject = server.GitHubToken(audience, claims => claims["workflow"] = "A claim of the job");
        secrets.Add("A claim of the job");
        secrets.Add("hello-octopus");
        var form = Exchanges.Form(audience, subject);
        using var exchange = new HttpRequestMessage(HttpMethod.Post, $"/token/v1?subject_token={subject}&code=of-the-query") { Content = new FormUrlEncodedContent(form) };
        exchange.Headers.TryAddWithoutValidation("traceparent", "00-11111111111111111111111111111111-2222222222222222-00");
        exchange.Headers.TryAddWithoutValidation("tracestate", "stranger=of-the-tracestate");
        exchange.Headers.TryAddWithoutValidation("baggage", "stranger=of-the-baggage");
        exchange.Headers.TryAddWithoutValidation("User-Agent", "of-the-user-agent");
        using var answer = await server.Anonymous.SendAsync(exchange);
        ((int)answer.StatusCode).ShouldBe(200);
        var token = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString()!;
        (await server.ExchangeAsync(audience, subject)).Status.ShouldBe(400);
        using (var client = server.ClientWithToken(token))
        {
            (await client.SendAsync("GET", $"/api/users/me?token={token}")).ShouldBe(200);
            (await client.SendAsync("GET", $"/api/{token}")).ShouldBe(404);
        }
        (await Exchanges.SendAsync(server.Anonymous, $"/token/revoke/v1?token={token}", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token }))).Status.ShouldBe(200);

        await Eventually.TrueAsync(() => Traces.Contains("POST /token/revoke/v1", StringComparison.Ordinal), "the last span has arrived");
        foreach (var part in subject.Split('.').Concat(token.Split('.')))
        {
            secrets.Add(part);
        }
        foreach (var secret in (string[])[.. secrets, "of-the-query", "of-the-tracestate", "of-the-baggage", "of-the-user-agent"])
        {
            Traces.ShouldNotContain(secret, Case.Insensitive);
        }
    }

    [Fact]
    public async Task A_collector_gets_spans_of_requests_exchanges_and_queries_and_the_metrics()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        await server.ExchangeAsync(audience, server.GitHubToken(audience));
        var expected = (string[])["POST /token/v1", "token exchange", "octologin.outcome", "issued", "http.response.status_code", "the-test", "service.version"];
        await Eventually.TrueAsync(() => expected.All(text => Traces.Contains(text, StringComparison.Ordinal)), "the spans have arrived");
        await Eventually.TrueAsync(() => collector.Requests.Any(request => request.Path == "/v1/metrics" && request.Body.Contains("octologin.exchanges", StringComparison.Ordinal)), "the metrics have arrived");
        collector.Requests.ShouldAllBe(request => request.Headers["x-collector-key"] == "of the settings");
        Traces.ShouldContain("insert into users", Case.Sensitive, "what a request asked of the database is part of its trace");
    }

    [Fact]
    public async Task The_heartbeat_of_the_database_is_no_trace()
    {
        await server.AddServiceAccountAsync();
        await Eventually.TrueAsync(() => Traces.Contains("POST /api/users", StringComparison.Ordinal), "a span has arrived");
        Traces.ShouldNotContain("select 1\n");
        Traces.ShouldNotContain("listen octologin_changes");
    }
}
