using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>The three clouds, an issuer whose keys and documents a test can spoil, and our logins on the network between them.</summary>
public sealed class CloudStage : IAsyncLifetime
{
    public const string Subject = "space:default:project:web:environment:production";
    public const string RoleArn = "arn:aws:iam::123456789012:role/octologin";
    public const string Tenant = "11111111-1111-1111-1111-111111111111";
    public const string ClientId = "22222222-2222-2222-2222-222222222222";
    public const string Subscription = "33333333-3333-3333-3333-333333333333";
    public const string Email = "deployer@project.iam.gserviceaccount.com";

    private readonly Dictionary<string, IPEndPoint> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly RSA key = RSA.Create(2048);

    public TestCertificates Certificates { get; } = new();
    public TestClock Clock { get; } = new();
    public TestIssuer Issuer { get; private set; } = null!;
    public FakeClouds Clouds { get; private set; } = null!;
    public CloudNetwork Network { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Issuer = await TestIssuer.StartAsync(Certificates, CloudServer.Issuer);
        hosts[Issuer.Host] = new(IPAddress.Loopback, Issuer.Port);
        Clouds = await FakeClouds.StartAsync(Certificates, hosts, Clock);
        Network = NetworkWith(Options());
        Reset();
    }

    /// <summary>Everything as it should be again.</summary>
    public void Reset()
    {
        (Issuer.Key, Issuer.KeyId, Issuer.Jwks) = (key, "test-key-1", null);
        Issuer.Discovery = () => Document();
        Clouds.Sts.Trust(CloudServer.Issuer, CloudServer.Host, RoleArn, Subject);
        Clouds.Entra.Credentials.Clear();
        Clouds.Entra.Credentials.Add(new(Tenant, ClientId, CloudServer.Issuer, Subject, FakeEntra.Audience));
        Clouds.Entra.Subscriptions[Subscription] = [ClientId];
        Clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer);
        Clouds.Google.ServiceAccounts[Email] = new([FakeGoogle.Principal(Subject)]);
        foreach (var party in (RelyingParty[])[Clouds.Sts.RelyingParty, Clouds.Entra.RelyingParty, Clouds.Google.RelyingParty])
        {
            party.ClockError = default;
        }
    }

    public static FakeAnswer Document(string issuer = CloudServer.Issuer, string algorithm = "RS256", string jwks = CloudServer.Issuer + "/.well-known/jwks") => new(200, JsonSerializer.Serialize(new
    {
        issuer, jwks_uri = jwks, response_types_supported = new[] { "id_token" }, subject_types_supported = new[] { "public" }, id_token_signing_alg_values_supported = new[] { algorithm },
    }));

    /// <summary>A token as this server makes it.</summary>
    public Attempt Attempt(string audience) => new(this, audience);

    public CloudOptions Options(int patienceSeconds = 0, params string[] allowed) => new()
    {
        Network = new(CloudOptions.Section, (allowed.Length > 0 ? allowed : [.. hosts.Keys]).ToHashSet(StringComparer.OrdinalIgnoreCase), null, false),
        Patience = TimeSpan.FromSeconds(patienceSeconds), GoogleUniverseDomain = "googleapis.com",
    };

    public CloudNetwork NetworkWith(CloudOptions options) => new(options)
    {
        Roots = [Certificates.Ca],
        Resolve = (host, port, _) => hosts.TryGetValue(host, out var address) ? Task.FromResult<IReadOnlyList<IPEndPoint>>([address])
            : IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? Task.FromResult<IReadOnlyList<IPEndPoint>>([new(literal, port)])
            : throw new SocketException((int)SocketError.HostNotFound),
    };

    /// <summary>An https server of a test's own under this name.</summary>
    public async Task<FakeHttpServer> ServeAsync(string host, Func<FakeRequest, FakeAnswer> answer)
    {
        var server = await FakeHttpServer.StartAsync(answer, Certificates.ForHosts(host));
        hosts[host] = new(IPAddress.Loopback, server.Port);
        return server;
    }

    public AwsLogin Aws(CloudOptions? options = null) => new(Network, new(options ?? Options(), Clock));

    public AzureLogin Azure(CloudOptions? options = null) => new(Network, new(options ?? Options(), Clock));

    public GoogleLogin Google(CloudOptions? options = null) => new(Network, new(options ?? Options(), Clock), options ?? Options(), Clock);

    public static AwsOidcDetails Role => new() { RoleArn = RoleArn, Region = "eu-west-1" };

    public static AzureOidcDetails App => new() { TenantId = Tenant, ClientId = ClientId, SubscriptionNumber = Subscription };

    public async ValueTask DisposeAsync()
    {
        Network.Dispose();
        await Clouds.DisposeAsync();
        await Issuer.DisposeAsync();
        Certificates.Dispose();
        key.Dispose();
    }
}

/// <summary>A token to be spoiled, and then sent.</summary>
public sealed class Attempt
{
    private readonly CloudStage stage;

    public Attempt(CloudStage stage, string audience)
    {
        this.stage = stage;
        var now = stage.Clock.GetUtcNow().ToUnixTimeSeconds();
        Claims = new()
        {
            ["iss"] = CloudServer.Issuer, ["sub"] = CloudStage.Subject, ["aud"] = audience, ["iat"] = now, ["nbf"] = now, ["exp"] = now + 600, ["jti"] = Guid.NewGuid().ToString("N"),
        };
        Header = new() { ["alg"] = "RS256", ["kid"] = stage.Issuer.KeyId, ["typ"] = "JWT" };
    }

    public Dictionary<string, object?> Claims { get; }
    public Dictionary<string, object?> Header { get; }
    public TestIssuer Issuer => stage.Issuer;

    /// <summary>Null: signed with the issuer's present key.</summary>
    public Func<string, string>? SignedAs { get; set; }

    public IdToken Token => new(SignedAs is null ? Issuer.Sign(Claims, Header) : SignedAs(Issuer.Sign(Claims, Header)),
        $"{Claims["iss"]}", $"{Claims.GetValueOrDefault("sub")}", $"{Claims.GetValueOrDefault("aud")}", stage.Clock.GetUtcNow().AddMinutes(10));
}
