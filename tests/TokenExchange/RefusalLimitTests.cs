using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

public sealed class RefusalLimitTests
{
    [Fact]
    public async Task An_address_that_is_refused_too_often_waits_and_writes_nothing_more_and_good_logins_do_not_count()
    {
        await using var server = new ServerFixture();
        server.Settings["RateLimits:RefusalsPerMinute"] = "5";
        await server.InitializeAsync();
        var (_, audience) = await server.AddTrustedAccountAsync();
        // To the beginning of a minute, so that the test stays within one.
        server.Clock.Advance(TimeSpan.FromSeconds(60 - server.Clock.GetUtcNow().Second));
        for (var i = 0; i < 10; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        }
        for (var i = 0; i < 5; i++)
        {
            (await server.ExchangeAsync(audience, "nonsense")).Status.ShouldBe(400);
        }
        var events = await server.CountAsync("audit_events");

        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(429, answer.Text);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
        answer.Description.ShouldStartWith("More than 5 logins from your address were refused within a minute");
        (await server.CountAsync("audit_events")).ShouldBe(events);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }
}
