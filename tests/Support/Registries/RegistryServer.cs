using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.Support.Registries;

/// <summary>
/// A server that clouds know, two real registries (one with user and password, one with tokens), and in front of them the registries of AWS,
/// Azure and Google under their names, which take only the logins that those clouds have given and that are still good.
/// </summary>
public sealed class RegistryServer : IAsyncLifetime
{
    public const string BasicHost = "registry.example.com", TokenHost = "tokens.example.com", RealmHost = "realm.example.com";
    public const string EcrHost = "123456789012.dkr.ecr.eu-west-1.amazonaws.com", EcrApi = "api.ecr.eu-west-1.amazonaws.com";
    public const string AcrHost = "acme.azurecr.io", GoogleHost = "europe-docker.pkg.dev";

    /// <summary>A user's of AWS, as it was before there were roles.</summary>
    public const string StoredKey = "AKIAFEEDFEEDFEED", StoredSecret = "stored-secret-key";

    private readonly RegistryTokens tokens = new($"https://{RealmHost}/token");
    private readonly List<FakeHttpServer> fronts = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> passwords = new();
    private HttpClient network = null!;

    public CloudServer Cloud { get; } = new();
    public ServerFixture Server => Cloud.Server;
    public DebianRegistry Basic { get; private set; } = null!;
    public DebianRegistry Tokens { get; private set; } = null!;

    /// <summary>How often a cloud's registry gave a login.</summary>
    public int Logins;

    public ICollection<string> Passwords => passwords.Keys;

    /// <summary>What clouds have given is good no longer.</summary>
    public void Revoke()
    {
        foreach (var password in passwords.Keys)
        {
            passwords[password] = DateTimeOffset.MinValue;
        }
        Cloud.Clouds.Google.Tokens.Clear();
    }

    /// <summary>Everything that was sent to a cloud's registry, and to the realm.</summary>
    public IEnumerable<FakeRequest> Requests => fronts.SelectMany(front => front.Requests);

    public async ValueTask InitializeAsync()
    {
        if (DebianRegistry.Missing is not null)
        {
            return;
        }
        Server.Settings["Clouds:PatienceSeconds"] = "0";
        Basic = await DebianRegistry.StartAsync(Server.Certificates, [BasicHost], null);
        Tokens = await DebianRegistry.StartAsync(Server.Certificates, [TokenHost], tokens);
        (Server.Hosts[BasicHost], Server.Hosts[TokenHost]) = (Basic.EndPoint, Tokens.EndPoint);
        network = FakeClouds.Network(Server.Certificates, Server.Hosts);
        await ServeAsync(RealmHost, request => Task.FromResult(tokens.Answer(request, (user, password) => (user, password) == (DebianRegistry.User, DebianRegistry.Password))));
        await ServeAsync(EcrApi, request => Task.FromResult(GiveEcr(request)));
        await ServeAsync(EcrHost, EcrAsync);
        await ServeAsync(AcrHost, AcrAsync);
        await ServeAsync(GoogleHost, GoogleAsync);
        await Cloud.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (DebianRegistry.Missing is not null)
        {
            return;
        }
        await Cloud.DisposeAsync();
        foreach (var front in fronts)
        {
            await front.DisposeAsync();
        }
        await Basic.DisposeAsync();
        await Tokens.DisposeAsync();
        network.Dispose();
        tokens.Dispose();
    }

    private async Task ServeAsync(string host, Func<FakeRequest, Task<FakeAnswer>> answer)
    {
        var front = await FakeHttpServer.StartAsync(answer, Server.Certificates.ForHosts(host));
        fronts.Add(front);
        Server.Hosts[host] = new(IPAddress.Loopback, front.Port);
    }

    private DateTimeOffset Now => Server.Clock.GetUtcNow();

    private string Give(string start, DateTimeOffset until)
    {
        Interlocked.Increment(ref Logins);
        var password = start + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        passwords[password] = until;
        return password;
    }

    private bool IsGood(string password) => passwords.TryGetValue(password, out var until) && until > Now;

