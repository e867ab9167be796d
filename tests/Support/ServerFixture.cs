using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OctoLogin.CloudLogins;
using OctoLogin.Http;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Support;

/// <summary>
/// The whole server over real HTTP on a free loopback port, with a PostgreSQL database of its own and GitHub's issuer stood in for
/// under its own name. Only the network's edge and the clock are a test's.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public const string AdminApiKey = "API-TESTADMINTESTADMINTESTADMIN";
    public const string MasterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly TestCertificates certificates;
    private readonly List<RunningServer> replicas = [];
    private readonly ServerFixture? first;
    private RunningServer server = null!;

    public ServerFixture() => certificates = new();

    private ServerFixture(ServerFixture first)
    {
        (this.first, certificates, Clock, Hosts, Database, GitHub) = (first, first.certificates, first.Clock, first.Hosts, first.Database, first.GitHub);
    }

    public TestDatabase Database { get; private set; } = null!;
    public TestClock Clock { get; } = new();

    /// <summary>How the server reaches the database; null: as the tests do.</summary>
    public string? ConnectionString { get; set; }
    public TestIssuer GitHub { get; private set; } = null!;
    public TestCertificates Certificates => certificates;

    /// <summary>Without a slash at its end; also the server's issuer, for a replica that of the first.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Host names that lead to a loopback port; every other name does not exist.</summary>
    public Dictionary<string, IPEndPoint> Hosts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Everything that was logged.</summary>
    public RecordedLogs Log { get; } = new();
    public IServiceProvider Services => server.App.Services;
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>With the administrator's API key.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>More services of a test's own, for a fixture made by hand before <see cref="InitializeAsync"/>.</summary>
    public Action<IServiceCollection>? AlsoReplace { get; set; }

    /// <summary>False: nobody is administrator, as at a first start without settings.</summary>
    public bool HasAdministrator { get; set; } = true;

    /// <summary>More settings, for a fixture made by hand before <see cref="InitializeAsync"/>.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        GitHub = await AddIssuerAsync(GitHubClaims.Issuer, key: TestIssuer.CommonKey());
        await StartAsync();
    }

    /// <summary>One more server of the same installation, not started: same database, clock and issuers. Disposed of before the first.</summary>
    public static ServerFixture ReplicaOf(ServerFixture first) => new(first);

    /// <summary>Starts (again) on the same database and the same port.</summary>
    public async Task StartAsync()
    {
        Url = Url.Length > 0 ? Url : $"http://127.0.0.1:{FreePort.Next()}";
        server = await Server.StartAsync(Arguments(Url), Replace);
        Anonymous = new HttpClient { BaseAddress = new Uri(Url) };
        Admin = ClientWithKey(AdminApiKey);
    }

    public async Task StopAsync() => await server.DisposeAsync();

    /// <summary>As SIGTERM does: what runs is told, and waited for.</summary>
    public async Task ShutDownAsync()
    {
        await server.App.StopAsync();
        await StopAsync();
    }

    /// <summary>A second server on the same database, at <c>App.Urls</c>; it is the test's to end.</summary>
    public Task<RunningServer> StartReplicaAsync() => Server.StartAsync(Arguments($"http://127.0.0.1:{FreePort.Next()}"), Replace);

    /// <summary>One more server on the same database, with nothing else in common: a client of it.</summary>
    public async Task<HttpClient> AddReplicaAsync()
    {
        replicas.Add(await StartReplicaAsync());
        return new HttpClient { BaseAddress = new Uri(replicas[^1].App.Urls.Single()) };
    }

    public HttpClient ClientWithKey(string apiKey)
    {
        var client = new HttpClient { BaseAddress = new Uri(Url) };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", apiKey);
        return client;
    }

    public HttpClient ClientWithToken(string accessToken)
    {
        var client = new HttpClient { BaseAddress = new Uri(Url) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        return client;
    }

    /// <summary>An https issuer on loopback under its own name, trusted by the server's connections.</summary>
    /// <param name="by">Whose CA signed its certificate, if not one that the server trusts.</param>
    public async Task<TestIssuer> AddIssuerAsync(string issuer, TestCertificates? by = null, RSA? key = null)
    {
        var started = await TestIssuer.StartAsync(by ?? certificates, issuer, key);
        Hosts[started.Host] = new IPEndPoint(IPAddress.Loopback, started.Port);
        return started;
    }

    /// <summary>A service account with a new name: its user Id and GUID.</summary>
    public async Task<(string Id, string Audience)> AddServiceAccountAsync(string? name = null)
    {
        var created = await PostAsync(Admin, "/api/users", new { Username = name ?? $"ci-{Guid.NewGuid():N}", DisplayName = "CI", IsService = true });
        var id = created.GetProperty("Id").GetString()!;
        var list = await Admin.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{id}/oidcidentities/v1");
        return (id, list.GetProperty("ExternalId").GetString()!);
    }

    /// <summary>Sends JSON, and fails the test with the answer's text when it is refused.</summary>
    public static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Json.Options);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"POST {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
        await server.DisposeAsync();
        if (first is not null)
        {
            return;
        }
        await GitHub.DisposeAsync();
        await Database.DisposeAsync();
        certificates.Dispose();
    }

    private string[] Arguments(string url) =>
    [
        $"--Urls={url}", $"--ServerUri={first?.Url ?? Url}", $"--ConnectionStrings:OctoLogin={ConnectionString ?? Database.ConnectionString}",
        $"--MasterKey={MasterKey}", .. HasAdministrator ? (string[])["--Admin:Username=admin", $"--Admin:ApiKey={AdminApiKey}"] : [],
        .. Hosts.Keys.SelectMany((host, i) => (string[])[$"--Issuers:AllowPrivateNetwork:{i}={host}", $"--Clouds:AllowPrivateNetwork:{i}={host}", $"--SignIn:AllowPrivateNetwork:{i}={host}"]),
        // What a test does not ask for must not happen beside it.
        "--HealthChecks:IntervalMinutes=0",
        .. Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
    ];

    private void Replace(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        services.Replace(ServiceDescriptor.Singleton(provider => new IssuerNetwork(provider.GetRequiredService<TokenExchangeOptions>())
        {
            Resolve = ResolveAsync,
            Roots = [certificates.Ca],
        }));
        services.Replace(ServiceDescriptor.Singleton(provider => new CloudNetwork(provider.GetRequiredService<CloudOptions>()) { Resolve = ResolveAsync, Roots = [certificates.Ca] }));
        services.Replace(ServiceDescriptor.Singleton(provider => new ProviderNetwork(provider.GetRequiredService<ProviderOptions>()) { Resolve = ResolveAsync, Roots = [certificates.Ca] }));
        services.AddLogging(logging => logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        AlsoReplace?.Invoke(services);
    }

    private Task<IReadOnlyList<IPEndPoint>> ResolveAsync(string host, int port, CancellationToken cancel) =>
        Hosts.TryGetValue(host, out var address) ? Task.FromResult<IReadOnlyList<IPEndPoint>>([address])
        : IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? Task.FromResult<IReadOnlyList<IPEndPoint>>([new(literal, port)])
        : throw new SocketException((int)SocketError.HostNotFound);
}
