using System.Net.Http.Json;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

public sealed class DiscoveryTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known//openid-configuration")]
    [InlineData("/.well-known/openid-configuration/")]
    [InlineData("/.Well-Known/OpenId-Configuration")]
    public async Task The_document_names_the_endpoints_below_ServerUri_whatever_the_request_says(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "evil.example.com";
        request.Headers.Add("X-Forwarded-Host", "evil.example.com");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await server.Anonymous.SendAsync(request);
        response.Headers.CacheControl!.Public.ShouldBeTrue();
        var document = await response.Content.ReadFromJsonAsync<JsonElement>();
        document.GetProperty("issuer").GetString().ShouldBe(server.Url);
        document.GetProperty("token_endpoint").GetString().ShouldBe($"{server.Url}/token/v1");
        document.GetProperty("jwks_uri").GetString().ShouldBe($"{server.Url}/.well-known/jwks");
        document.GetProperty("revocation_endpoint").GetString().ShouldBe($"{server.Url}/token/revoke/v1");
        document.GetProperty("introspection_endpoint").GetString().ShouldBe($"{server.Url}/token/introspect/v1");
        document.GetProperty("grant_types_supported")[0].GetString().ShouldBe("urn:ietf:params:oauth:grant-type:token-exchange");
        document.GetProperty("token_endpoint_auth_methods_supported")[0].GetString().ShouldBe("none");
        foreach (var name in (string[])["response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported", "claims_supported", "scopes_supported"])
        {
            document.GetProperty(name).GetArrayLength().ShouldBeGreaterThan(0, name);
        }
    }

    [Fact]
    public async Task A_doubled_slash_at_the_beginning_works_as_clients_send_it()
    {
        // As curl and Node send it: HttpClient would read a host into it.
        using var socket = new System.Net.Sockets.TcpClient();
        var url = new Uri(server.Url);
        await socket.ConnectAsync(url.Host, url.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET //.well-known/openid-configuration HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task The_key_set_holds_public_members_only_and_at_most_four_keys()
    {
        var jwks = await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/jwks");
        var keys = jwks.GetProperty("keys").EnumerateArray().ToList();
        keys.Count.ShouldBeInRange(2, 4);
        foreach (var key in keys)
        {
            string[] ofKind = key.GetProperty("kty").GetString() == "RSA" ? ["n", "e"] : ["crv", "x", "y"];
            key.EnumerateObject().Select(member => member.Name).ShouldBe([.. ofKind, "kty", "kid", "use", "alg"], ignoreOrder: true);
        }
        keys.Select(key => key.GetProperty("alg").GetString()).Distinct().ShouldBe(["ES256", "RS256"], ignoreOrder: true);
    }

    [Fact]
    public async Task Relying_parties_are_told_that_ID_tokens_are_RS256_and_which_claims_they_have()
    {
        var document = await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        document.GetProperty("id_token_signing_alg_values_supported").EnumerateArray().Select(name => name.GetString()).ShouldBe(["RS256"]);
        document.GetProperty("claims_supported").EnumerateArray().Select(name => name.GetString()!).Intersect(["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]).Count().ShouldBe(7);
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/jwks")]
    public async Task Both_documents_may_be_remembered_for_an_hour_and_are_not_sent_again_to_who_has_them(string path)
    {
        using var first = await server.Anonymous.GetAsync(path);
        first.Headers.CacheControl!.ToString().ShouldBe("public, max-age=3600");
        first.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        foreach (var (known, status) in ((string, int)[])[($"\"other\", {first.Headers.ETag}", 304), ($"W/{first.Headers.ETag}", 304), ("*", 304), ("\"other\"", 200), ("no tag", 200)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            using var again = await server.Anonymous.SendAsync(request);
            ((int)again.StatusCode).ShouldBe(status, known);
            again.Headers.ETag.ShouldBe(first.Headers.ETag);
            again.Headers.CacheControl!.ToString().ShouldBe("public, max-age=3600");
            (await again.Content.ReadAsByteArrayAsync()).Length.ShouldBe(status == 304 ? 0 : (int)first.Content.Headers.ContentLength!, known);
        }
    }
}
