using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Tests.Support;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.HealthChecks;

/// <summary>A server that clouds can know, and clusters: one with a certificate that everybody trusts, one with a CA of its own, one that is down.</summary>
public sealed class HealthStage : IAsyncLifetime
{
    public const string Trusted = "cluster.example.com";
    public const string OwnCa = "private-cluster.example.com";
    public const string Down = "down.example.com";
    public const string Role = "arn:aws:iam::123456789012:role/";
    public const string Tenant = "11111111-1111-1111-1111-111111111111";
    public const string Subscription = "33333333-3333-3333-3333-333333333333";

    private readonly CloudServer cloud = new();
    private readonly Socket closed = new(SocketType.Stream, ProtocolType.Tcp);
    private FakeHttpServer trusted = null!;
    private FakeHttpServer ownCa = null!;

    public ServerFixture Server => cloud.Server;
    public FakeClouds Clouds => cloud.Clouds;
    public FakeKubernetes Cluster { get; private set; } = null!;

    /// <summary>Of the cluster with a CA of its own.</summary>
    public TestCertificates Authority { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Cluster = new(() => Clouds);
        trusted = await FakeHttpServer.StartAsync(Cluster.AnswerAsync, Server.Certificates.ForHosts(Trusted));
        ownCa = await FakeHttpServer.StartAsync(Cluster.AnswerAsync, Authority.ForHosts(OwnCa));
        // Nobody else gets the port, and nobody listens there.
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Server.Hosts[Trusted] = new(IPAddress.Loopback, trusted.Port);
        Server.Hosts[OwnCa] = new(IPAddress.Loopback, ownCa.Port);
        Server.Hosts[Down] = (IPEndPoint)closed.LocalEndPoint!;
        await cloud.InitializeAsync();
        // Known after the settings were read: not allowed.
        Server.Hosts["inside.example.com"] = Server.Hosts[Trusted];
    }

    public static string Unique(string kind) => $"{kind}-{Guid.NewGuid():N}"[..16];

    public async Task<ApiAnswer> AccountAsync(string type, object fields, string? name = null) =>
        await Server.Admin.MakeAsync($"{Api.Space}/accounts", With(fields, ("Name", name ?? Unique("account")), ("AccountType", type)));

    /// <summary>An account whose ID token the cluster takes itself.</summary>
    public Task<ApiAnswer> GenericAsync(object? more = null) => AccountAsync("GenericOidcAccount", With(more ?? new { }, ("Audience", "kubernetes")));

    /// <summary>A target whose endpoint names the account; the cluster knows its subject unless told otherwise.</summary>
    public async Task<ApiAnswer> ClusterAsync(ApiAnswer? account, object? endpoint = null, string? environment = null, bool isKnown = true, string? name = null)
    {
        var target = await TargetAsync(With(endpoint ?? new { }, ("CommunicationStyle", "Kubernetes"), ("ClusterUrl", $"https://{Trusted}"), ("Authentication", new { AccountId = account?.Id })), environment, name);
        if (isKnown && account is not null)
        {
            Cluster.Users[SubjectOf(target, account)] = "oidc:octologin";
        }
        return target;
    }

    public async Task<ApiAnswer> TargetAsync(object endpoint, string? environment = null, string? name = null)
    {
        name ??= Unique("target");
        return await Server.Admin.MakeAsync($"{Api.Space}/machines", new
        {
            Name = name, Roles = new[] { "web" }, EnvironmentIds = new[] { environment ?? await Server.PlaceAsync(Unique("env")) }, Endpoint = endpoint,
        });
    }

    public static string SubjectOf(ApiAnswer target, ApiAnswer account) => $"space:default:target:{target["Slug"]}:account:{account["Slug"]}";

    public async Task<string> AskAsync(params ApiAnswer[] targets) =>
        (await Server.Admin.MakeAsync($"{Api.Space}/tasks", new { Name = "Health", Arguments = new { Timeout = "00:05:00", MachineTimeout = "00:05:00", MachineIds = targets.Select(target => target.Id) } })).Id;

    /// <summary>Checks it and says what it is then: its status and why.</summary>
    public async Task<(string Status, string Summary)> CheckAsync(ApiAnswer target)
    {
        var task = await AskAsync(target);
        await Eventually.TrueAsync(async () => (await Server.Admin.SeeAsync($"{Api.Space}/tasks/{task}")).Json.GetProperty("IsCompleted").GetBoolean(), $"{task} ended", TimeSpan.FromMinutes(1));
        var (status, summary) = await HealthAsync(target);
        await Server.EndsAsync(task, status == "Healthy" ? "Success" : "Failed");
        return (status, summary);
    }

    public async Task<(string Status, string Summary)> HealthAsync(ApiAnswer target)
    {
        var now = await Server.Admin.SeeAsync($"{Api.Space}/machines/{target.Id}");
        return (now["HealthStatus"], now["StatusSummary"]);
    }

    /// <summary>The fields, and these where it has none of that name.</summary>
    private static Dictionary<string, object?> With(object fields, params (string Name, object? Value)[] others)
    {
        var all = JsonSerializer.SerializeToElement(fields, Json.Options).EnumerateObject().ToDictionary(field => field.Name, field => (object?)field.Value);
        foreach (var (name, value) in others)
        {
            all.TryAdd(name, value);
        }
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await cloud.DisposeAsync();
        await trusted.DisposeAsync();
        await ownCa.DisposeAsync();
        closed.Dispose();
        Authority.Dispose();
    }
}
