using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

public sealed class IssuerPagesTests(IdentityServer portal) : IClassFixture<IdentityServer>
{
    private ServerFixture Server => portal.Server;
    private PortalClient Admin => portal.Admin;

    [Fact]
    public async Task An_issuer_shows_its_keys_and_its_last_error_and_is_refreshed_and_disabled()
    {
        var (_, audience) = await Server.AddTrustedAccountAsync();
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        var list = await Admin.GetAsync("/app/issuers?q=githubusercontent");
        list.Texts("tbody tr").ShouldHaveSingleItem().ShouldContain("trusted");
        var page = await Admin.GetAsync(list.Document.QuerySelector("th a")!.GetAttribute("href")!);
        page.Texts("table[aria-label=Keys] tbody tr").ShouldBe(["test-key-1 RSA RS256 verifies tokens"]);

        Server.GitHub.Jwks = () => new FakeAnswer(500);
        try
        {
            (await Admin.SubmitAsync(page, "Refresh now")).Words.ShouldContain("the new ones could not be fetched");
            (await Admin.GetAsync("/app/issuers?q=githubusercontent")).Words.ShouldContain("answered 500");
            (await Admin.GetAsync(page.Path)).Words.ShouldContain("cannot be fetched");
        }
        finally
        {
            Server.GitHub.Jwks = null;
        }
        Server.Clock.Advance(TimeSpan.FromSeconds(6));
        var refreshed = await Admin.SubmitAsync(page, "Refresh now");
        refreshed.Words.ShouldContain("The keys were fetched anew: 1 now.");

        (await Admin.SubmitAsync(refreshed, "Save", 200, ("Input.IsDisabled", "true"))).Words.ShouldContain("disabled");
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(400);
        var disabled = await Admin.GetAsync(page.Path);
        (await Admin.SubmitAsync(disabled, "Clear", 200, ("confirm", "x"))).Words.ShouldContain("nothing was done");
        (await Admin.SubmitAsync(disabled, "Clear", 200, ("confirm", GitHubClaims.Issuer))).Words.ShouldContain("were cleared");
        var token = await Server.ExchangeAsync(audience, Server.GitHubToken(audience));
        token.Status.ShouldBe(200);

        (await Admin.SubmitAsync(await Admin.GetAsync(page.Path), "End tokens", 200, ("confirm", GitHubClaims.Issuer))).Words.ShouldContain("were ended");
        using var client = Server.ClientWithToken(token.AccessToken);
        await client.GetAsync("/api/users/me", 401);
    }

    [Fact]
    public async Task Settings_are_made_for_an_issuer_that_cannot_be_reached_and_faults_are_beside_the_field()
    {
        var issuer = $"https://k8s-{Guid.NewGuid():N}.example.com";
        var form = await Admin.GetAsync("/app/issuers/new");
        var wrong = await Admin.SubmitAsync(form, "Save", 400, ("Input.Issuer", issuer), ("Input.Jwks", "{}"));
        wrong.ErrorsOf("Input.Jwks").Single().ShouldContain("has no array 'keys'");
        (await Admin.SubmitAsync(form, "Save", 400, ("Input.Issuer", issuer), ("Input.CertificateAuthority", "not a certificate"))).ErrorsOf("Input.CertificateAuthority").Single().ShouldContain("CertificateAuthority holds 0 certificates");
        var jwks = System.Text.Json.JsonSerializer.Serialize(new { keys = new[] { TestIssuer.JwkOf(Server.GitHub.Key, "<img src=x onerror=alert(1)>") } });
        var made = await Admin.SubmitAsync(form, "Save", 200, ("Input.Issuer", issuer), ("Input.Jwks", jwks));
        made.Texts("table[aria-label=Keys] tbody tr").ShouldBe(["<img src=x onerror=alert(1)> RSA RS256 verifies tokens"]);
        made.Document.QuerySelectorAll("img[src=x]").ShouldBeEmpty();
        (await Admin.SubmitAsync(made, "Refresh now", 400)).Words.ShouldContain("were uploaded, so there is nothing to fetch");
        (await Admin.SubmitAsync(form, "Save", 409, ("Input.Issuer", issuer))).Words.ShouldContain("There are settings of issuer");
    }

    [Fact]
    public async Task Whoever_may_see_identities_sees_issuers_and_only_administrators_change_them()
    {
        await Server.AddTrustedAccountAsync();
        var path = (await Admin.GetAsync("/app/issuers?q=githubusercontent")).Document.QuerySelector("th a")!.GetAttribute("href")!;
        using var nobody = await portal.SomebodyAsync();
        await nobody.GetAsync("/app/issuers", 403);
        await nobody.GetAsync(path, 403);
        await nobody.GetAsync("/app/issuers/new", 403);
        using var viewer = await portal.SomebodyAsync("UserView");
        (await viewer.GetAsync(path)).Texts("main form button").ShouldBeEmpty();
        await viewer.GetAsync("/app/issuers/new", 403);
        foreach (var post in (string[])[path, $"{path}?handler=Refresh", $"{path}?handler=RevokeTokens", $"{path}?handler=Delete", "/app/issuers/new"])
        {
            await portal.ShouldBeForbiddenAsync(viewer, post, ("confirm", GitHubClaims.Issuer), ("Input.Issuer", "https://other.example.com"), ("Input.IsDisabled", "true"));
        }
        await Admin.GetAsync("/app/issuers/Issuers-00", 404);
    }
}
