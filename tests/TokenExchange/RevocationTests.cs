using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>RFC 7009: whoever holds an access token can end it, and nobody learns or ends anything without one.</summary>
public sealed class RevocationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_revoked_token_stops_at_once_and_leaves_one_audit_event()
    {
        var token = await IssuedToken.GetAsync(server);
        await token.ShouldWorkAsync();

        var answer = await server.RevokeAsync(token.Text);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldBeEmpty();
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        await token.ShouldNotWorkAsync();
        var (category, _, message) = (await server.EventsAsync(answer.CorrelationId)).Single();
        category.ShouldBe("TokenRevoked");
        message.ShouldContain(token.Jti);
    }

    [Fact]
    public async Task The_endpoint_is_the_one_that_discovery_names()
    {
        var discovery = await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        discovery.GetProperty("revocation_endpoint").GetString().ShouldBe($"{server.Url}/token/revoke/v1");
        discovery.GetProperty("introspection_endpoint").GetString().ShouldBe($"{server.Url}/token/introspect/v1");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json")]
    public async Task Both_body_types_work_with_and_without_a_hint(string type)
    {
        foreach (var hint in (string?[])[null, "access_token", "refresh_token", "something_else"])
        {
            var token = await IssuedToken.GetAsync(server);
            var parameters = new Dictionary<string, string> { ["token"] = token.Text };
            if (hint is not null)
            {
                parameters["token_type_hint"] = hint;
            }
            HttpContent body = type == "application/json" ? JsonContent.Create(parameters) : new FormUrlEncodedContent(parameters);

            (await server.SendAsync("/token/revoke/v1", body)).Status.ShouldBe(200);

            await token.ShouldNotWorkAsync();
        }
    }

    [Fact]
    public async Task Revoking_again_is_well_and_changes_nothing()
    {
        var token = await IssuedToken.GetAsync(server);
        await server.RevokeAsync(token.Text);

        var again = await server.RevokeAsync(token.Text);

        again.Status.ShouldBe(200);
        again.Text.ShouldBeEmpty();
        (await server.EventsAsync(again.CorrelationId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Revoked_by_many_at_once_it_is_one_audit_event()
    {
        var token = await IssuedToken.GetAsync(server);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.RevokeAsync(token.Text)));

        answers.ShouldAllBe(answer => answer.Status == 200);
        (await server.CategoriesOfAsync(token.AccountId)).ShouldBe(["TokenIssued", "TokenRevoked"]);
    }

    /// <summary>Section 2.2: an invalid token is no error, and the answer is the same as for a good one.</summary>
    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("API-TESTADMINTESTADMINTESTADMIN")]
    public async Task What_is_no_token_of_ours_is_answered_alike_and_leaves_nothing_behind(string text)
    {
        var before = await server.CountAsync("revoked_tokens");

        var answer = await server.RevokeAsync(text);

        answer.Status.ShouldBe(200);
        answer.Text.ShouldBeEmpty();
        (await server.EventsAsync(answer.CorrelationId)).ShouldBeEmpty();
        (await server.CountAsync("revoked_tokens")).ShouldBe(before);
    }

    [Fact]
    public async Task Nobody_revokes_a_token_by_guessing_its_id()
    {
        var token = await IssuedToken.GetAsync(server);
        var parts = token.Text.Split('.');
        using var attacker = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var input = $"{parts[0]}.{parts[1]}";
        string[] guesses =
        [
            token.Jti,
            $"{input}.",
            $"{input}.{Base64Url.EncodeToString(new byte[64])}",
            $"{input}.{Base64Url.EncodeToString(attacker.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}",
            $"{Base64Url.EncodeToString("""{"alg":"none","typ":"at+jwt"}"""u8)}.{parts[1]}.",
        ];

        foreach (var guess in guesses)
        {
            (await server.RevokeAsync(guess)).Status.ShouldBe(200);
        }

        await token.ShouldWorkAsync();
        (await server.CategoriesOfAsync(token.AccountId)).ShouldBe(["TokenIssued"]);
    }

    [Fact]
    public async Task Revoking_one_token_leaves_the_others_of_the_account()
    {
        var first = await IssuedToken.GetAsync(server);
        var second = first with { Text = (await server.ExchangeAsync(first.Audience, server.GitHubToken(first.Audience))).AccessToken };

        await server.RevokeAsync(first.Text);

        await first.ShouldNotWorkAsync();
        await second.ShouldWorkAsync();
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "", "token is missing.")]
    [InlineData("application/x-www-form-urlencoded", "token=", "token is empty.")]
    [InlineData("application/x-www-form-urlencoded", "token=a&token=b", "token is given twice.")]
    [InlineData("application/json", "{}", "token is missing.")]
    [InlineData("application/json", """{"token":["a"]}""", "token must be a string.")]
    [InlineData("application/json", """{"token":null}""", "token is missing.")]
    [InlineData("application/json", "[]", "The body must be a JSON object.")]
    public async Task A_request_without_one_token_is_refused(string type, string body, string description)
    {
        var answer = await server.SendAsync("/token/revoke/v1", new StringContent(body, Encoding.UTF8, type));
        answer.ShouldHaveTheFourFields(400, "invalid_request");
        answer.Description.ShouldBe(description);
    }

    [Fact]
    public async Task A_token_in_the_query_is_not_looked_at()
    {
        var token = await IssuedToken.GetAsync(server);
        (await server.SendAsync($"/token/revoke/v1?token={token.Text}", new FormUrlEncodedContent([]))).ShouldHaveTheFourFields(400, "invalid_request");
        await token.ShouldWorkAsync();
        server.Log.Lines.ShouldNotContain(line => line.Contains(token.Text.Split('.')[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_method_or_content_type_is_refused_with_the_four_fields()
    {
        (await server.SendAsync("/token/revoke/v1", new StringContent("<x/>", Encoding.UTF8, "text/xml"))).ShouldHaveTheFourFields(415, "invalid_request");
        using var get = await server.Anonymous.GetAsync("/token/revoke/v1");
        get.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }
}
