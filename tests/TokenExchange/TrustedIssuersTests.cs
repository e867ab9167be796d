using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>The setting Issuers:Trusted: whom nobody who administers the server can go beyond.</summary>
public sealed class TrustedIssuersTests
{
    private const string Elsewhere = "https://ci.example.com";

    [Fact]
    public async Task An_issuer_that_is_not_listed_can_neither_be_registered_nor_log_in_and_is_not_asked_for_anything()
    {
        await using var server = new ServerFixture();
        await using var elsewhere = await server.AddIssuerAsync(Elsewhere);
        await server.InitializeAsync();
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.AddIdentityAsync(id, new { Name = "before", Issuer = Elsewhere, GitHubClaims.Subject });
        (await server.ExchangeAsync(audience, Token())).Status.ShouldBe(200);
        var fetches = elsewhere.DiscoveryRequests;

        await server.StopAsync();
        server.Settings["Issuers:Trusted:0"] = GitHubClaims.Issuer;
        await server.StartAsync();

        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        var refused = await server.ExchangeAsync(audience, Token());
        refused.Description.ShouldStartWith($"No OIDC identity of service account '{audience}' trusts a token with issuer '{Elsewhere}'");
        await server.ShouldBeRefusedAsync(refused, refused.Description, $"Issuer '{Elsewhere}' is none of those that the setting Issuers:Trusted lists; whoever runs the server can add it there.");
        elsewhere.DiscoveryRequests.ShouldBe(fetches);

        const string Named = "is none of those that the setting Issuers:Trusted lists";
        foreach (var issuer in (string[])[Elsewhere, $"{GitHubClaims.Issuer}/", GitHubClaims.Issuer.ToUpperInvariant()])
        {
            (await server.Admin.SendAsync("POST", $"/api/serviceaccounts/{id}/oidcidentities/create/v1", new { Name = "after", Issuer = issuer, GitHubClaims.Subject }))
                .ShouldBeRefused(400, $"Issuer '{issuer}' {Named}");
        }
        (await server.Admin.SendAsync("POST", "/api/issuers", new { Issuer = "https://third.example.com", IsDisabled = true })).ShouldBeRefused(400, Named);
        var listed = (await server.Admin.SeeAsync("/api/issuers")).Json.GetProperty("Items").EnumerateArray().Single(item => item.GetProperty("Issuer").GetString() == Elsewhere);
        listed.GetProperty("IsTrusted").GetBoolean().ShouldBeFalse();
        (await server.Admin.SendAsync("POST", $"/api/issuers/{listed.GetProperty("Id").GetString()}/refresh")).ShouldBeRefused(400, Named);
        elsewhere.DiscoveryRequests.ShouldBe(fetches);

        var tested = await server.Admin.SendAsync("POST", $"/api/serviceaccounts/{id}/oidcidentities/test", new { Token = Token() });
        tested.Json.GetProperty("WouldSucceed").GetBoolean().ShouldBeFalse();
        tested.Text.ShouldContain("Issuers:Trusted");

        string Token() => elsewhere.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), Elsewhere));
    }
}