    private FakeAnswer GiveEcr(FakeRequest request)
    {
        var signature = AwsSignature.Read(request);
        var session = signature is null ? null : Cloud.Clouds.Sts.FindSession(signature, request);
        var good = session is null ? signature?.AccessKeyId == StoredKey && signature.IsRight(request, StoredSecret, session: false)
            : session.Expiration > Now && signature!.IsRight(request, session.SecretAccessKey);
        if (!good || signature is not { Service: "ecr", Region: "eu-west-1" })
        {
            return new(400, """{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}""");
        }
        if (request.Headers["X-Amz-Target"] != "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken" || request.Headers["Content-Type"] != "application/x-amz-json-1.1" || request.Body != "{}")
        {
            return new(400, """{"__type":"UnknownOperationException"}""");
        }
        var until = Now.AddHours(12);
        var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{Give("ecr-", until)}"));
        return new(200, JsonSerializer.Serialize(new
        {
            authorizationData = new[] { new { authorizationToken = token, expiresAt = until.ToUnixTimeMilliseconds() / 1000.0, proxyEndpoint = $"https://{EcrHost}" } },
        }));
    }

    private Task<FakeAnswer> EcrAsync(FakeRequest request) => RegistryTokens.Basic(request) is ("AWS", var password) && IsGood(password)
        ? PassAsync(request, BasicHost, Own)
        : Task.FromResult(new FakeAnswer(401, """{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}""").With("WWW-Authenticate", $"Basic realm=\"https://{EcrHost}/\",service=\"ecr.amazonaws.com\""));

    private static AuthenticationHeaderValue Own => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{DebianRegistry.User}:{DebianRegistry.Password}")));

    private async Task<FakeAnswer> AcrAsync(FakeRequest request) => request.Path switch
    {
        "/oauth2/exchange" => GiveAcr(request),
        "/oauth2/token" => tokens.Answer(request, (user, password) => user == "00000000-0000-0000-0000-000000000000" && IsGood(password)),
        _ => await PassAsync(request, TokenHost, null, $"https://{AcrHost}/oauth2/token"),
    };

    private FakeAnswer GiveAcr(FakeRequest request)
    {
        var form = HttpUtility.ParseQueryString(request.Body);
        if (request.Method != "POST" || form["grant_type"] != "access_token" || form["service"] != AcrHost
            || !Cloud.Clouds.Entra.Tokens.TryGetValue(form["access_token"] ?? "", out var token) || token.Resource != "https://containerregistry.azure.net" || token.Tenant != form["tenant"])
        {
            return new(401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required, visit https://aka.ms/acr/authorization for more information."}]}""");
        }
        var until = Now.AddHours(3);
        var claims = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { exp = until.ToUnixTimeSeconds() }));
        return new(200, JsonSerializer.Serialize(new { refresh_token = Give($"e30.{claims}.", until) }));
    }

    private async Task<FakeAnswer> GoogleAsync(FakeRequest request) => request.Path == "/v2/token"
        ? tokens.Answer(request, (user, password) => user == "oauth2accesstoken" && Cloud.Clouds.Google.Tokens.TryGetValue(password, out var token) && token.ExpiresAt > Now)
        : await PassAsync(request, TokenHost, null, $"https://{GoogleHost}/v2/token");

    private async Task<FakeAnswer> PassAsync(FakeRequest request, string host, AuthenticationHeaderValue? by, string? realm = null)
    {
        using var passed = new HttpRequestMessage(new HttpMethod(request.Method), $"https://{host}{request.Path}{request.Query}");
        passed.Headers.Authorization = by ?? (request.Headers.GetValueOrDefault("Authorization") is { } header ? AuthenticationHeaderValue.Parse(header) : null);
        using var response = await network.SendAsync(passed);
        var answer = new FakeAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        foreach (var name in new[] { "Link", "WWW-Authenticate" })
        {
            if (response.Headers.TryGetValues(name, out var values))
            {
                answer = answer.With(name, string.Join(", ", values).Replace(tokens.Realm, realm ?? tokens.Realm, StringComparison.Ordinal));
            }
        }
        return answer;
    }
}
