using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using OctoLogin.Tests.Support;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Telemetry;

/// <summary><c>/metrics</c>: who may read it, and that it counts what happened.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private const string MetricsToken = "a scrape token of thirty-two characters or more";

    private readonly ServerFixture server = new();

    public async ValueTask InitializeAsync()
    {
        server.Settings["Metrics:Token"] = MetricsToken;
        server.Settings["RateLimits:RefusalsPerMinute"] = "100000";
        server.AlsoReplace = CountOften;
        await server.InitializeAsync();
    }

    private static void CountOften(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton(provider =>
        new LiveTokens(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LiveTokens>>()) { Interval = TimeSpan.FromMilliseconds(200) }));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static string Exchanged(string outcome, string issuer = GitHubClaims.Issuer) => $"octologin_exchanges_total{{issuer=\"{issuer}\",outcome=\"{outcome}\"}}";

    [Fact]
    public async Task Strangers_and_those_who_are_no_administrators_cannot_read_metrics()
    {
        (await server.Anonymous.SendAsync("GET", "/metrics")).ShouldBeRefused(401, "Metrics:Token");
        foreach (var wrong in (string[])[MetricsToken[..^1], MetricsToken + "x", "", "x"])
        {
            (await WithTokenAsync(wrong)).Status.ShouldBe(401);
        }
        (await (await server.AddCallerAsync("userroles-systemmanager")).Client.SendAsync("GET", "/metrics")).Status.ShouldBe(403);

        (await WithTokenAsync(MetricsToken)).Text.ShouldContain("octologin_exchanges_total");
        using var answer = await server.Admin.GetAsync("/metrics");
        ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString(), answer.Headers.CacheControl!.NoStore).ShouldBe((200, "text/plain; version=0.0.4; charset=utf-8", true));
    }

    [Fact]
    public async Task Without_a_token_in_the_settings_none_is_accepted()
    {
        await using var other = ServerFixture.ReplicaOf(server);
        other.AlsoReplace = CountOften;
        await other.StartAsync();
        foreach (var sent in (string[])["", "null", MetricsToken])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {sent}");
            using var answer = await other.Anonymous.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(401);
        }
    }

    [Fact]
    public async Task Exchanges_are_counted_by_what_became_of_them()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        var used = server.GitHubToken(audience);
        (await server.ExchangeAsync(audience, used)).Status.ShouldBe(200);
        (await server.ExchangeAsync(audience, used)).Status.ShouldBe(400);
        var foreign = server.GitHubToken(audience);
        await RefuseAsync(
            (audience, "nonsense"), (Guid.NewGuid().ToString(), server.GitHubToken(audience)),
            (audience, foreign[..^6] + "AAAAAA"),
            (audience, server.GitHubToken(audience, claims => claims["exp"] = server.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds())),
            (audience, server.GitHubToken(audience, claims => claims["aud"] = "somebody else")),
            (audience, server.GitHubToken(audience, claims => claims["sub"] = "repo:octo-org/hello-octopus:ref:refs/heads/other")),
            (audience, server.GitHubToken(audience, claims => claims["repository_id"] = "75")));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", "AdministerSystem"))).Status.ShouldBe(400);
        (await server.Admin.SendAsync("PUT", $"/api/users/{id}", new { IsActive = false })).ShouldBe(200);
        await RefuseAsync((audience, server.GitHubToken(audience)));

        var scrape = await Scrape.OfAsync(server);
        foreach (var outcome in (string[])["issued", "used_before", "signature", "expired", "audience_mismatch", "subject_mismatch", "claim_mismatch", "scope", "disabled"])
        {
            scrape[Exchanged(outcome)].ShouldBe(1, outcome);
        }
        scrape[Exchanged("malformed", "none")].ShouldBe(1);
        scrape[Exchanged("untrusted", "none")].ShouldBe(1);
        scrape[$"octologin_replays_total{{issuer=\"{GitHubClaims.Issuer}\"}}"].ShouldBe(1);
        scrape["octologin_exchange_duration_seconds_count{result=\"issued\"}"].ShouldBe(1);
        scrape["octologin_exchange_duration_seconds_count{result=\"refused\"}"].ShouldBe(10);
        scrape["octologin_exchange_duration_seconds_bucket{result=\"refused\",le=\"+Inf\"}"].ShouldBe(10);
        scrape["octologin_journal_commit_duration_seconds_count{result=\"done\"}"]!.Value.ShouldBeGreaterThan(0);
        scrape["octologin_journal_waiting"].ShouldBe(0);
        scrape["octologin_database_up"].ShouldBe(1);
    }

    [Fact]
    public async Task An_issuers_keys_are_told_by_age_and_failed_fetches()
    {
        var issuer = await server.AddIssuerAsync("https://issuer.example.com");
        await using var ended = issuer;
        var (id, audience) = await server.AddServiceAccountAsync();
        await server.StopAsync();
        await server.StartAsync();
        await server.AddIdentityAsync(id, new { Name = "own", issuer.Issuer, Subject = "job", Audience = "octologin" });
        string Token() => issuer.Sign(new Dictionary<string, object?>
        {
            ["iss"] = issuer.Issuer, ["sub"] = "job", ["aud"] = "octologin", ["jti"] = Guid.NewGuid().ToString(), ["exp"] = server.Clock.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
        });
        issuer.Discovery = () => new FakeAnswer(500);
        (await server.ExchangeAsync(audience, Token())).Status.ShouldBe(503);
        var failed = await Scrape.OfAsync(server);
        failed[Exchanged("keys_unavailable", issuer.Issuer)].ShouldBe(1);
        failed[$"octologin_issuer_keys_fetches_total{{issuer=\"{issuer.Issuer}\",result=\"failed\"}}"].ShouldBe(1);
        failed[$"octologin_issuer_keys_age_seconds{{issuer=\"{issuer.Issuer}\"}}"].ShouldBeNull("there are none");
        failed["octologin_exchange_duration_seconds_count{result=\"failed\"}"].ShouldBe(1);

        issuer.Discovery = null;
        server.Clock.Advance(TimeSpan.FromSeconds(10));
        (await server.ExchangeAsync(audience, Token())).Status.ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        var fetched = await Scrape.OfAsync(server);
        fetched[$"octologin_issuer_keys_fetches_total{{issuer=\"{issuer.Issuer}\",result=\"done\"}}"].ShouldBe(1);
        fetched[$"octologin_issuer_keys_age_seconds{{issuer=\"{issuer.Issuer}\"}}"]!.Value.ShouldBeInRange(120, 3600);
    }

    [Fact]
    public async Task A_thousand_made_up_keys_issuers_audiences_and_paths_make_no_new_time_series()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        await AttackAsync(audience);
        await Scrape.OfAsync(server);
        var before = await Scrape.OfAsync(server);

        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => await AttackAsync(audience));

        var after = await Scrape.OfAsync(server);
        // The runtime and Npgsql count what nobody outside can name: collections of garbage, and the kinds of faults there are.
        after.Series.Except(before.Series).Where(one => !one.StartsWith("dotnet_", StringComparison.Ordinal) && !one.StartsWith("db_", StringComparison.Ordinal)).ShouldBeEmpty();
        after[Exchanged("signature")].ShouldBe(1001, "its issuer is trusted, but no key of it has that name");
        after[Exchanged("untrusted", "none")].ShouldBe(2002);
        after[Exchanged("malformed", "none")].ShouldBe(1001);
    }

    [Fact]
    public async Task Live_tokens_are_those_of_all_replicas_that_have_not_expired_or_been_revoked()
    {
        await using var other = ServerFixture.ReplicaOf(server);
        other.AlsoReplace = CountOften;
        await other.StartAsync();
        var (_, audience) = await server.AddTrustedAccountAsync();
        var first = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        await other.ExchangeAsync(audience, server.GitHubToken(audience), ("expires_in", "120"));
        await other.ExchangeAsync(audience, server.GitHubToken(audience), ("expires_in", "300"));
        await BothCountAsync(3, "three tokens live");

        server.Clock.Advance(TimeSpan.FromSeconds(150));
        await BothCountAsync(2, "one has expired");

        (await Exchanges.SendAsync(other.Anonymous, "/token/revoke/v1", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = first.AccessToken }))).Status.ShouldBe(200);
        await BothCountAsync(1, "one was revoked");

        async Task BothCountAsync(double tokens, string what)
        {
            foreach (var one in (ServerFixture[])[server, other])
            {
                await Eventually.TrueAsync(async () => (await Scrape.OfAsync(one))["octologin_tokens_live"] == tokens, what);
            }
        }
    }

    /// <summary>One try of each kind, with nothing in it that was there before.</summary>
    private async Task AttackAsync(string audience)
    {
        var random = Guid.NewGuid().ToString("N");
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow());
        await server.ExchangeAsync(audience, server.GitHub.Sign(claims, new Dictionary<string, object?> { ["alg"] = "RS256", ["kid"] = random }));
        await server.ExchangeAsync(audience, server.GitHub.Sign(new Dictionary<string, object?>(claims) { ["iss"] = $"https://{random}.example.com" }));
        await server.ExchangeAsync(random, server.GitHub.Sign(claims));
        await server.ExchangeAsync(audience, random);
        using var request = new HttpRequestMessage(new HttpMethod("M" + random), $"/{random}?{random}={random}");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", random);
        request.Headers.TryAddWithoutValidation("User-Agent", random);
        (await server.Anonymous.SendAsync(request)).Dispose();
    }

    private async Task RefuseAsync(params (string Audience, string Token)[] tries)
    {
        foreach (var (audience, token) in tries)
        {
            (await server.ExchangeAsync(audience, token)).Status.ShouldBe(400);
        }
    }

    private async Task<ApiAnswer> WithTokenAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        client.DefaultRequestHeaders.Authorization = token.Length == 0 ? new AuthenticationHeaderValue("Bearer") : new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync("GET", "/metrics");
    }
}
