using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>A scope takes away and never gives.</summary>
public sealed class ScopeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Manager = "userroles-systemmanager";

    [Fact]
    public async Task A_narrowed_token_can_do_what_its_scope_names_and_nothing_else()
    {
        var whole = await IssuedToken.GetAsync(server, role: Manager);
        var narrowed = await IssuedToken.GetAsync(server, "UserView", Manager);
        var user = new { Username = $"person-{Guid.NewGuid():N}", DisplayName = "Somebody" };

        (await narrowed.CallAsync(HttpMethod.Get, "/api/users")).ShouldBe(HttpStatusCode.OK);
        (await narrowed.CallAsync(HttpMethod.Get, "/api/users/me")).ShouldBe(HttpStatusCode.OK);
        (await narrowed.CallAsync(HttpMethod.Post, "/api/users", user)).ShouldBe(HttpStatusCode.Forbidden);
        (await narrowed.CallAsync(HttpMethod.Post, "/api/spaces", new { Name = $"Space {Guid.NewGuid():N}" })).ShouldBe(HttpStatusCode.Forbidden);
        (await whole.CallAsync(HttpMethod.Post, "/api/users", user)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_refusal_says_that_the_scope_is_the_reason()
    {
        var narrowed = await IssuedToken.GetAsync(server, "UserView", Manager);
        using var client = server.ClientWithToken(narrowed.Text);
        using var response = await client.PostAsJsonAsync("/api/users", new { Username = "x", DisplayName = "x" });
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("ErrorMessage").GetString()!.ShouldContain("does not have the permission UserEdit on this server. The access token's scope does not include it.");
    }

    [Fact]
    public async Task The_scope_stands_in_answer_token_and_audit()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GrantAsync(id, Manager);
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", "UserView EventView"));
        answer.Json.GetProperty("scope").GetString().ShouldBe("UserView EventView");
        ExchangeTests.Decode(answer.AccessToken).Payload.GetProperty("scope").GetString().ShouldBe("UserView EventView");
        var (_, details, _) = (await server.EventsAsync(answer.CorrelationId)).Single();
        JsonDocument.Parse(details).RootElement.GetProperty("scope").GetString().ShouldBe("UserView EventView");
    }

    [Fact]
    public async Task Refuses_a_permission_that_the_account_lacks()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GrantAsync(id, Manager);
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", "UserView AdministerSystem"));
        await server.ShouldBeRefusedAsync(answer, "scope asks for AdministerSystem, which the service account does not have.", error: "invalid_scope");
    }

    [Theory]
    [InlineData("openid", "scope 'openid' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID.")]
    [InlineData("userview", "scope 'userview' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID.")]
    [InlineData("1", "scope '1' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID.")]
    [InlineData("space:", "scope 'space:' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID.")]
    [InlineData("UserView,EventView", "scope 'UserView,EventView' is neither a permission such as ReleaseCreate nor space:ID, project:ID or environment:ID.")]
    [InlineData(" ", "scope must have 1 to 64 words, not 0.")]
    public async Task Refuses_a_word_that_is_no_scope(string scope, string description)
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GrantAsync(id, Manager);
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", scope));
        await server.ShouldBeRefusedAsync(answer, description, error: "invalid_scope");
    }

    [Fact]
    public async Task A_refused_scope_does_not_use_the_token_up()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var token = server.GitHubToken(audience);
        (await server.ExchangeAsync(audience, token, ("scope", "ReleaseCreate"))).Status.ShouldBe(400);
        (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_limit_to_one_space_hides_the_others()
    {
        var space = (await ServerFixture.PostAsync(server.Admin, "/api/spaces", new { Name = $"Space {Guid.NewGuid():N}" })).GetProperty("Id").GetString()!;
        var whole = await IssuedToken.GetAsync(server, role: Manager);
        var narrowed = await IssuedToken.GetAsync(server, $"space:{space}", Manager);

        (await SpacesAsync(narrowed)).ShouldBe([space]);
        (await SpacesAsync(whole)).Count.ShouldBeGreaterThan(1);
        // Nothing outside of the space is left: not the server's users either.
        (await narrowed.CallAsync(HttpMethod.Get, "/api/users")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_narrowed_token_hands_nothing_on()
    {
        var narrowed = await IssuedToken.GetAsync(server, "UserView UserEdit", Manager);
        var identity = new { Name = "mine", GitHubClaims.Issuer, Subject = "repo:evil/evil:ref:refs/heads/main" };
        (await narrowed.CallAsync(HttpMethod.Post, $"/api/serviceaccounts/{narrowed.AccountId}/oidcidentities/create/v1", identity)).ShouldBe(HttpStatusCode.Forbidden);
        (await narrowed.CallAsync(HttpMethod.Post, $"/api/users/{narrowed.AccountId}/apikeys", new { Purpose = "for ever" })).ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<List<string>> SpacesAsync(IssuedToken token)
    {
        using var client = server.ClientWithToken(token.Text);
        var list = await client.GetFromJsonAsync<JsonElement>("/api/spaces?take=1000");
        return [.. list.GetProperty("Items").EnumerateArray().Select(space => space.GetProperty("Id").GetString()!)];
    }
}
