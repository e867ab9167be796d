using System.Text;
using System.Text.Json;
using OctoLogin.Tests.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>RFC 7662: whether an access token works now, told to those who may know.</summary>
public sealed class IntrospectionTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Inactive = """{"active":false}""";

    [Fact]
    public async Task Tells_an_administrator_whose_it_is_and_until_when()
    {
        var token = await IssuedToken.GetAsync(server);
        var claims = ExchangeTests.Decode(token.Text).Payload;

        var answer = await server.IntrospectAsync(server.Admin, token.Text);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["active", "sub", "username", "client_id", "iat", "exp", "jti", "token_type"]);
        answer.Json.GetProperty("active").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("sub").GetString().ShouldBe(token.AccountId);
        answer.Json.GetProperty("client_id").GetString().ShouldBe(token.Audience);
        answer.Json.GetProperty("token_type").GetString().ShouldBe("Bearer");
        foreach (var name in (string[])["iat", "exp", "jti"])
        {
            answer.Json.GetProperty(name).ToString().ShouldBe(claims.GetProperty(name).ToString());
        }
    }

    [Fact]
    public async Task Tells_the_scope_where_there_is_one()
    {
        var token = await IssuedToken.GetAsync(server, "UserView", "userroles-systemmanager");
        var answer = await server.IntrospectAsync(server.Admin, token.Text);
        answer.Json.GetProperty("scope").GetString().ShouldBe("UserView");
    }

    [Fact]
    public async Task Anonymous_callers_are_refused_with_the_four_fields()
    {
        var token = await IssuedToken.GetAsync(server);
        var answer = await server.IntrospectAsync(server.Anonymous, token.Text);
        answer.ShouldHaveTheFourFields(401, "invalid_client");
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    /// <summary>Section 2.2: no more is said of a token that does not work, least of all why.</summary>
    [Theory]
    [InlineData("nonsense")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("API-TESTADMINTESTADMINTESTADMIN")]
    public async Task Says_only_that_garbage_does_not_work(string text) =>
        (await server.IntrospectAsync(server.Admin, text)).Text.ShouldBe(Inactive);

    [Theory]
    [InlineData("payload changed")]
    [InlineData("key of the attacker under our kid")]
    [InlineData("expired")]
    [InlineData("for another audience")]
    [InlineData("of another issuer")]
    [InlineData("of another kind")]
    public async Task Says_only_that_a_tampered_token_does_not_work(string how)
    {
        var token = await IssuedToken.GetAsync(server);
        (await server.IntrospectAsync(server.Admin, TamperedTokens.Tamper(server, token.Text, how))).Text.ShouldBe(Inactive);
    }

    [Fact]
    public async Task Says_only_that_a_revoked_token_and_the_subject_token_do_not_work()
    {
        var token = await IssuedToken.GetAsync(server);
        await server.RevokeAsync(token.Text);
        (await server.IntrospectAsync(server.Admin, token.Text)).Text.ShouldBe(Inactive);
        (await server.IntrospectAsync(server.Admin, server.GitHubToken(token.Audience))).Text.ShouldBe(Inactive);
    }

    [Fact]
    public async Task A_service_account_sees_its_own_token_but_not_anothers_without_UserView()
    {
        var mine = await IssuedToken.GetAsync(server);
        var anothers = await IssuedToken.GetAsync(server);
        var manager = await IssuedToken.GetAsync(server, role: "userroles-systemmanager");
        using var me = server.ClientWithToken(mine.Text);
        using var withUserView = server.ClientWithToken(manager.Text);

        (await server.IntrospectAsync(me, mine.Text)).Json.GetProperty("active").GetBoolean().ShouldBeTrue();
        (await server.IntrospectAsync(me, anothers.Text)).Text.ShouldBe(Inactive);
        (await server.IntrospectAsync(withUserView, anothers.Text)).Json.GetProperty("active").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_narrowed_token_without_UserView_in_its_scope_sees_no_other()
    {
        var anothers = await IssuedToken.GetAsync(server);
        var narrowed = await IssuedToken.GetAsync(server, "EventView", "userroles-systemmanager");
        using var client = server.ClientWithToken(narrowed.Text);
        (await server.IntrospectAsync(client, anothers.Text)).Text.ShouldBe(Inactive);
    }

    [Fact]
    public async Task A_revoked_token_cannot_ask_about_itself()
    {
        var token = await IssuedToken.GetAsync(server);
        await server.RevokeAsync(token.Text);
        using var client = server.ClientWithToken(token.Text);
        (await server.IntrospectAsync(client, token.Text)).ShouldHaveTheFourFields(401, "invalid_client");
    }

    [Fact]
    public async Task Takes_JSON_too_and_needs_a_token()
    {
        var token = await IssuedToken.GetAsync(server);
        var json = await Exchanges.SendAsync(server.Admin, "/token/introspect/v1",
            new StringContent(JsonSerializer.Serialize(new { token = token.Text, token_type_hint = "access_token" }), Encoding.UTF8, "application/json"));
        json.Json.GetProperty("active").GetBoolean().ShouldBeTrue();
        var missing = await Exchanges.SendAsync(server.Admin, "/token/introspect/v1", new FormUrlEncodedContent([]));
        missing.ShouldHaveTheFourFields(400, "invalid_request");
        missing.Description.ShouldBe("token is missing.");
    }
}
