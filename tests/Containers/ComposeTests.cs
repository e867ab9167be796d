using System.Net;
using System.Text.Json;

namespace OctoLogin.Tests.Containers;

[Collection(ServerImageCollection.Name)]
public sealed class ComposeTests(ComposeProject project) : IClassFixture<ComposeProject>
{
    private static readonly string[] Services = ["server", "postgres"];

    private static readonly string[] ServerSecrets = ["ConnectionStrings__OctoLogin", "MasterKey", "Admin__Password", "Admin__ApiKey", "Metrics__Token"];

    [Fact]
    public async Task Serves_and_survives_a_restart()
    {
        SkipUnlessUp();
        (await project.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await project.Client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var before = await project.InstallationIdAsync();

        await project.ComposeAsync("restart");

        await project.WaitUntilReadyAsync();
        (await project.InstallationIdAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Keeps_its_data_when_the_containers_are_removed_and_made_again()
    {
        SkipUnlessUp();
        var before = await project.InstallationIdAsync();

        await project.ComposeAsync("down");
        await project.UpAsync();

        (await project.InstallationIdAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Runs_nothing_as_root_nor_with_a_capability_nor_on_a_writable_root()
    {
        SkipUnlessUp();
        foreach (var service in Services)
        {
            var container = await project.ContainerAsync(service);
            var users = (await Docker.RunAsync(["top", container, "-eo", "uid,pid,args"])).Require().Split('\n')[1..];
            users.ShouldNotBeEmpty();
            users.ShouldAllBe(line => !line.StartsWith("0 "), service);

            var status = await project.ComposeAsync("exec", "-T", service, "cat", "/proc/1/status");
            status.ShouldContain("CapEff:\t0000000000000000");
            status.ShouldContain("NoNewPrivs:\t1");

            var host = (await InspectAsync(container)).GetProperty("HostConfig");
            host.GetProperty("ReadonlyRootfs").GetBoolean().ShouldBeTrue(service);
            host.GetProperty("Privileged").GetBoolean().ShouldBeFalse(service);
        }
    }

    [Fact]
    public async Task Shows_no_secret_in_what_docker_inspect_and_the_logs_print()
    {
        SkipUnlessUp();
        var shown = await project.ComposeAsync("logs") + await project.ComposeAsync("config");
        foreach (var service in Services)
        {
            shown += (await Docker.RunAsync(["inspect", await project.ContainerAsync(service)])).Require();
        }

        foreach (var name in ServerSecrets)
        {
            var secret = await project.ComposeAsync("exec", "-T", "server", "cat", $"/run/secrets/{name}");
            secret.Length.ShouldBeGreaterThan(20, name);
            shown.ShouldNotContain(secret, Case.Sensitive, name);
        }

        var password = await project.ComposeAsync("exec", "-T", "postgres", "cat", "/run/secrets/postgres_password");
        shown.ShouldNotContain(password, Case.Sensitive);
    }

    [Fact]
    public async Task Secrets_can_be_read_by_the_one_user_that_needs_them()
    {
        SkipUnlessUp();
        var owners = (await Docker.StartAsync("stat", ["--format", "%n %a %u", .. Directory.GetFiles(project.Secrets)], null)).Require()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Path.GetFileName(line));
        owners.ShouldBe([.. ServerSecrets.Select(name => $"{name} 600 1654"), "postgres_password 600 999"], ignoreOrder: true);
        (await Docker.StartAsync("stat", ["--format", "%a", project.Secrets], null)).Require().Trim().ShouldBe("700");

        (await project.ComposeAsync("exec", "-T", "server", "ls", "/run/secrets")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(ServerSecrets, ignoreOrder: true);
        (await project.ComposeAsync("exec", "-T", "postgres", "ls", "/run/secrets")).Trim().ShouldBe("postgres_password");
    }

    [Fact]
    public async Task PostgreSQL_is_reached_by_the_server_alone_which_is_no_superuser_there()
    {
        SkipUnlessUp();
        var postgres = await InspectAsync(await project.ContainerAsync("postgres"));
        postgres.GetProperty("HostConfig").GetProperty("PortBindings").EnumerateObject().ShouldBeEmpty();
        postgres.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Count().ShouldBe(1);

        var roles = await project.ComposeAsync(
            "exec", "-T", "postgres", "psql", "--username", "postgres", "--tuples-only", "--no-align", "--command",
            "select rolname, rolsuper, rolpassword is not null from pg_authid where rolcanlogin order by 1");
        roles.ShouldBe("octologin|f|t\npostgres|t|f\n");

        var server = await InspectAsync(await project.ContainerAsync("server"));
        server.GetProperty("HostConfig").GetProperty("PortBindings").GetProperty("8065/tcp")[0]
            .GetProperty("HostIp").GetString().ShouldBe("127.0.0.1");
    }

    private void SkipUnlessUp() => Assert.SkipWhen(project.Missing is not null, project.Missing ?? "");

    private static async Task<JsonElement> InspectAsync(string container) =>
        JsonDocument.Parse((await Docker.RunAsync(["inspect", container])).Require()).RootElement[0];
}
