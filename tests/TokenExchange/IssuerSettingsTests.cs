using System.Security.Cryptography;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>What administrators decide about an issuer, and that it holds at once and on every replica.</summary>
public sealed class IssuerSettingsTests : IAsyncLifetime
{
    private const string Internal = "https://ghe.example.com/_services/token";
    private const string Neighbour = "https://neighbour.example.com";

    private readonly ServerFixture server = new();
    private readonly TestCertificates company = new();
    private TestIssuer ghe = null!;
    private TestIssuer neighbour = null!;
    private string accountId = "";
    private string audience = "";

    public async ValueTask InitializeAsync()
    {
        ghe = await server.AddIssuerAsync(Internal, company);
        neighbour = await server.AddIssuerAsync(Neighbour, company);
        await server.InitializeAsync();
        (accountId, audience) = await server.AddTrustedAccountAsync();
        await server.AddIdentityAsync(accountId, new { Name = "ghe", Issuer = Internal, GitHubClaims.Subject });
        await server.AddIdentityAsync(accountId, new { Name = "neighbour", Issuer = Neighbour, GitHubClaims.Subject });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await ghe.DisposeAsync();
        await neighbour.DisposeAsync();
        company.Dispose();
    }

    private string TokenOf(TestIssuer issuer) => issuer.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), issuer.Issuer));

    private Task<TokenAnswer> ExchangeAsync(TestIssuer issuer) => server.ExchangeAsync(audience, TokenOf(issuer));

    private static Task<TokenAnswer> ExchangeAsync(HttpClient replica, string audience, string token) =>
        Exchanges.SendAsync(replica, "/token/v1", new FormUrlEncodedContent(Exchanges.Form(audience, token)));

    private async Task<string> PathOfAsync(string issuer) => "/api/issuers/" +
        (await server.Admin.SeeAsync("/api/issuers")).Json.GetProperty("Items").EnumerateArray()
            .Single(item => item.GetProperty("Issuer").GetString() == issuer).GetProperty("Id").GetString();

    private async Task<ApiAnswer> SetAsync(string issuer, object settings) => (await server.Admin.SendAsync("PUT", await PathOfAsync(issuer), settings)).ShouldBe(200);

    private async Task<string> ReasonAsync(TokenAnswer answer) =>
        JsonDocument.Parse((await server.EventsAsync(answer.CorrelationId)).Single().Details).RootElement.GetProperty("reason").GetString()!;

    [Fact]
    public async Task A_private_CA_is_valid_for_its_issuer_alone_and_ends_with_its_setting()
    {
        (await ReasonAsync(await ExchangeAsync(ghe))).ShouldContain("its TLS certificate is not trusted");
        var set = await SetAsync(Internal, new { CertificateAuthority = company.Ca.ExportCertificatePem() });
        set["CertificateAuthority"].ShouldBe(company.Ca.ExportCertificatePem());
        var answer = await ExchangeAsync(ghe);
        answer.Status.ShouldBe(200, answer.Text);

        var other = await ExchangeAsync(neighbour);
        other.Status.ShouldBe(503, "another issuer whose certificate the same CA signed");
        (await ReasonAsync(other)).ShouldContain("its TLS certificate is not trusted");

        (await server.Admin.SendAsync("DELETE", await PathOfAsync(Internal))).ShouldBe(200);
        (await ExchangeAsync(ghe)).Status.ShouldBe(503, "keys that were had by the CA went with it");
    }

    [Fact]
    public async Task A_CA_of_its_own_is_the_only_one_that_an_issuer_is_trusted_by()
    {
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        await SetAsync(GitHubClaims.Issuer, new { CertificateAuthority = company.Ca.ExportCertificatePem() });
        (await ReasonAsync(await server.ExchangeAsync(audience, server.GitHubToken(audience)))).ShouldContain("its TLS certificate is not trusted");
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("of another host")]
    public async Task A_certificate_that_is_not_valid_for_the_issuer_now_gives_no_key_even_if_its_CA_is_trusted(string kind)
    {
        var now = DateTimeOffset.UtcNow;
        using var certificate = kind == "expired" ? company.ForHosts([ghe.Host], now.AddDays(-2), now.AddDays(-1)) : company.ForHosts("other.example.com");
        await using var fake = await FakeHttpServer.StartAsync(_ => new FakeAnswer(500), certificate);
        server.Hosts[ghe.Host] = new(System.Net.IPAddress.Loopback, fake.Port);
        await SetAsync(Internal, new { CertificateAuthority = company.Ca.ExportCertificatePem() });
        var answer = await ExchangeAsync(ghe);
        answer.Status.ShouldBe(503);
        (await ReasonAsync(answer)).ShouldContain("its TLS certificate is not trusted");
        fake.Requests.ShouldBeEmpty();
    }

    /// <summary>A certificate may name a URL where its issuer's certificate is to be had: whoever runs the host would choose where we connect to.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_cannot_send_the_server_to_an_address_of_its_choice(bool withCaOfItsOwn)
    {
        await using var internalHost = await FakeHttpServer.StartAsync(_ => new FakeAnswer(404));
        using var certificate = TestCertificates.NamingItsIssuerAt($"{internalHost.Url}/latest/meta-data", ghe.Host);
        await using var fake = await FakeHttpServer.StartAsync(_ => new FakeAnswer(500), certificate);
        server.Hosts[ghe.Host] = new(System.Net.IPAddress.Loopback, fake.Port);
        // The fake asks too, when it starts: to send the whole chain.
        internalHost.Requests.Clear();
        if (withCaOfItsOwn)
        {
            await SetAsync(Internal, new { CertificateAuthority = company.Ca.ExportCertificatePem() });
        }
        (await ReasonAsync(await ExchangeAsync(ghe))).ShouldContain("its TLS certificate is not trusted");
        internalHost.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Uploaded_keys_are_used_without_a_single_fetch()
    {
        var set = await SetAsync(Internal, new { Jwks = new { keys = new[] { TestIssuer.JwkOf(ghe.Key, ghe.KeyId) } } });
        set.Json.GetProperty("Keys").GetProperty("Source").GetString().ShouldBe("Uploaded");
        var answer = await ExchangeAsync(ghe);
        answer.Status.ShouldBe(200, answer.Text);

        (ghe.Key, ghe.KeyId) = (RSA.Create(2048), "test-key-2");
        (await ExchangeAsync(ghe)).Description.ShouldContain("is signed with key 'test-key-2', which the issuer does not publish");
        server.Clock.Advance(TimeSpan.FromDays(30));
        (await ExchangeAsync(ghe)).Status.ShouldBe(400);
        (await server.Admin.SendAsync("POST", $"{await PathOfAsync(Internal)}/refresh")).ShouldBeRefused(400, "were uploaded, so there is nothing to fetch");
        (ghe.DiscoveryRequests, ghe.JwksRequests).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Refresh_now_ends_a_withdrawn_key_at_once_on_every_replica()
    {
        using var replica = await server.AddReplicaAsync();
        var (first, second, third, fourth) = (Token(), Token(), Token(), Token());
        (await server.ExchangeAsync(audience, first)).Status.ShouldBe(200);
        (await ExchangeAsync(replica, audience, second)).Status.ShouldBe(200, "both have the key in memory");
        (server.GitHub.Key, server.GitHub.KeyId) = (RSA.Create(2048), "test-key-2");

        var refreshed = (await server.Admin.SendAsync("POST", $"{await PathOfAsync(GitHubClaims.Issuer)}/refresh")).ShouldBe(200);
        refreshed.Json.GetProperty("Keys").GetProperty("Keys").EnumerateArray().Single().GetProperty("KeyId").GetString().ShouldBe("test-key-2");
        (await server.EventAsync(refreshed)).ShouldBe(("Modified", $"The keys of issuer {GitHubClaims.Issuer} were forgotten, to be fetched anew"));

        // The replica first, which was told nothing and holds the old key for good.
        (await ExchangeAsync(replica, audience, third)).Description.ShouldContain("is signed with key 'test-key-1', which the issuer does not publish");
        (await server.ExchangeAsync(audience, fourth)).Description.ShouldContain("is signed with key 'test-key-1', which the issuer does not publish");
        (await ExchangeAsync(replica, audience, Token())).Status.ShouldBe(200);

        string Token() => server.GitHubToken(audience);
    }

    [Fact]
    public async Task Refresh_now_does_not_bring_keys_back_that_cannot_be_fetched()
    {
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        server.GitHub.Jwks = () => new FakeAnswer(500);
        var keys = (await server.Admin.SendAsync("POST", $"{await PathOfAsync(GitHubClaims.Issuer)}/refresh")).ShouldBe(200).Json.GetProperty("Keys");
        keys.GetProperty("Count").GetInt32().ShouldBe(0);
        keys.GetProperty("LastError").GetString()!.ShouldEndWith("/.well-known/jwks answered 500");
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(503);
        server.GitHub.Jwks = null;
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_disabled_issuer_is_refused_at_once_on_every_replica_although_its_keys_and_identities_are_remembered()
    {
        using var replica = await server.AddReplicaAsync();
        var before = await ExchangeAsync(replica, audience, server.GitHubToken(audience));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        var issued = new IssuedToken(server, accountId, audience, before.AccessToken);
        await issued.ShouldWorkAsync();
        var fetches = server.GitHub.DiscoveryRequests;

        await SetAsync(GitHubClaims.Issuer, new { IsDisabled = true });

        foreach (var client in (HttpClient[])[replica, server.Anonymous])
        {
            var token = server.GitHubToken(audience);
            var refused = await ExchangeAsync(client, audience, token);
            refused.Description.ShouldBe((await server.ExchangeAsync(Guid.Empty.ToString("D"), token)).Description.Replace(Guid.Empty.ToString("D"), audience), "as for an account that does not exist");
            await server.ShouldBeRefusedAsync(refused, refused.Description, $"The issuer '{GitHubClaims.Issuer}' is disabled on this server.");
        }
        await issued.ShouldNotWorkAsync();
        server.GitHub.DiscoveryRequests.ShouldBe(fetches);

        await SetAsync(GitHubClaims.Issuer, new { IsDisabled = false });
        await issued.ShouldWorkAsync();
        (await ExchangeAsync(replica, audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_token_of_a_disabled_issuer_stops_on_every_replica_within_a_second()
    {
        using var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Authorization = new("Bearer", (await server.ExchangeAsync(audience, server.GitHubToken(audience))).AccessToken);
        (await replica.SendAsync("GET", "/api/users/me")).ShouldBe(200);
        await SetAsync(GitHubClaims.Issuer, new { IsDisabled = true });
        await Eventually.TrueAsync(async () => (await replica.SendAsync("GET", "/api/users/me")).Status == 401, "the replica has been told");
    }
}
