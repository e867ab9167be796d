using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>Access tokens that are ended by what gave them: an identity, a service account, an issuer; and no other.</summary>
public sealed class BulkRevocationTests : IAsyncLifetime
{
    private const string Elsewhere = "https://ci.example.com";

    private readonly ServerFixture server = new();
    private TestIssuer elsewhere = null!;
    private string accountId = "";
    private string audience = "";
    private IssuedToken ofMain = null!;
    private IssuedToken ofOther = null!;
    private IssuedToken ofElsewhere = null!;
    private IssuedToken ofOtherAccount = null!;

    public async ValueTask InitializeAsync()
    {
        elsewhere = await server.AddIssuerAsync(Elsewhere);
        await server.InitializeAsync();
        (accountId, audience) = await server.AddTrustedAccountAsync();
        await server.AddIdentityAsync(accountId, new { Name = "other", GitHubClaims.Issuer, Subject = "repo:octo-org/other:ref:refs/heads/main" });
        await server.AddIdentityAsync(accountId, new { Name = "elsewhere", Issuer = Elsewhere, GitHubClaims.Subject });
        ofMain = await LogInAsync(server.GitHubToken(audience));
        ofOther = await LogInAsync(server.GitHubToken(audience, claims => claims["sub"] = "repo:octo-org/other:ref:refs/heads/main"));
        ofElsewhere = await LogInAsync(elsewhere.Sign(GitHubClaims.Of(audience, server.Clock.GetUtcNow(), Elsewhere)));
        ofOtherAccount = await IssuedToken.GetAsync(server);
        ((string[])[ofMain.IdentityId, ofOther.IdentityId, ofElsewhere.IdentityId]).Distinct().Count().ShouldBe(3);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await elsewhere.DisposeAsync();
    }

    [Fact]
    public async Task Of_an_identity_end_alone_and_a_new_login_works()
    {
        var answer = await RevokeAsync($"/api/serviceaccounts/{accountId}/oidcidentities/{ofMain.IdentityId}/revoke-tokens/v1", "All access tokens of OIDC identity main of ", "(1 OIDC identity)");
        answer.Json.GetProperty("OidcIdentityIds").Strings().ShouldBe([ofMain.IdentityId]);
        await ShouldHaveEndedAsync([ofMain], [ofOther, ofElsewhere, ofOtherAccount]);
        await (await LogInAsync(server.GitHubToken(audience))).ShouldWorkAsync();
        (await server.CategoriesOfAsync(ofMain.IdentityId)).ShouldBe(["TokenIssued", "TokenRevoked", "TokenIssued"]);
    }

    [Fact]
    public async Task Of_a_service_account_end_alone_and_its_API_keys_stay()
    {
        using var byKey = server.ClientWithKey(await server.AddKeyAsync(accountId));
        await RevokeAsync($"/api/serviceaccounts/{accountId}/revoke-tokens/v1", "All access tokens of service account ", "(3 OIDC identities)");
        await ShouldHaveEndedAsync([ofMain, ofOther, ofElsewhere], [ofOtherAccount]);
        (await byKey.SendAsync("GET", "/api/users/me")).ShouldBe(200);
        await (await LogInAsync(server.GitHubToken(audience))).ShouldWorkAsync();
    }

    [Fact]
    public async Task Of_an_issuer_end_alone_on_every_account()
    {
        var gitHub = (await server.Admin.SeeAsync("/api/issuers?partialName=token.actions")).Json.GetProperty("Items")[0].GetProperty("Id").GetString();
        await RevokeAsync($"/api/issuers/{gitHub}/revoke-tokens", $"All access tokens of issuer {GitHubClaims.Issuer} were revoked", "(3 OIDC identities)");
        await ShouldHaveEndedAsync([ofMain, ofOther, ofOtherAccount], [ofElsewhere]);
        await (await LogInAsync(server.GitHubToken(audience))).ShouldWorkAsync();
    }

    [Fact]
    public async Task One_token_ends_by_the_id_that_the_audit_has_of_it()
    {
        var id = (await server.Admin.SeeAsync($"/api/events?regarding={ofMain.IdentityId}&eventCategories=TokenIssued")).Json
            .GetProperty("Items")[0].GetProperty("Details").GetProperty("access_token_id").GetString();
        await RevokeAsync($"/api/accesstokens/{id}/revoke", $"Access token {id} was revoked");
        await ShouldHaveEndedAsync([ofMain], [ofOther, ofElsewhere, ofOtherAccount]);
        var again = (await server.Admin.SendAsync("POST", $"/api/accesstokens/{id}/revoke")).ShouldBe(200);
        again["RevokedNow"].ShouldBe("False");
        (await server.EventsAsync(again.CorrelationId)).ShouldBeEmpty();
        (await server.Admin.SendAsync("POST", "/api/accesstokens/nonsense/revoke")).ShouldBeRefused(400, "'nonsense' is not the id of an access token");
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        (await manager.Client.SendAsync("POST", $"/api/accesstokens/{ofOther.Jti}/revoke")).ShouldBeRefused(403, "AdministerSystem");
    }

    [Fact]
    public async Task End_on_another_replica_within_a_second()
    {
        using var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Authorization = new("Bearer", ofMain.Text);
        (await replica.SendAsync("GET", "/api/users/me")).ShouldBe(200);
        await RevokeAsync($"/api/serviceaccounts/{accountId}/revoke-tokens/v1");
        await Eventually.TrueAsync(async () => (await replica.SendAsync("GET", "/api/users/me")).Status == 401, "the replica has been told");
    }

    [Fact]
    public async Task Cannot_be_ended_by_who_may_not_change_the_account()
    {
        var viewer = await server.AddCallerAsync(await server.AddRoleAsync(system: ["UserView"]));
        foreach (var path in (string[])[$"/api/serviceaccounts/{accountId}/revoke-tokens/v1", $"/api/serviceaccounts/{accountId}/oidcidentities/{ofMain.IdentityId}/revoke-tokens/v1"])
        {
            (await viewer.Client.SendAsync("POST", path)).ShouldBeRefused(403, "UserEdit");
        }
        // Not by way of another account either.
        (await server.Admin.SendAsync("POST", $"/api/serviceaccounts/{ofOtherAccount.AccountId}/oidcidentities/{ofMain.IdentityId}/revoke-tokens/v1")).ShouldBe(404);
        await ShouldHaveEndedAsync([], [ofMain, ofOther, ofElsewhere, ofOtherAccount]);
    }

    private async Task<IssuedToken> LogInAsync(string token)
    {
        var answer = await server.ExchangeAsync(audience, token);
        answer.Status.ShouldBe(200, answer.Text);
        return new IssuedToken(server, accountId, audience, answer.AccessToken);
    }

    private async Task<ApiAnswer> RevokeAsync(string path, params string[] told)
    {
        foreach (var token in (IssuedToken[])[ofMain, ofOther, ofElsewhere, ofOtherAccount])
        {
            // Remembered, so that forgetting is what is tested.
            await token.ShouldWorkAsync();
        }
        var answer = (await server.Admin.SendAsync("POST", path)).ShouldBe(200);
        var (category, message) = await server.EventAsync(answer);
        category.ShouldBe("TokenRevoked");
        told.ShouldAllBe(part => message.Contains(part, StringComparison.Ordinal), message);
        return answer;
    }

    private static async Task ShouldHaveEndedAsync(IssuedToken[] ended, IssuedToken[] working)
    {
        foreach (var token in ended)
        {
            await token.ShouldNotWorkAsync();
        }
        foreach (var token in working)
        {
            await token.ShouldWorkAsync();
        }
    }
}
