using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OctoLogin.DevIssuer;

/// <summary>
/// Stands in for GitHub: publishes a key, and gives jobs that it knows the ID token they ask for. Plain http, on loopback alone: only a
/// server in Development believes such an issuer. Key and address are kept, so that a second run is the same issuer.
/// </summary>
internal sealed class DevIssuer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Job> jobs = new(StringComparer.Ordinal);
    private readonly RSA key = RSA.Create();
    private readonly string keyId;
    private readonly WebApplication app;

    private DevIssuer(WebApplication app, string url, string pem)
    {
        (this.app, Url) = (app, url);
        key.ImportFromPem(pem);
        keyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
    }

    /// <summary>Its name in tokens, too.</summary>
    public string Url { get; }

    public static async Task<DevIssuer> StartAsync(RunOptions options, CancellationToken cancel)
    {
        PrivateFile.MakeDirectory(options.IssuerDirectory, othersPassThrough: false);
        var pem = PrivateFile.ReadOrMake(Path.Combine(options.IssuerDirectory, "key.pem"), () =>
        {
            using var made = RSA.Create(2048);
            return made.ExportPkcs8PrivateKeyPem();
        });
        var address = Path.Combine(options.IssuerDirectory, "url");
        var port = ChoosePort(File.Exists(address) ? new Uri(File.ReadAllText(address).Trim()).Port : new Uri(options.Url).Port + 1);
        var url = $"http://127.0.0.1:{port}";
        PrivateFile.Write(address, url);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var issuer = new DevIssuer(builder.Build(), url, pem);
        issuer.app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = url, jwks_uri = $"{url}/.well-known/jwks" }));
        issuer.app.MapGet("/.well-known/jwks", () => Results.Json(new { keys = new[] { issuer.Jwk() } }));
        issuer.app.MapGet("/idtoken", issuer.GiveIdToken);
        await issuer.app.StartAsync(cancel);
        return issuer;
    }

    /// <summary>The two variables that a job with `permissions: id-token: write` finds.</summary>
    public IEnumerable<KeyValuePair<string, string>> VariablesFor(Job job)
    {
        jobs[job.RequestToken] = job;
        return [new("ACTIONS_ID_TOKEN_REQUEST_URL", $"{Url}/idtoken?api-version=2.0"), new("ACTIONS_ID_TOKEN_REQUEST_TOKEN", job.RequestToken)];
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(true));
        await app.DisposeAsync();
        key.Dispose();
    }

    private IResult GiveIdToken(HttpRequest request, string audience) =>
        request.Headers.Authorization.ToString() is { Length: > 7 } given && jobs.TryGetValue(given["Bearer ".Length..], out var job)
            ? Results.Json(new { value = Sign(job.Claims(Url, audience, DateTimeOffset.UtcNow)) })
            : Results.Json(new { message = "This job is not known." }, statusCode: StatusCodes.Status401Unauthorized);

    private string Sign(Dictionary<string, object> claims)
    {
        var input = $"{Encode(new { typ = "JWT", alg = "RS256", kid = keyId })}.{Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private object Jwk()
    {
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = keyId, n = Base64Url.EncodeToString(numbers.Modulus), e = Base64Url.EncodeToString(numbers.Exponent) };
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private static int ChoosePort(int wanted)
    {
        foreach (var port in (int[])[wanted, 0])
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (Exception taken) when (taken is SocketException or ArgumentOutOfRangeException)
            {
                // Somebody else's now: the issuer moves, and the demonstration registers it anew.
            }
        }
        throw new DemoException("There is no free port on 127.0.0.1 for the development issuer.");
    }
}
