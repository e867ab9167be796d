using System.Net;
using OctoLogin.Tests.Support;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Threats;

/// <summary>Section B of docs/threats.md: where an issuer, or who pretends to be one, would lead us.</summary>
public sealed class IssuerAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    /// <summary>Registered by an administrator who was talked into it; then a token of that issuer comes.</summary>
    private async Task<string> ReasonAsync(string issuer, int status = 503)
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        await server.AddIdentityAsync(id, new { Name = "internal", Issuer = issuer, GitHubClaims.Subject });
        var token = server.GitHub.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), issuer));
        return await server.ShouldRefuseAsync(audience, token, issuer, status);
    }

    [Theory]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://127.1.2.3:8443/x")]
    [InlineData("https://0.0.0.0")]
    [InlineData("https://10.0.0.1")]
    [InlineData("https://100.64.0.1")]
    [InlineData("https://169.254.169.254")]
    [InlineData("https://172.16.0.1")]
    [InlineData("https://172.31.255.255")]
    [InlineData("https://192.168.1.1")]
    [InlineData("https://192.0.0.8")]
    [InlineData("https://198.18.0.1")]
    [InlineData("https://224.0.0.1")]
    [InlineData("https://255.255.255.255")]
    [InlineData("https://2130706433")]
    [InlineData("https://0x7f000001")]
    [InlineData("https://0177.0.0.1")]
    [InlineData("https://127.1")]
    [InlineData("https://[::1]")]
    [InlineData("https://[::]")]
    [InlineData("https://[::ffff:127.0.0.1]")]
    [InlineData("https://[::ffff:a9fe:a9fe]")]
    [InlineData("https://[::127.0.0.1]")]
    [InlineData("https://[64:ff9b::7f00:1]")]
    [InlineData("https://[fc00::1]")]
    [InlineData("https://[fd12:3456::1]")]
    [InlineData("https://[fe80::1]")]
    [InlineData("https://[2002:7f00:1::]")]
    public async Task B2_an_issuer_at_an_address_that_is_not_public(string issuer) =>
        (await ReasonAsync(issuer)).ShouldContain("which is not a public address");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("192.168.0.10")]
    [InlineData("::1")]
    [InlineData("::ffff:192.168.0.1")]
    [InlineData("fd00::1")]
    public async Task B2_an_issuers_name_that_resolves_to_an_address_that_is_not_public(string address)
    {
        var host = $"issuer-{Guid.NewGuid():N}.example.com";
        // Named after the start, so that no setting allows it.
        server.Hosts[host] = new IPEndPoint(IPAddress.Parse(address), 443);
        (await ReasonAsync($"https://{host}")).ShouldContain($"{host} resolves to ");
    }

    /// <summary>The first answer is public and the next one inside: whoever asks once to judge and once more to connect goes inside.</summary>
    [Fact]
    public async Task B2_a_name_that_is_answered_differently_the_second_time()
    {
        using var certificate = server.Certificates.ForHosts("rebinding.example.com");
        await using var outside = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "{}"), certificate);
        await using var inside = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "{}"), certificate);
        var asked = 0;
        var options = new TokenExchangeOptions
        {
            AllowPrivateNetwork = new HashSet<string>(), RefusalsPerMinute = 1, ExchangesPerMinutePerServiceAccount = 1, ExchangesPerMinutePerIssuer = 1, LoopbackHttpAllowed = false,
        };
        var network = new IssuerNetwork(options)
        {
            Resolve = (_, _, _) => Task.FromResult<IReadOnlyList<IPEndPoint>>([++asked == 1 ? new PublicEndPoint(outside.Port) : new IPEndPoint(IPAddress.Loopback, inside.Port)]),
            Roots = [server.Certificates.Ca],
        };
        using (var first = new HttpClient(network.CreateHandler()))
        {
            (await first.GetStringAsync(new Uri("https://rebinding.example.com/"))).ShouldBe("{}");
        }
        (asked, outside.Requests.Count).ShouldBe((1, 1), "the address that was judged is the one that was connected to");
        foreach (var next in (int[])[2, 3])
        {
            using var client = new HttpClient(network.CreateHandler());
            (await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri("https://rebinding.example.com/")))).InnerException!.Message.ShouldContain("not a public address");
            asked.ShouldBe(next, "each connection asks once, and goes where that answer says or nowhere");
        }
        inside.Requests.ShouldBeEmpty();
    }

    /// <summary>Reads as an address of the public internet, and is connected to on loopback: no test sends anything out.</summary>
    private sealed class PublicEndPoint(int port) : IPEndPoint(IPAddress.Parse("8.8.8.8"), port)
    {
        public override SocketAddress Serialize() => new IPEndPoint(IPAddress.Loopback, Port).Serialize();
    }

    [Fact]
    public async Task B3_a_redirect_to_where_nobody_may_send_us()
    {
        await using var inside = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "{}"), server.Certificates.ForHosts("inside.example.com"));
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        fixture.Hosts["inside.example.com"] = new(IPAddress.Loopback, inside.Port);
        var (_, audience) = await fixture.AddTrustedAccountAsync();
        foreach (var (location, reason) in ((string, string)[])
        [
            ("https://10.0.0.1/.well-known/openid-configuration", "10.0.0.1 resolves to 10.0.0.1, which is not a public address"),
            ("https://inside.example.com/", "inside.example.com resolves to 127.0.0.1, which is not a public address"),
            ("http://token.actions.githubusercontent.com/", "which is not an https URL"),
            ("//user:pw@token.actions.githubusercontent.com/", "which is not an https URL"),
            ("file:///etc/passwd", "which is not an https URL"),
            ("gopher://127.0.0.1/", "which is not an https URL"),
        ])
        {
            fixture.GitHub.Discovery = () => new FakeAnswer(302).With("Location", location);
            fixture.Clock.Advance(TimeSpan.FromSeconds(6));
            (await fixture.ShouldRefuseAsync(audience, fixture.GitHubToken(audience), location, 503)).ShouldContain(reason);
        }
        inside.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://*.actions.githubusercontent.com")]
    [InlineData("https://token.actions.githubusercontent.*")]
    [InlineData("https://.*")]
    [InlineData("https://(evil|token.actions).githubusercontent.com")]
    [InlineData("https://evil.example.com?https://token.actions.githubusercontent.com")]
    [InlineData("https://evil.example.com#https://token.actions.githubusercontent.com")]
    [InlineData("*")]
    public async Task B6_an_issuer_that_would_be_a_pattern(string pattern)
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        var saved = await server.Admin.SendAsync("POST", $"/api/serviceaccounts/{id}/oidcidentities/create/v1", new { Name = "pattern", Issuer = pattern, GitHubClaims.Subject });
        saved.Status.ShouldBeOneOf(201, 400);
        // Whether or not it is saved: it stands for itself alone.
        (await server.ShouldRefuseAsync(audience, server.GitHubToken(audience), pattern)).ShouldContain($"has the issuer '{GitHubClaims.Issuer}'");
        foreach (var issuer in (string[])["https://evil.example.com?https://token.actions.githubusercontent.com", "https://evil.actions.githubusercontent.com", pattern + "x"])
        {
            await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => claims["iss"] = issuer), issuer);
        }
    }

    [Fact]
    public async Task B7_a_token_of_one_issuer_signed_by_the_key_of_another()
    {
        await using var fixture = new ServerFixture();
        await using var other = await fixture.AddIssuerAsync("https://other.example.com");
        await fixture.InitializeAsync();
        other.KeyId = fixture.GitHub.KeyId;
        var (id, audience) = await fixture.AddTrustedAccountAsync();
        await fixture.AddIdentityAsync(id, new { Name = "other", other.Issuer, GitHubClaims.Subject });
        var now = fixture.Clock.GetUtcNow();
        (await fixture.ShouldRefuseAsync(audience, other.Sign(GitHubClaims.Of(audience, now)), "GitHub's token, the other's key")).ShouldContain("does not verify");
        (await fixture.ShouldRefuseAsync(audience, fixture.GitHub.Sign(GitHubClaims.Of(audience, now, other.Issuer)), "the other's token, GitHub's key")).ShouldContain("does not verify");
        // Each knows its own keys, whichever was fetched first.
        (await fixture.ExchangeAsync(audience, fixture.GitHubToken(audience))).Status.ShouldBe(200);
        (await fixture.ExchangeAsync(audience, other.Sign(GitHubClaims.Of(audience, now, other.Issuer)))).Status.ShouldBe(200);
        (await fixture.ShouldRefuseAsync(audience, other.Sign(GitHubClaims.Of(audience, now)), "once more, with both in memory")).ShouldContain("does not verify");
    }
}
