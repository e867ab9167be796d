using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Web;

namespace OctoLogin.Tests.Support;

/// <summary>The service behind ACTIONS_ID_TOKEN_REQUEST_URL: gives the job an ID token for the audience it asks for.</summary>
public sealed class FakeIdTokenService : IAsyncDisposable
{
    private readonly Func<string, string> idTokenFor;
    private FakeHttpServer? server;

    private FakeIdTokenService(Func<string, string> idTokenFor) => this.idTokenFor = idTokenFor;

    /// <summary>Answers that come before the first ID token: outages, refusals, nonsense.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    public IReadOnlyCollection<FakeRequest> Requests => server!.Requests;

    /// <summary>The audiences asked for, in order.</summary>
    public IReadOnlyList<string> Audiences => [.. Requests.Select(request => HttpUtility.ParseQueryString(request.Query)["audience"] ?? "")];

    public string RequestUrl => server!.Url + "/idtoken/run/1?api-version=2.0";

    public string RequestToken { get; } = "request-token-" + Guid.NewGuid().ToString("N");

    /// <param name="idTokenFor">From the audience to a JWT; called once for each request, so each can be another one.</param>
    /// <param name="certificate">For https; the URL then names localhost.</param>
    public static async Task<FakeIdTokenService> StartAsync(Func<string, string> idTokenFor, X509Certificate2? certificate = null)
    {
        var service = new FakeIdTokenService(idTokenFor);
        service.server = await FakeHttpServer.StartAsync(service.Answer, certificate);
        return service;
    }

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    private FakeAnswer Answer(FakeRequest request)
    {
        if (First.TryDequeue(out var first))
        {
            return first;
        }
        if (request.Headers.GetValueOrDefault("Authorization") != "Bearer " + RequestToken)
        {
            return new FakeAnswer(401, """{"message":"the request token is missing or wrong"}""");
        }
        var audience = HttpUtility.ParseQueryString(request.Query)["audience"] ?? "https://github.com/octo-org";
        return new FakeAnswer(200, JsonSerializer.Serialize(new { value = idTokenFor(audience) }));
    }
}
