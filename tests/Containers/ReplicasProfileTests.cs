using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Containers;

[Collection(ServerImageCollection.Name)]
public sealed class ReplicasProfileTests(ReplicasProject project) : IClassFixture<ReplicasProject>
{
    private static readonly string[] Servers = ["server", "server-2"];

    [Fact]
    public async Task Two_servers_serve_through_nginx_share_their_state_and_one_may_end_at_any_time()
    {
        Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");
        using var client = await ClientAsync();
        (await project.ComposeAsync("ps", "--services")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["nginx", "postgres", .. Servers], ignoreOrder: true);

        // Both answer, and both know what was made by way of either.
        var made = new List<string>();
        foreach (var i in Enumerable.Range(0, 8))
        {
            made.Add((await client.MakeAsync("/api/users", new { Username = $"ci-{i}", DisplayName = "CI", IsService = true })).Id);
        }
        foreach (var server in Servers)
        {
            await Eventually.TrueAsync(async () =>
            {
                made.Add((await client.MakeAsync("/api/users", new { Username = $"ci-{made.Count}", DisplayName = "CI", IsService = true })).Id);
                return await RequestsOfAsync(server) > 0;
            }, $"nginx gives work to {server}");
        }
        foreach (var id in made.Concat(made))
        {
            (await client.SendAsync("GET", $"/api/users/{id}")).ShouldBe(200);
        }

        foreach (var server in Servers)
        {
            // kill -9 first, then as an upgrade ends it; nginx is refused a connection, and asks the other.
            await project.ComposeAsync(server == "server" ? "kill" : "stop", server);
            for (var i = 0; i < 10; i++)
            {
                (await client.MakeAsync("/api/users", new { Username = $"without-{server}-{i}", DisplayName = "CI", IsService = true })).ShouldBe(201);
            }
            await project.ComposeAsync("start", server);
            await Eventually.TrueAsync(async () => (await project.ComposeAsync("ps", "--format", "{{.Health}}", server)).Trim() == "healthy", $"{server} is back", TimeSpan.FromMinutes(2));
        }
    }

    /// <summary>The upgrade of docs/deployment.md, with the same version.</summary>
    [Fact]
    public async Task Servers_that_are_made_anew_one_after_the_other_interrupt_nobody()
    {
        Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");
        using var client = await ClientAsync();
        var failures = new ConcurrentBag<string>();
        var answered = 0;
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var answer = await client.GetAsync("/api/users/me");
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    failures.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                }
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        var before = await ContainersAsync();
        await project.UpgradeAsync();
        (await ContainersAsync()).Intersect(before).ShouldBeEmpty();
        var sofar = answered;
        await Eventually.TrueAsync(() => answered > sofar + 20, "calls go on");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        failures.Distinct().ShouldBeEmpty(await project.ComposeAsync("logs", "--no-color", "--timestamps", "nginx"));
    }

    [Fact]
    public async Task When_no_server_answers_nginx_says_so_as_the_servers_would()
    {
        Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");
        using var client = await ClientAsync();
        await project.ComposeAsync(["stop", .. Servers]);
        try
        {
            using var answer = await client.PostAsync("/token/v1", new FormUrlEncodedContent(Exchanges.Form("x", "y")));
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateObject().Select(member => member.Name)
                .ShouldBe(["error", "error_description", "ErrorMessage", "Errors"]);
        }
        finally
        {
            await project.ComposeAsync(["start", .. Servers]);
        }
    }

    [Fact]
    public async Task The_client_is_who_nginx_saw_and_not_who_a_header_says()
    {
        Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");
        using var through = await ClientAsync();
        var nginx = await AddressesAsync("nginx");
        foreach (var client in (HttpClient[])[through, project.Client])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/token/v1") { Content = new FormUrlEncodedContent(Exchanges.Form("x", "y")) };
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.8");
            using var answer = await client.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await answer.Content.ReadAsStringAsync());
            var id = answer.Headers.GetValues("X-Correlation-Id").Single();
            var address = (await project.ComposeAsync("exec", "-T", "postgres", "psql", "--username", "octologin", "--tuples-only", "--no-align", "--command",
                $"select ip_address from audit_events where correlation_id = '{id}'")).Trim();
            IPAddress.TryParse(address, out _).ShouldBeTrue(address);
            address.ShouldNotStartWith("203.0.113.");
            nginx.ShouldNotContain(address, "nginx is not the client");
        }
    }

    [Fact]
    public async Task Nginx_is_no_root_has_no_capability_and_no_writable_root()
    {
        Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");
        var container = await project.ContainerAsync("nginx");
        var users = (await Docker.RunAsync(["top", container, "-eo", "uid,pid,args"])).Require().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        users.ShouldNotBeEmpty();
        users.ShouldAllBe(line => line.TrimStart().StartsWith("101 "));
        (await project.ComposeAsync("exec", "-T", "nginx", "cat", "/proc/1/status")).ShouldContain("CapEff:\t0000000000000000");
        JsonDocument.Parse((await Docker.RunAsync(["inspect", container])).Require()).RootElement[0].GetProperty("HostConfig").GetProperty("ReadonlyRootfs").GetBoolean().ShouldBeTrue();
    }

    private async Task<string[]> ContainersAsync() => [.. await Task.WhenAll(Servers.Select(project.ContainerAsync))];

    private async Task<HttpClient> ClientAsync()
    {
        var client = new HttpClient { BaseAddress = project.ReplicasUrl };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", await project.ComposeAsync("exec", "-T", "server-2", "cat", "/run/secrets/Admin__ApiKey"));
        await Eventually.TrueAsync(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, "a server is ready", TimeSpan.FromMinutes(2));
        return client;
    }

    /// <summary>By its own metrics, asked in its container.</summary>
    private async Task<int> RequestsOfAsync(string server)
    {
        var key = await project.ComposeAsync("exec", "-T", server, "cat", "/run/secrets/Admin__ApiKey");
        var address = (await AddressesAsync(server)).First();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}:8065") };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", key);
        return OctoLogin.Tests.Telemetry.Scrape.Of(await client.GetStringAsync("/metrics")).Series.Count(one => one.Contains("http_route=\"/api/users/\"", StringComparison.Ordinal));
    }

    private async Task<List<string>> AddressesAsync(string service) =>
        [.. JsonDocument.Parse((await Docker.RunAsync(["inspect", await project.ContainerAsync(service)])).Require()).RootElement[0]
            .GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject()
            .OrderBy(network => network.Name.EndsWith("_outside", StringComparison.Ordinal) ? 0 : 1).Select(network => network.Value.GetProperty("IPAddress").GetString()!)];
}
