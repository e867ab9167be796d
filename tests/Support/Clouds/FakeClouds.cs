using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Web;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>
/// AWS, Azure and Google under their own names, with https on loopback; each reads an issuer's keys over the network, by the same names.
/// What is not led here by name can ask each at its <c>localhost</c> URL.
/// </summary>
public sealed class FakeClouds : IAsyncDisposable
{
    private readonly HttpClient network;
    private FakeHttpServer stsServer = null!;
    private FakeHttpServer entraServer = null!;
    private FakeHttpServer googleServer = null!;

    private FakeClouds(HttpClient network, TimeProvider clock)
    {
        this.network = network;
        (Sts, Entra, Google) = (new(new(network, clock)), new(new(network, clock)), new(new(network, clock)));
    }

    public FakeSts Sts { get; }
    public FakeEntra Entra { get; }
    public FakeGoogle Google { get; }

    public string StsUrl => stsServer.Url;
    public string EntraUrl => entraServer.Url;
    public string GoogleUrl => googleServer.Url;

    /// <summary>Everything that was sent to any cloud.</summary>
    public IEnumerable<FakeRequest> Requests => stsServer.Requests.Concat(entraServer.Requests).Concat(googleServer.Requests);

    /// <summary>Every ID token that was sent to any cloud.</summary>
    public string[] SentTokens => [.. Requests.Select(request => HttpUtility.ParseQueryString(request.Body)).Select(form => form["WebIdentityToken"] ?? form["client_assertion"] ?? form["subject_token"]).OfType<string>().Distinct()];

    /// <param name="hosts">Where names lead; the clouds' own are added.</param>
    public static async Task<FakeClouds> StartAsync(TestCertificates certificates, Dictionary<string, IPEndPoint> hosts, TimeProvider clock)
    {
        var clouds = new FakeClouds(Network(certificates, hosts), clock);
        async Task<FakeHttpServer> Serve(string[] names, Func<FakeRequest, Task<FakeAnswer>> answer)
        {
            var server = await FakeHttpServer.StartAsync(answer, certificates.ForHosts([.. names, "localhost", "127.0.0.1"]));
            foreach (var name in names)
            {
                hosts[name] = new(IPAddress.Loopback, server.Port);
            }
            return server;
        }
        clouds.stsServer = await Serve(FakeSts.Hosts, clouds.Sts.AnswerAsync);
        clouds.entraServer = await Serve(FakeEntra.Hosts, clouds.Entra.AnswerAsync);
        clouds.googleServer = await Serve(FakeGoogle.Hosts, clouds.Google.AnswerAsync);
        return clouds;
    }

    /// <summary>The internet as these names show it: nothing else exists, and only the test's CA is trusted.</summary>
    public static HttpClient Network(TestCertificates certificates, Dictionary<string, IPEndPoint> hosts)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(certificates.Ca);
        return new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, SslOptions = new() { CertificateChainPolicy = trust },
            ConnectCallback = async (context, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(hosts.GetValueOrDefault(context.DnsEndPoint.Host) ?? throw new SocketException((int)SocketError.HostNotFound), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await stsServer.DisposeAsync();
        await entraServer.DisposeAsync();
        await googleServer.DisposeAsync();
        network.Dispose();
    }
}

/// <summary>A server that clouds can know: behind https under a public name, which is its issuer; and the clouds.</summary>
public sealed class CloudServer : IAsyncLifetime
{
    public const string Issuer = "https://octologin.example.com";
    public const string Host = "octologin.example.com";

    private TlsProxy front = null!;

    public ServerFixture Server { get; } = new();
    public FakeClouds Clouds { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        front = await TlsProxy.StartAsync(Server.Certificates.ForHosts(Host, "localhost"));
        Server.Hosts[Host] = new(IPAddress.Loopback, new Uri(front.Url).Port);
        Clouds = await FakeClouds.StartAsync(Server.Certificates, Server.Hosts, Server.Clock);
        Server.Settings["ServerUri"] = Issuer;
        // What is refused is told at once; patience has tests of its own.
        Server.Settings["Clouds:PatienceSeconds"] = "0";
        await Server.InitializeAsync();
        front.Target = new(Server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Clouds.DisposeAsync();
        await front.DisposeAsync();
    }
}
