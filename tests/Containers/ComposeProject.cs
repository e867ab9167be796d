using System.Net;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Containers;

/// <summary>docker-compose.yml as it is, under a name, a port and secrets of its own; nothing of it stays afterwards.</summary>
public class ComposeProject(ServerImage image) : IAsyncLifetime
{
    private readonly string _name = $"octologin-test-{Guid.NewGuid():N}"[..23];
    private readonly string _secrets = Directory.CreateTempSubdirectory("octologin-secrets-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly int _replicasPort = FreePort.Next();
    private HttpClient? _client;

    public string Secrets => _secrets;

    /// <summary>Why these tests cannot run on this machine, or null.</summary>
    public string? Missing { get; private set; }

    public HttpClient Client => _client ??= new HttpClient
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port}"),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>By way of nginx, with the profile of replicas.</summary>
    public Uri ReplicasUrl => new($"http://127.0.0.1:{_replicasPort}");

    /// <summary>`--profile …` and more settings, before the project is up.</summary>
    protected virtual string[] Profile => [];

    protected virtual IReadOnlyDictionary<string, string> MoreSettings => new Dictionary<string, string>();

    private Dictionary<string, string> Settings => new(MoreSettings)
    {
        ["OCTOLOGIN_IMAGE"] = ServerImage.Repository,
        ["OCTOLOGIN_VERSION"] = image.Tag,
        ["OCTOLOGIN_PORT"] = $"{_port}",
        ["OCTOLOGIN_REPLICAS_PORT"] = $"{_replicasPort}",
        ["OCTOLOGIN_SECRETS"] = _secrets,
        ["SERVER_URI"] = $"http://localhost:{_port}",
    };

    public async ValueTask InitializeAsync()
    {
        Missing = image.Missing ?? await Docker.WhatIsMissingForComposeAsync() ?? await WhatIsMissingAsync();
        if (Missing is not null)
        {
            return;
        }

        (await Docker.StartAsync("bash", ["deploy/create-secrets", _secrets], null)).Require();
        try
        {
            await UpAsync();
        }
        catch (InvalidOperationException failure)
        {
            var logs = await Docker.RunAsync(["compose", "--project-name", _name, .. Profile, "logs", "--tail", "60"], Settings);
            throw new InvalidOperationException($"{failure.Message}\n{logs.Text}");
        }
    }

    protected virtual Task<string?> WhatIsMissingAsync() => Task.FromResult<string?>(null);

    public async Task UpAsync() => await ComposeAsync("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180");

    public async Task<string> ComposeAsync(params string[] arguments) =>
        (await Docker.RunAsync(["compose", "--project-name", _name, .. Profile, .. arguments], Settings, TimeSpan.FromMinutes(4))).Require();

    /// <summary>Both servers of the replicas, one after the other.</summary>
    public async Task UpgradeAsync() =>
        (await Docker.RunAsync("bash", ["deploy/upgrade-replicas", "--project-name", _name], Settings, TimeSpan.FromMinutes(4))).Require();

    /// <summary>The container's id.</summary>
    public async Task<string> ContainerAsync(string service) => (await ComposeAsync("ps", "--quiet", service)).Trim();

    public async Task WaitUntilReadyAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if ((await Client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // not listening yet
            }

            attempt.ShouldBeLessThan(120, "the server was not ready within a minute\n" + await ComposeAsync("logs", "--tail", "40"));
            await Task.Delay(500);
        }
    }

    public async Task<string> InstallationIdAsync()
    {
        using var answer = JsonDocument.Parse(await Client.GetStringAsync("/api"));
        answer.RootElement.GetProperty("Version").GetString().ShouldNotBeNullOrEmpty();
        return answer.RootElement.GetProperty("InstallationId").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Missing is null)
        {
            await Docker.RunAsync(
                ["compose", "--project-name", _name, .. Profile, "down", "--volumes", "--remove-orphans"], Settings, TimeSpan.FromMinutes(2));
        }

        _client?.Dispose();
        Directory.Delete(_secrets, recursive: true);
    }
}
