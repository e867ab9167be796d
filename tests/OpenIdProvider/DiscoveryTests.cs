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
        keys.Count.ShouldBeInRange(1, 4);
        foreach (var key in keys)
        {
            key.EnumerateObject().Select(member => member.Name).ShouldBe(["kty", "crv", "x", "y", "kid", "use", "alg"], ignoreOrder: true);
        }
    }
}
