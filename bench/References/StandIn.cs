using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace OctoLogin.Bench.References;

/// <summary>A server in this process whose answers are made before: the issuer of the subject tokens, and what the action calls.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication app;

    private StandIn(WebApplication app) => this.app = app;

    /// <summary>The issuer's two documents (OpenID Connect Discovery 1.0).</summary>
    public static Task<StandIn> IssuerAsync(Load.SubjectTokens tokens, X509Certificate2 certificate) => StartAsync(tokens.Port, certificate, routes =>
    {
        routes.MapGet("/.well-known/openid-configuration", () => Json(new { issuer = tokens.Issuer, jwks_uri = $"{tokens.Issuer}/jwks" }));
        routes.MapGet("/jwks", () => Json(new { keys = new[] { tokens.Jwk() } }));
    });

    /// <summary>An Octopus server and GitHub's token service in one.</summary>
    public static Task<StandIn> ForActionAsync(string url, int port, X509Certificate2? certificate, string token) => StartAsync(port, certificate, routes =>
    {
        routes.MapGet("/.well-known/openid-configuration", () => Json(new { issuer = url, token_endpoint = $"{url}/token/v1" }));
        routes.MapGet("/idtoken", () => Json(new { value = token }));
        routes.MapPost("/token/v1", () => Json(new { access_token = token, token_type = "Bearer", expires_in = 3600 }));
    });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<StandIn> StartAsync(int port, X509Certificate2? certificate, Action<IEndpointRouteBuilder> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new StandIn(app);
    }

    private static IResult Json<T>(T value) => Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(value), "application/json");
}
