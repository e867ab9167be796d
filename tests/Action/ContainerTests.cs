using OctoLogin.Tests.Containers;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>The action's image, built and run as the runner does it. Needs a Docker engine and the .NET base images.</summary>
public sealed class ContainerTests(ActionImage image)
{
    [Fact]
    public async Task Logs_in_and_revokes_in_containers_of_the_same_image()
    {
        await using var job = await ActionFixture.StartAsync(image: await image.GetAsync());

        var main = await job.Runner.RunAsync();
        var post = await job.Runner.RunPostAsync(main);

        main.ExitCode.ShouldBe(0, main.ToString());
        main.Env.ShouldBe(new Dictionary<string, string> { ["OCTOPUS_URL"] = job.Octopus.Url, ["OCTOPUS_ACCESS_TOKEN"] = job.Octopus.AccessToken }, ignoreOrder: true);
        post.ExitCode.ShouldBe(0, post.ToString());
        post.Lines[^1].ShouldBe("The access token is revoked.");
        job.Octopus.To("/token/v1/revoke").Count.ShouldBe(1);
        job.ShouldLeakNothing(main);
    }

    [Fact]
    public async Task Tells_of_a_refusal_in_the_summary_file_of_the_runner()
    {
        await using var job = await ActionFixture.StartAsync(image: await image.GetAsync());
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("The subject differs.");

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("The subject differs.");
        run.Summary.ShouldContain("<code>repo:octo-org/hello-octopus:ref:refs/heads/main</code>");
    }

    [Fact]
    public async Task Trusts_a_private_CA_that_lies_in_the_workspace()
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.ForHosts("localhost");
        await using var job = await ActionFixture.StartAsync(certificate, await image.GetAsync(), Path.GetDirectoryName(certificates.CaFile));
        job.Runner.Environment["SSL_CERT_FILE"] = "/github/workspace/ca.pem";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
    }

    /// <summary>The image reads the system's CAs from one file instead of a folder of hundreds; they must all the same be the system's.</summary>
    [Fact]
    public async Task Trusts_the_CAs_of_its_system()
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.ForHosts("localhost");
        var (name, changed) = (await image.GetAsync(), $"octologin-action:test-{Guid.NewGuid():N}"[..30]);
        var context = Path.GetDirectoryName(certificates.CaFile)!;
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), $"FROM {name}\nCOPY ca.pem /etc/ssl/certs/ca-certificates.crt\n");
        (await Docker.BuildAsync(Path.Combine(context, "Dockerfile"), context, changed)).Require();
        try
        {
            await using var job = await ActionFixture.StartAsync(certificate, changed);

            var run = await job.Runner.RunAsync();

            run.ExitCode.ShouldBe(0, run.ToString());
        }
        finally
        {
            await Docker.RunAsync(["image", "rm", "--force", changed]);
        }
    }

    [Fact]
    public async Task Starts_whatever_PATH_the_workflow_sets()
    {
        await using var job = await ActionFixture.StartAsync(image: await image.GetAsync());
        job.Runner.Environment["PATH"] = "/home/runner/tools";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
    }

    /// <summary>No machine code and no step in the last stage: one machine builds it for every platform.</summary>
    [Fact]
    public async Task Holds_nothing_that_only_one_kind_of_processor_can_run()
    {
        var name = await image.GetAsync();

        var files = (await Docker.RunAsync(["run", "--rm", "--network", "none", "--entrypoint", "sh", name, "-c", "cd /action && find . -type f -printf '%f %m\\n' | sort"])).Require();
        files.ShouldBe("octologin-action 755\noctologin-action.deps.json 644\noctologin-action.dll 644\noctologin-action.runtimeconfig.json 644\nrevoke 755\n");
        var dockerfile = await File.ReadAllTextAsync(Path.Combine(Docker.Repository, "action/Dockerfile"));
        dockerfile[dockerfile.LastIndexOf("\nFROM ", StringComparison.Ordinal)..].ShouldNotContain("\nRUN ");
    }

    [Fact]
    public async Task Has_the_entrypoints_that_action_yml_names()
    {
        var name = await image.GetAsync();
        var manifest = await File.ReadAllTextAsync(Path.Combine(Docker.Repository, "action.yml"));

        manifest.ShouldContain("\n  entrypoint: /action/octologin-action\n");
        manifest.ShouldContain("\n  post-entrypoint: /action/revoke\n");
        var entrypoint = (await Docker.RunAsync(["image", "inspect", "--format", "{{json .Config.Entrypoint}} {{json .Config.User}}", name])).Require();
        entrypoint.Trim().ShouldBe("""["/action/octologin-action"] "" """.Trim());
    }
}
