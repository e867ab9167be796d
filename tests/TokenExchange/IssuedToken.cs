using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>An access token that was issued to a service account of its own, and what can be done with it.</summary>
internal sealed record IssuedToken(ServerFixture Server, string AccountId, string Audience, string Text)
{
    public string Jti => ExchangeTests.Decode(Text).Payload.GetProperty("jti").GetString()!;

    public string IdentityId => ExchangeTests.Decode(Text).Payload.GetProperty("identity").GetString()!;

    public static async Task<IssuedToken> GetAsync(ServerFixture server, string? scope = null, string? role = null)
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        if (role is not null)
        {
            await server.GrantAsync(id, role);
        }
        (string, string)[] more = scope is null ? [] : [("scope", scope)];
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), more);
        answer.Status.ShouldBe(200, answer.Text);
        return new IssuedToken(server, id, audience, answer.AccessToken);
    }

    public async Task<HttpStatusCode> CallAsync(HttpMethod method, string path, object? body = null)
    {
        using var client = Server.ClientWithToken(Text);
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) };
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    public async Task ShouldWorkAsync() => (await CallAsync(HttpMethod.Get, "/api/users/me")).ShouldBe(HttpStatusCode.OK);

    public async Task ShouldNotWorkAsync()
    {
        (await CallAsync(HttpMethod.Get, "/api/users/me")).ShouldBe(HttpStatusCode.Unauthorized);
        var answer = await Server.IntrospectAsync(Server.Admin, Text);
        answer.Text.ShouldBe("""{"active":false}""");
    }
}

internal static class TokenEndpoints
{
    public static Task<TokenAnswer> RevokeAsync(this ServerFixture server, string token) =>
        server.SendAsync("/token/revoke/v1", new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]));

    public static Task<TokenAnswer> IntrospectAsync(this ServerFixture server, HttpClient caller, string token) =>
        Exchanges.SendAsync(caller, "/token/introspect/v1", new FormUrlEncodedContent([new("token", token)]));

    /// <summary>The four fields of every refusal at these endpoints.</summary>
    public static void ShouldHaveTheFourFields(this TokenAnswer answer, int status, string error)
    {
        answer.Status.ShouldBe(status, answer.Text);
        answer.ContentType.ShouldBe("application/json");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
        answer.Json.GetProperty("error").GetString().ShouldBe(error);
    }
}
