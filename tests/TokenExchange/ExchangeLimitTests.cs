using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>How many access tokens an account, and an issuer, is given in a minute, and who cannot use that limit against them.</summary>
public sealed class ExchangeLimitTests
{
    private const string Elsewhere = "https://ci.example.com";

    [Fact]
    public async Task A_flood_of_one_service_account_is_told_to_wait_and_leaves_one_event_and_other_accounts_are_fine()
    {
        await using var server = await StartAsync("ExchangesPerMinutePerServiceAccount", 3);
        var (id, audience) = await server.AddTrustedAccountAsync();
        var (_, other) = await server.AddTrustedAccountAsync();
        await LogInAsync(server, audience, 3);

        var first = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        first.ShouldHaveTheFourFields(429, "slow_down");
        var wait = (int)first.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        wait.ShouldBeInRange(1, 60);
        first.Description.ShouldBe($"There were 3 logins to service account {audience} within a minute, which is the limit; try again in {wait} seconds. Whoever runs the server can change RateLimits:ExchangesPerMinutePerServiceAccount.");
        await server.ShouldBeRefusedAsync(first, first.Description, $"{first.Description} Further ones within this minute are refused without a record.", "slow_down", 429);
        for (var i = 0; i < 5; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience))).ShouldHaveTheFourFields(429, "slow_down");
        }
        (await server.CategoriesOfAsync(id)).ShouldBe(["TokenIssued", "TokenIssued", "TokenIssued", "TokenRefused"]);
        await LogInAsync(server, other, 3);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await LogInAsync(server, audience, 3);
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(429);
        (await server.CategoriesOfAsync(id)).Count(category => category == "TokenRefused").ShouldBe(2, "one event in each minute");
    }

    [Fact]
    public async Task A_flood_of_one_issuer_is_told_to_wait_and_another_issuer_is_fine()
    {
        await using var server = new ServerFixture();
        await using var elsewhere = await server.AddIssuerAsync(Elsewhere);
        await StartAsync("ExchangesPerMinutePerIssuer", 3, server);
        var (id, audience) = await server.AddTrustedAccountAsync();
        var (_, other) = await server.AddTrustedAccountAsync();
        await server.AddIdentityAsync(id, new { Name = "elsewhere", Issuer = Elsewhere, GitHubClaims.Subject });
        await LogInAsync(server, audience, 2);
        await LogInAsync(server, other, 1);

        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.ShouldHaveTheFourFields(429, "slow_down");
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        answer.Description.ShouldStartWith($"There were 3 logins with tokens of issuer {GitHubClaims.Issuer} within a minute");
        (await server.ExchangeAsync(audience, elsewhere.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), Elsewhere)))).Status.ShouldBe(200);
    }

    /// <summary>On a shared issuer anybody can have a token signed whose audience is the GUID that they read in a workflow.</summary>
    [Fact]
    public async Task A_stranger_who_knows_the_GUID_cannot_shut_an_account_out_not_even_with_genuine_tokens_or_a_leaked_one()
    {
        await using var server = await StartAsync("ExchangesPerMinutePerServiceAccount", 3);
        var (_, audience) = await server.AddTrustedAccountAsync();
        var leaked = server.GitHubToken(audience);
        (await server.ExchangeAsync(audience, leaked)).Status.ShouldBe(200);
        for (var i = 0; i < 5; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = "repo:mallory/attack:ref:refs/heads/main"))).Status.ShouldBe(400);
            (await server.ExchangeAsync(audience, leaked)).Status.ShouldBe(400);
        }
        await LogInAsync(server, audience, 2);
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(429);
    }

    [Fact]
    public async Task Fifty_logins_at_once_are_not_more_than_the_limit()
    {
        await using var server = await StartAsync("ExchangesPerMinutePerServiceAccount", 10);
        var (id, audience) = await server.AddTrustedAccountAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.ExchangeAsync(audience, server.GitHubToken(audience))));
        answers.Count(answer => answer.Status == 200).ShouldBe(10);
        answers.Count(answer => answer.Status == 429).ShouldBe(40);
        (await server.CategoriesOfAsync(id)).Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_busy_account_does_not_use_up_what_its_address_may_be_refused()
    {
        await using var server = new ServerFixture();
        server.Settings["RateLimits:RefusalsPerMinute"] = "2";
        await StartAsync("ExchangesPerMinutePerServiceAccount", 1, server);
        var (_, audience) = await server.AddTrustedAccountAsync();
        var (_, other) = await server.AddTrustedAccountAsync();
        await LogInAsync(server, audience, 1);
        for (var i = 0; i < 5; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Description.ShouldContain("ExchangesPerMinutePerServiceAccount");
        }
        await LogInAsync(server, other, 1);
    }

    [Fact]
    public async Task Nought_is_no_limit()
    {
        await using var server = new ServerFixture();
        server.Settings["RateLimits:ExchangesPerMinutePerIssuer"] = "0";
        await StartAsync("ExchangesPerMinutePerServiceAccount", 0, server);
        await LogInAsync(server, (await server.AddTrustedAccountAsync()).Audience, 5);
    }

    private static async Task<ServerFixture> StartAsync(string limit, int most, ServerFixture? server = null)
    {
        server ??= new ServerFixture();
        server.Settings[$"RateLimits:{limit}"] = $"{most}";
        await server.InitializeAsync();
        // To the beginning of a minute, so that the test stays within one.
        server.Clock.Advance(TimeSpan.FromSeconds(60 - server.Clock.GetUtcNow().Second));
        return server;
    }

    private static async Task LogInAsync(ServerFixture server, string audience, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
            answer.Status.ShouldBe(200, answer.Text);
        }
    }
}
