using OctoLogin.Tests.OpenIdProvider;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.TokenExchange;

namespace OctoLogin.Tests.Threats;

/// <summary>Section A of docs/threats.md: the claims that say whose, for whom and until when, all signed by the issuer's own key.</summary>
public sealed class ClaimAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private const long Year = 365 * 86400;

    private readonly ServerFixture server = besieged.Server;

    [Fact]
    public async Task A11_a_token_of_our_own_as_a_subject_token()
    {
        var token = await IssuedToken.GetAsync(server);
        await server.AddIdentityAsync(token.AccountId, new { Name = "anybody", GitHubClaims.Issuer, Subject = "repo:octo-org/hello-octopus:*" });
        (await server.ShouldRefuseAsync(token.Audience, token.Text, "an access token")).ShouldContain("its 'typ' is not JWT");
        (await server.ShouldRefuseAsync(token.Audience, TamperedTokens.Tamper(server, token.Text, "of another kind"), "an ID token of ours")).ShouldContain("one of this server's own");
        (await server.ShouldRefuseAsync(token.Audience, ServerFixture.AdminApiKey, "an API key")).ShouldContain("a signed JWT has 3");
        await token.ShouldWorkAsync();
    }

    /// <summary>The claim's JSON, with + or - for so many seconds from now; none: the claim is not there.</summary>
    [Theory]
    [InlineData("exp", "none")]
    [InlineData("exp", "null")]
    [InlineData("exp", "\"+300\"")]
    [InlineData("exp", "+300.5")]
    [InlineData("exp", "+300.0")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "9e18")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "0")]
    [InlineData("exp", "true")]
    [InlineData("exp", "[9999999999]")]
    [InlineData("exp", "{}")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "9223372036854775808")]
    [InlineData("exp", "253402300800")]
    [InlineData("exp", "+90000")]
    [InlineData("exp", "-31536000")]
    [InlineData("nbf", "+60")]
    [InlineData("nbf", "\"0\"")]
    [InlineData("nbf", "null")]
    [InlineData("nbf", "0.5")]
    [InlineData("nbf", "9223372036854775807")]
    [InlineData("iat", "+60")]
    [InlineData("iat", "\"0\"")]
    [InlineData("iat", "null")]
    [InlineData("iat", "-1")]
    [InlineData("iat", "1")]
    [InlineData("iat", "1e2")]
    [InlineData("iat", "-9223372036854775808")]
    public async Task A12_a_time_that_is_missing_absurd_or_of_another_type(string claim, string json)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var now = server.Clock.GetUtcNow().ToUnixTimeSeconds();
        var value = json == "none" ? null : json.TrimStart('"').StartsWith('+') ? json.Replace("+300", $"{now + 300}").Replace("+90000", $"{now + 90_000}").Replace("+60", $"{now + 60}")
            : json == $"-{Year}" ? $"{now - Year}" : json;
        await server.ShouldRefuseAsync(audience, server.WithClaim(audience, claim, value), $"{claim} {value}");
    }

    [Fact]
    public async Task A13_a_token_past_its_time_by_more_than_clocks_differ()
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var (_, audience) = await fixture.AddTrustedAccountAsync();
        fixture.Clock.Stop();
        foreach (var (claim, seconds, accepted) in ((string, int, bool)[])[("exp", -30, true), ("exp", -31, false), ("nbf", 30, true), ("nbf", 31, false), ("iat", 30, true), ("iat", 31, false)])
        {
            var answer = await fixture.ExchangeAsync(audience, fixture.GitHubToken(audience, claims => claims[claim] = fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds));
            answer.Status.ShouldBe(accepted ? 200 : 400, $"{claim} {seconds}: {answer.Text}");
        }
    }

    [Theory]
    [InlineData("\"{0}x\"")]
    [InlineData("\"x{0}\"")]
    [InlineData("\"{0}/\"")]
    [InlineData("\" {0}\"")]
    [InlineData("\"{0},other\"")]
    [InlineData("\"urn:uuid:{0}\"")]
    [InlineData("\"{0}\\u0000\"")]
    [InlineData("[]")]
    [InlineData("[\"other\"]")]
    [InlineData("[\"{0}\",1]")]
    [InlineData("[\"{0}\",null]")]
    [InlineData("[[\"{0}\"]]")]
    [InlineData("{{\"{0}\":true}}")]
    [InlineData("null")]
    [InlineData("*")]
    public async Task A14_an_audience_that_only_looks_like_ours(string json)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var value = json == "*" ? "\"*\"" : string.Format(json, audience);
        (await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "aud", value), value)).ShouldContain("where audience is");
        var upper = audience.ToUpperInvariant();
        await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "aud", $"\"{upper}\""), upper);
    }

    [Fact]
    public async Task A15_an_issuer_that_only_looks_like_the_registered_one()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var asked = server.GitHub.DiscoveryRequests;
        string[] issuers =
        [
            "\"https://TOKEN.actions.githubusercontent.com\"", "\"HTTPS://token.actions.githubusercontent.com\"", "\"https://token.actions.githubusercontent.com/\"", "\"https://token.actions.githubusercontent.com:443\"",
            "\"https://user@token.actions.githubusercontent.com\"", "\"https://token.actions.githubusercontent.com.\"", "\"https://token.actions.githubusercontent.com?x\"", "\"https://token.actions.githubusercontent.com#x\"",
            "\"https://token.actions.githubusercontent.com/octo-org\"", "\"http://token.actions.githubusercontent.com\"", "\"token.actions.githubusercontent.com\"", "\"https://t\\u043eken.actions.githubusercontent.com\"",
            "\"https://token.actions.githubusercontent.com\\u0000\"", "\" https://token.actions.githubusercontent.com\"", "\"https://token.actions.githubusercontent.com\\n\"", "\"https://token.actions.githubusercontent.com.evil.example.com\"",
            "\"https://evil.example.com/https://token.actions.githubusercontent.com\"", "\"*\"", "\"\"", "[\"https://token.actions.githubusercontent.com\"]", "{\"https://token.actions.githubusercontent.com\":1}", "null", "1",
        ];
        foreach (var issuer in issuers)
        {
            (await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "iss", issuer), issuer)).ShouldContain("has the issuer");
        }
        await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "iss", null), "no issuer");
        server.GitHub.DiscoveryRequests.ShouldBe(asked, "none of them leads anywhere");
    }
}
