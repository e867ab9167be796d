using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>An Octopus server as the action meets it: discovery, exchange, revocation. Each answer can be replaced.</summary>
internal sealed class FakeOctopusServer : IAsyncDisposable
{
    private readonly FakeHttpServer server;

    private FakeOctopusServer(FakeHttpServer server) => this.server = server;

    public string Url => server.Url;
    public string AccessToken { get; } = $"eyJhbGciOiJFUzI1NiJ9.eyJ0ZXN0IjoxfQ.{Guid.NewGuid():N}{Guid.NewGuid():N}";

    /// <summary>What the server believes its address is (ServerUri).</summary>
    public string? ServerUri { get; set; }
    public bool CanRevoke { get; set; } = true;
    public FakeAnswer? DiscoveryAnswer { get; set; }
    public FakeAnswer? ExchangeAnswer { get; set; }
    public FakeAnswer RevocationAnswer { get; set; } = new(200);

    /// <summary>Answers of the token endpoint that come before <see cref="ExchangeAnswer"/>.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    public IReadOnlyList<FakeRequest> To(string path) => [.. server.Requests.Where(request => request.Path == path)];
    public IReadOnlyList<JsonNode> Exchanges => [.. To("/token/v1").Select(request => JsonNode.Parse(request.Body)!)];

    public static async Task<FakeOctopusServer> StartAsync(X509Certificate2? certificate = null)
    {
        FakeOctopusServer? octopus = null;
        octopus = new FakeOctopusServer(await FakeHttpServer.StartAsync(request => octopus!.Answer(request), certificate));
        return octopus;
    }

    public FakeAnswer Granted(object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { expires_in = 3600 })!.AsObject();
        body.TryAdd("access_token", AccessToken);
        body["token_type"] = "Bearer";
        body["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token";
        return new FakeAnswer(200, body.ToJsonString());
    }

    public static FakeAnswer Refused(string description, string error = "invalid_request", int status = 400) => new(status, JsonSerializer.Serialize(
        new { error, error_description = description, ErrorMessage = description, Errors = new[] { description } }));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private FakeAnswer Answer(FakeRequest request) => (request.Method, request.Path) switch
    {
        ("GET", "/.well-known/openid-configuration") => DiscoveryAnswer ?? Discovery(),
        ("POST", "/token/v1") => First.TryDequeue(out var first) ? first : ExchangeAnswer ?? Granted(),
        ("POST", "/token/v1/revoke") => RevocationAnswer,
        _ => new FakeAnswer(404, "no such page", "text/plain"),
    };

    private FakeAnswer Discovery()
    {
        var issuer = ServerUri ?? Url;
        var document = new JsonObject { ["issuer"] = issuer, ["token_endpoint"] = issuer + "/token/v1", ["jwks_uri"] = issuer + "/.well-known/jwks" };
        if (CanRevoke)
        {
            document["revocation_endpoint"] = issuer + "/token/v1/revoke";
        }
        return new FakeAnswer(200, document.ToJsonString());
    }
}
