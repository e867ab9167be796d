using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>
/// The contract's validation steps 2 to 11, each failed alone, over HTTP: status, the four fields, the exact text, the audit event,
/// and that nothing was issued.
/// </summary>
public sealed class RefusalTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static string Untrusted(string audience, string issuer, string subject, string tokenAudience) =>
        $"No OIDC identity of service account '{audience}' trusts a token with issuer '{issuer}', subject '{subject}' and audience '{tokenAudience}'. " +
        "Check the service account's GUID, and that an identity with this issuer, subject and audience is registered under its OpenID Connect page.";

    private static string Differs(string part, string subject, string audience, string also = "") =>
        $"The token is genuine, but no OIDC identity of the service account accepts it. {part} differs from the closest identity's. " +
        $"The token has subject '{subject}' and audience '{audience}'{also}. Identities are registered under the service account's OpenID Connect page.";

    [Theory]
    [InlineData("not-a-jwt", "it has 1 parts separated by '.', a signed JWT has 3")]
    [InlineData("a.b.c.d.e", "it is an encrypted token (JWE, five parts), which is not supported; send the signed token")]
    [InlineData("e30.e30.", "its header has no 'alg'")]
    public async Task Step_2_refuses_what_is_not_a_signed_JWT(string token, string fault)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, token);
        await server.ShouldBeRefusedAsync(answer, $"subject_token is not an acceptable JWT: {fault}.");
    }

    [Theory]
    [InlineData("""{"alg":"none"}""", "its 'alg' is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512")]
    [InlineData("""{"alg":"HS256","kid":"test-key-1"}""", "its 'alg' is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512")]
    [InlineData("""{"alg":"RS256","kid":"test-key-1","crit":["exp"]}""", "its header has 'crit', which is not supported")]
    [InlineData("""{"alg":"RS256","kid":"test-key-1","zip":"DEF"}""", "its header has 'zip', which is not supported")]
    [InlineData("""{"alg":"RS256","kid":7}""", "its header's 'kid' is not a string")]
    [InlineData("""{"alg":"RS256","alg":"RS256","kid":"test-key-1"}""", "its header is not a JSON object without duplicate names")]
    [InlineData("""{"alg":"RS256","kid":"test-key-1","typ":"at+jwt"}""", "its 'typ' is not JWT")]
    public async Task Step_2_refuses_a_header_that_is_not_plain(string header, string fault)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText(payload, header));
        await server.ShouldBeRefusedAsync(answer, $"subject_token is not an acceptable JWT: {fault}.");
    }

    [Fact]
    public async Task Step_2_refuses_a_payload_that_says_a_claim_twice()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText(payload[..^1] + ",\"sub\":\"repo:evil/evil:ref:refs/heads/main\"}"));
        await server.ShouldBeRefusedAsync(answer, "subject_token is not an acceptable JWT: its payload is not a JSON object without duplicate names.");
    }

    [Theory]
    [InlineData("\"x\":\"\\ud800\"")]
    [InlineData("\"x\":{\"y\":[\"\\udfff\"]}")]
    [InlineData("\"\\ud800\":1")]
    [InlineData("\"x\":{\"\\ud800\":1,\"y\\udfff\":2,\"\\ud800\":3}")]
    public async Task Step_2_refuses_an_escape_that_is_no_character(string member)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText($"{payload[..^1]},{member}}}"));
        await server.ShouldBeRefusedAsync(answer, "subject_token is not an acceptable JWT: its payload has an escape that is no character.");
    }

    [Fact]
    public async Task Claims_that_grow_when_they_are_stored_are_kept_small_in_the_audit()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var numbers = string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"n{i}\":1e131071"));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText($$"""{"iss":"https://nobody.example.com","sub":"s\u0000\u202e","aud":"a",{{numbers}},"deep":[1e200000]}"""));
        answer.Status.ShouldBe(400, answer.Text);
        var details = (await server.EventsAsync(answer.CorrelationId)).Single().Details;
        details.Length.ShouldBeLessThan(20_000);
        details.ShouldContain("1e131071");
        details.ShouldNotContain("\u202e");
    }

    [Fact]
    public async Task Step_3_refuses_an_issuer_that_no_identity_names_and_asks_nobody()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        await using var evil = await server.AddIssuerAsync("https://evil.example.com");
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow(), evil.Issuer);
        var answer = await server.ExchangeAsync(audience, evil.Sign(claims));
        var text = Untrusted(audience, evil.Issuer, GitHubClaims.Subject, audience);
        var details = await server.ShouldBeRefusedAsync(answer, text, answer.Status == 400 ? await ReasonAsync(answer) : null);
        details.GetProperty("reason").GetString()!.ShouldContain("has the issuer 'https://evil.example.com'");
        evil.DiscoveryRequests.ShouldBe(0);
    }

    [Fact]
    public async Task Step_3_says_the_same_of_an_account_that_is_not_there()
    {
        await server.AddTrustedAccountAsync();
        var nobody = Guid.NewGuid().ToString();
        var answer = await server.ExchangeAsync(nobody, server.GitHubToken(nobody));
        await server.ShouldBeRefusedAsync(answer, Untrusted(nobody, GitHubClaims.Issuer, GitHubClaims.Subject, nobody), $"There is no service account with the GUID '{nobody}'.");

        var (_, known) = await server.AddServiceAccountAsync();
        var empty = await server.ExchangeAsync(known, server.GitHubToken(known));
        empty.Description.ShouldBe(Untrusted(known, GitHubClaims.Issuer, GitHubClaims.Subject, known));
    }

    [Fact]
    public async Task Step_4_refuses_a_key_that_the_issuer_does_not_publish()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText(payload, """{"alg":"RS256","kid":"unknown"}"""));
        await server.ShouldBeRefusedAsync(answer, $"The token of issuer {GitHubClaims.Issuer} is not accepted: it is signed with key 'unknown', which the issuer does not publish.");
    }

    [Fact]
    public async Task Step_4_refuses_a_key_that_does_not_fit_the_algorithm()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var payload = JsonSerializer.Serialize(GitHubClaims.Of(audience, server.Clock.GetUtcNow()));
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText(payload, """{"alg":"RS512","kid":"test-key-1"}"""));
        await server.ShouldBeRefusedAsync(answer, $"The token of issuer {GitHubClaims.Issuer} is not accepted: it is signed with key 'test-key-1', which cannot be used: its 'alg' is not RS512.");
    }

    [Fact]
    public async Task Step_5_refuses_a_signature_that_does_not_verify()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        var other = server.GitHubToken(audience, claims => claims["sub"] = "repo:evil/evil:ref:refs/heads/main");
        var answer = await server.ExchangeAsync(audience, string.Join('.', [.. token.Split('.')[..2], other.Split('.')[2]]));
        await server.ShouldBeRefusedAsync(answer, $"The token's signature does not verify with key 'test-key-1' of issuer {GitHubClaims.Issuer}.");
    }

    [Fact]
    public async Task Step_6_refuses_an_expired_token_and_says_since_when()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var expired = server.Clock.GetUtcNow().ToUnixTimeSeconds() - 40;
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["exp"] = expired));
        answer.Description.ShouldMatch($@"^The token expired at {DateTimeOffset.FromUnixTimeSeconds(expired):u}, 4[0-9] seconds ago; server time is \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ\. Request a new one right before the exchange\.$");
        await server.ShouldBeRefusedAsync(answer, answer.Description);
    }

    [Fact]
    public async Task Step_6_gives_clocks_that_differ_half_a_minute()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["exp"] = server.Clock.GetUtcNow().ToUnixTimeSeconds() - 20));
        answer.Status.ShouldBe(200, answer.Text);
    }

    [Theory]
    [InlineData("nbf", 60, "The token is not valid before ")]
    [InlineData("iat", 60, "The token was issued at ")]
    [InlineData("exp", 90_000, "The token is valid for 90000 seconds; at most 86400 (24 hours) are accepted.")]
    public async Task Step_6_refuses_times_that_cannot_be(string claim, int secondsFromNow, string description)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims[claim] = (long)claims["iat"]! + secondsFromNow));
        answer.Description.ShouldStartWith(description);
        await server.ShouldBeRefusedAsync(answer, answer.Description);
    }

    [Theory]
    [InlineData("null", "exp")]
    [InlineData("\"1\"", "exp")]
    [InlineData("1.5", "exp")]
    [InlineData("1e400", "exp")]
    [InlineData("-1", "exp")]
    [InlineData("true", "nbf")]
    [InlineData("[]", "iat")]
    [InlineData("99999999999999", "exp")]
    public async Task Step_6_refuses_a_time_that_is_no_whole_number_of_seconds(string value, string claim)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var claims = GitHubClaims.Of(audience, server.Clock.GetUtcNow());
        claims.Remove(claim);
        var payload = JsonSerializer.Serialize(claims);
        var answer = await server.ExchangeAsync(audience, server.GitHub.SignText($"{payload[..^1]},\"{claim}\":{value}}}"));
        await server.ShouldBeRefusedAsync(answer, $"The token's '{claim}' is not a whole number of seconds since 1970.");
    }

    [Fact]
    public async Task Step_6_refuses_a_token_that_never_expires()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims.Remove("exp")));
        await server.ShouldBeRefusedAsync(answer, "The token has no 'exp'; one that never expires is not accepted.");
    }

    [Theory]
    [InlineData("https://github.com/octo-org")]
    [InlineData("")]
    public async Task Step_7_refuses_another_audience(string presented)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(presented));
        var reason = await ReasonAsync(answer);
        reason.ShouldContain($"audience is '{presented}' and must be '{audience}'");
        await server.ShouldBeRefusedAsync(answer, Differs("The audience", GitHubClaims.Subject, presented), reason);
    }

    [Theory]
    [InlineData("repo:octo-org/hello-octopus:ref:refs/heads/main2")]
    [InlineData("repo:octo-org/hello-octopus:ref:refs/heads/Main")]
    [InlineData("repo:octo-org/hello-octopus:environment:main")]
    [InlineData("repo:octo-org/hello-octopus:pull_request")]
    [InlineData("repo:octo-org-evil/hello-octopus:ref:refs/heads/main")]
    [InlineData("repo:octo-org/hello-octopus:environment:x:ref:refs/heads/main")]
    [InlineData("repo:octo-org/hello-octopus:ref:refs/heads/main\n")]
    public async Task Step_8_refuses_another_subject_and_never_tells_the_identitys_own(string subject)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = subject));
        var reason = await ReasonAsync(answer);
        reason.ShouldContain("must be 'repo:octo-org/hello-octopus:ref:refs/heads/main'");
        await server.ShouldBeRefusedAsync(answer, Differs("The subject", subject.Replace("\n", "\\u000a"), audience), reason);
        answer.Text.ShouldNotContain("OidcIdentities-");
    }

    [Theory]
    [InlineData("repository_id", "75")]
    [InlineData("repository_owner_id", "66")]
    [InlineData("event_name", "pull_request_target")]
    public async Task Step_9_refuses_another_claim_and_names_it(string claim, string value)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims[claim] = value));
        await server.ShouldBeRefusedAsync(answer, Differs($"The claim '{claim}'", GitHubClaims.Subject, audience, $", and '{claim}' is '{value}'"), await ReasonAsync(answer));
    }

    [Theory]
    [InlineData("refs/heads/main", true)]
    [InlineData("refs/heads/other", false)]
    [InlineData(null, false)]
    public async Task Step_9_holds_every_condition_and_an_absent_claim_meets_none(string? value, bool accepted)
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "conditions", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject,
            Conditions = new[] { new { Claim = "ref", Values = new[] { "refs/heads/main", "refs/heads/release/*" } }, new { Claim = "runner_environment", Values = new[] { "github-hosted" } } },
        });
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience, claims =>
        {
            claims.Remove("ref");
            if (value is not null)
            {
                claims["ref"] = value;
            }
        }));
        if (accepted)
        {
            answer.Status.ShouldBe(200, answer.Text);
            return;
        }
        await server.ShouldBeRefusedAsync(answer, Differs("The claim 'ref'", GitHubClaims.Subject, audience, $", and 'ref' is '{value ?? "(none)"}'"), await ReasonAsync(answer));
    }

    [Fact]
    public async Task Step_10_refuses_a_disabled_account_and_leaves_why_to_the_audit()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        (await server.Admin.PutAsJsonAsync($"/api/users/{id}", new { IsActive = false })).EnsureSuccessStatusCode();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        var reason = await ReasonAsync(answer);
        reason.ShouldEndWith("is disabled.");
        await server.ShouldBeRefusedAsync(answer, $"The token is good, but service account {audience} cannot be used now; an administrator sees why in the audit.", reason);
    }

    [Fact]
    public async Task Step_11_refuses_a_token_that_was_used_before()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200);
        var answer = await server.ExchangeAsync(audience, token);
        await server.ShouldBeRefusedAsync(answer, "The token was used before; each token is accepted once. Request a new one right before the exchange.");
    }

    [Fact]
    public async Task Step_11_gives_one_access_token_to_fifty_tries_at_once()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience, claims => claims.Remove("jti"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.ExchangeAsync(audience, token)));
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Count(answer => answer.Status == 400).ShouldBe(49);
    }

    [Fact]
    public async Task A_refusal_redeems_nothing_so_the_same_token_works_once_the_identity_is_mended()
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        var token = server.GitHubToken(audience);
        var before = await server.CountAsync("redeemed_tokens");
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(400);
        (await server.CountAsync("redeemed_tokens")).ShouldBe(before);
        await server.AddIdentityAsync(id, new { Name = "main", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject });
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200);
    }

    private async Task<string> ReasonAsync(TokenAnswer answer) =>
        JsonDocument.Parse((await server.EventsAsync(answer.CorrelationId)).Single().Details).RootElement.GetProperty("reason").GetString()!;
}
