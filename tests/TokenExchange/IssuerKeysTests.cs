using System.Security.Cryptography;
using System.Text.Json;
using OctoLogin.Jose;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>How an issuer's keys are fetched, kept and refused. Each test has a server and a clock of its own.</summary>
public sealed class IssuerKeysTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();
    private string audience = "";

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        audience = (await server.AddTrustedAccountAsync()).Audience;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private Task<TokenAnswer> ExchangeAsync() => server.ExchangeAsync(audience, server.GitHubToken(audience));

    [Fact]
    public async Task Fifty_first_exchanges_at_once_make_one_fetch()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ExchangeAsync()));
        answers.ShouldAllBe(answer => answer.Status == 200);
        (server.GitHub.DiscoveryRequests, server.GitHub.JwksRequests).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_flood_of_unknown_key_ids_makes_one_fetch_in_half_a_minute_and_good_tokens_pass()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        for (var i = 0; i < 50; i++)
        {
            (await server.ExchangeAsync(audience, server.GitHub.SignText(payload, $$"""{"alg":"RS256","kid":"random-{{i}}"}"""))).Status.ShouldBe(400);
        }
        server.GitHub.JwksRequests.ShouldBe(2);
        (await ExchangeAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_flood_of_bad_signatures_makes_no_fetch()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        for (var i = 0; i < 50; i++)
        {
            var parts = server.GitHubToken(audience).Split('.');
            (await server.ExchangeAsync(audience, $"{parts[0]}.{parts[1]}.{server.GitHubToken(audience).Split('.')[2]}")).Status.ShouldBe(400);
        }
        server.GitHub.JwksRequests.ShouldBe(1);
    }

    [Fact]
    public async Task A_rotated_key_is_used_at_once_and_a_withdrawn_one_ends_with_its_fetch()
    {
        var withdrawn = server.GitHubToken(audience);
        (await ExchangeAsync()).Status.ShouldBe(200);
        (server.GitHub.Key, server.GitHub.KeyId) = (RSA.Create(2048), "test-key-2");
        var answer = await ExchangeAsync();
        answer.Status.ShouldBe(200, answer.Text);
        (await server.ExchangeAsync(audience, withdrawn)).Description.ShouldContain("is signed with key 'test-key-1', which the issuer does not publish");
    }

    [Fact]
    public async Task Keys_are_fetched_again_in_the_background_before_they_are_stale()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromMinutes(4.5));
        (await ExchangeAsync()).Status.ShouldBe(200);
        await Eventually.TrueAsync(() => server.GitHub.JwksRequests == 2, "the background fetch has run");
    }

    /// <summary>Threat B10, at an issuer that nobody used while its keys grew stale.</summary>
    [Fact]
    public async Task A_withdrawn_key_is_refused_by_the_first_token_that_comes_after_the_keys_life()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        server.Clock.Advance(Fetching.ShortestLife);
        var token = server.GitHubToken(audience);
        (server.GitHub.Key, server.GitHub.KeyId) = (RSA.Create(2048), "test-key-2");
        await server.ShouldBeRefusedAsync(await server.ExchangeAsync(audience, token),
            $"The token of issuer {GitHubClaims.Issuer} is not accepted: it is signed with key 'test-key-1', which the issuer does not publish.");
        (await ExchangeAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Stale_keys_of_an_issuer_that_just_failed_serve_without_waiting_for_it_once_more()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        server.GitHub.Discovery = () => new FakeAnswer(500);
        server.Clock.Advance(TimeSpan.FromMinutes(6));
        (await ExchangeAsync()).Status.ShouldBe(200, "it was asked, and failed");

        using var release = new ManualResetEventSlim();
        var asked = 0;
        server.GitHub.Discovery = () =>
        {
            Interlocked.Increment(ref asked);
            release.Wait(TimeSpan.FromSeconds(20));
            return new FakeAnswer(500);
        };
        server.Clock.Advance(Fetching.FailureCooldown);
        (await ExchangeAsync()).Status.ShouldBe(200);
        await Eventually.TrueAsync(() => asked == 1, "it is asked again in the background");
        (await ExchangeAsync()).Status.ShouldBe(200, "nobody waits for the answer");
        release.Set();
    }

    [Fact]
    public async Task The_last_good_keys_serve_for_a_day_when_the_issuer_fails_and_not_longer()
    {
        (await ExchangeAsync()).Status.ShouldBe(200);
        server.GitHub.Jwks = () => new FakeAnswer(500);
        server.Clock.Advance(TimeSpan.FromHours(23));
        (await ExchangeAsync()).Status.ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromHours(2));
        await ShouldBeUnavailableAsync(await ExchangeAsync(), "/.well-known/jwks answered 500");
    }

    [Fact]
    public async Task An_issuer_that_never_answered_is_503_and_recovers_by_itself()
    {
        server.GitHub.Discovery = () => new FakeAnswer(500);
        await ShouldBeUnavailableAsync(await ExchangeAsync(), "/.well-known/openid-configuration answered 500");
        server.GitHub.Discovery = null;
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        (await ExchangeAsync()).Status.ShouldBe(200);
    }

    public static TheoryData<string, string> BrokenDocuments => new()
    {
        { "other issuer", "its discovery document says 'issuer' is 'https://evil.example.com', which must be exactly 'https://token.actions.githubusercontent.com'" },
        { "no jwks_uri", "its discovery document has no 'jwks_uri'" },
        { "http jwks_uri", "'http://token.actions.githubusercontent.com/jwks' is not an https URL" },
        { "internal jwks_uri", "169.254.169.254 resolves to 169.254.169.254, which is not a public address" },
        { "loopback jwks_uri", "127.0.0.1 resolves to 127.0.0.1, which is not a public address" },
        { "mapped jwks_uri", "which is not a public address" },
        { "html", "answered with content type 'text/html', not JSON" },
        { "no json", "is not a JSON object" },
        { "huge", "is larger than 1024 KiB" },
        { "compressed", "answered with a compressed body, which was not asked for" },
        { "redirect to http", "redirects to 'http://169.254.169.254/latest', which is not an https URL" },
        { "redirect loop", "redirects more than 3 times" },
        { "not found", "answered 404" },
        { "unknown host", "Name or service not known" },
    };

    [Theory]
    [MemberData(nameof(BrokenDocuments))]
    public async Task A_document_that_is_not_as_it_must_be_gives_no_key_and_the_audit_says_why(string kind, string reason)
    {
        server.GitHub.Discovery = () => kind switch
        {
            "other issuer" => Document("https://evil.example.com", "https://token.actions.githubusercontent.com/.well-known/jwks"),
            "no jwks_uri" => new(200, $$"""{"issuer":"{{GitHubClaims.Issuer}}"}"""),
            "http jwks_uri" => Document(GitHubClaims.Issuer, "http://token.actions.githubusercontent.com/jwks"),
            "internal jwks_uri" => Document(GitHubClaims.Issuer, "https://169.254.169.254/jwks"),
            "loopback jwks_uri" => Document(GitHubClaims.Issuer, "https://127.0.0.1/jwks"),
            "mapped jwks_uri" => Document(GitHubClaims.Issuer, "https://[::ffff:10.0.0.1]/jwks"),
            "unknown host" => Document(GitHubClaims.Issuer, "https://nowhere.example.com/jwks"),
            "html" => new(200, "<html></html>", "text/html"),
            "no json" => new(200, "[1,2]"),
            "huge" => new(200, $$"""{"issuer":"{{new string('a', 1024 * 1024)}}"}"""),
            "compressed" => new FakeAnswer(200, "x").With("Content-Encoding", "gzip"),
            "redirect to http" => new FakeAnswer(302).With("Location", "http://169.254.169.254/latest"),
            "redirect loop" => new FakeAnswer(302).With("Location", "/.well-known/openid-configuration"),
            _ => new(404, "{}"),
        };
        await ShouldBeUnavailableAsync(await ExchangeAsync(), reason);
    }

    [Fact]
    public async Task A_host_that_is_not_named_in_the_settings_may_not_lead_to_a_private_address()
    {
        await using var internalIssuer = await server.AddIssuerAsync("https://ghe.internal.example.com/_services/token");
        var (id, account) = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(id, new { Name = "internal", internalIssuer.Issuer, GitHubClaims.Subject });
        var answer = await server.ExchangeAsync(account, internalIssuer.Sign(GitHubClaims.Of(account, server.Clock.GetUtcNow(), internalIssuer.Issuer)));
        var reason = await ReasonAsync(answer);
        reason.ShouldContain("resolves to 127.0.0.1, which is not a public address; an administrator can allow it with Issuers:AllowPrivateNetwork:0=ghe.internal.example.com");
        answer.Status.ShouldBe(503);
        internalIssuer.DiscoveryRequests.ShouldBe(0);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_gives_no_key()
    {
        using var strangers = new TestCertificates();
        await using var fake = await FakeHttpServer.StartAsync(_ => new FakeAnswer(500), strangers.ForHosts("token.actions.githubusercontent.com"));
        server.Hosts["token.actions.githubusercontent.com"] = new(System.Net.IPAddress.Loopback, fake.Port);
        await ShouldBeUnavailableAsync(await ExchangeAsync(), "its TLS certificate is not trusted");
    }

    [Fact]
    public async Task No_key_id_is_accepted_only_where_one_key_fits()
    {
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        (await server.ExchangeAsync(audience, server.GitHub.SignText(payload, """{"alg":"RS256"}"""))).Status.ShouldBe(200);

        await using var two = new ServerFixture();
        await two.InitializeAsync();
        var (_, other) = await two.AddTrustedAccountAsync();
        using var second = RSA.Create(2048);
        two.GitHub.Jwks = () => TestIssuer.JwksOf(TestIssuer.JwkOf(two.GitHub.Key, "a"), TestIssuer.JwkOf(second, "b"));
        var answer = await two.ExchangeAsync(other, two.GitHub.SignText(JsonSerializer.Serialize(GitHubClaims.Of(other, two.Clock.GetUtcNow())), """{"alg":"RS256"}"""));
        answer.Description.ShouldBe($"The token of issuer {GitHubClaims.Issuer} is not accepted: it does not say which key signed it ('kid'), and 2 of the issuer's keys fit RS256.");
    }

    [Fact]
    public async Task A_key_whose_name_is_no_text_leaves_the_others_usable()
    {
        var good = JsonSerializer.Serialize(TestIssuer.JwkOf(server.GitHub.Key, server.GitHub.KeyId));
        server.GitHub.Jwks = () => new FakeAnswer(200, $$"""{"keys":[{"kty":"RSA","kid":"\ud800"},{{good}}]}""");
        (await ExchangeAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_issuer_that_hangs_does_not_hold_up_another()
    {
        using var release = new ManualResetEventSlim();
        await using var slow = new ServerFixture();
        await using var hanging = await slow.AddIssuerAsync("https://slow.example.com");
        hanging.Discovery = () =>
        {
            release.Wait(TimeSpan.FromSeconds(20));
            return new FakeAnswer(500);
        };
        await slow.InitializeAsync();
        var (id, account) = await slow.AddTrustedAccountAsync();
        await slow.AddIdentityAsync(id, new { Name = "slow", hanging.Issuer, GitHubClaims.Subject });
        var waiting = slow.ExchangeAsync(account, hanging.Sign(GitHubClaims.Of(account, slow.Clock.GetUtcNow(), hanging.Issuer)));
        (await slow.ExchangeAsync(account, slow.GitHubToken(account))).Status.ShouldBe(200);
        waiting.IsCompleted.ShouldBeFalse();
        var answer = await waiting;
        answer.Status.ShouldBe(503);
        release.Set();
    }

    private static FakeAnswer Document(string issuer, string jwksUri) => new(200, JsonSerializer.Serialize(new { issuer, jwks_uri = jwksUri }));

    private async Task ShouldBeUnavailableAsync(TokenAnswer answer, string reason)
    {
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        var told = await ReasonAsync(answer);
        told.ShouldContain(reason);
        await server.ShouldBeRefusedAsync(answer,
            $"The keys of issuer {GitHubClaims.Issuer} cannot be fetched now, so the token cannot be checked. Nothing is wrong with the token; try again, and ask an administrator if it stays so.",
            told, error: "temporarily_unavailable", status: 503);
    }

    private async Task<string> ReasonAsync(TokenAnswer answer) =>
        JsonDocument.Parse((await server.EventsAsync(answer.CorrelationId)).Single().Details).RootElement.GetProperty("reason").GetString()!;
}
