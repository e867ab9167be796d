using System.Diagnostics;
using System.Runtime.CompilerServices;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>The action's image, built and run as the runner does it. Needs a Docker engine and the .NET base images.</summary>
public sealed class ContainerTests
{
    private static readonly Lazy<Task<(string? Image, string Reason)>> Built = new(BuildAsync);

    [Fact]
    public async Task Logs_in_and_revokes_in_containers_of_the_same_image()
    {
        await using var job = await ActionFixture.StartAsync(image: await ImageAsync());

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
        await using var job = await ActionFixture.StartAsync(image: await ImageAsync());
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
        await using var job = await ActionFixture.StartAsync(certificate, await ImageAsync(), Path.GetDirectoryName(certificates.CaFile));
        job.Runner.Environment["SSL_CERT_FILE"] = "/github/workspace/ca.pem";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
    }

    private static async Task<string> ImageAsync()
    {
        var (image, reason) = await Built.Value;
        Assert.SkipWhen(image is null, reason);
        return image!;
    }

    private static async Task<(string? Image, string Reason)> BuildAsync()
    {
        var (engine, engineText) = await DockerAsync("version", "--format", "{{.Server.Version}}");
        if (engine != 0)
        {
            return (null, $"No Docker engine answers: {engineText}");
        }
        foreach (var needed in new[] { "mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/runtime:10.0" })
        {
            if ((await DockerAsync("image", "inspect", needed)).ExitCode != 0 && (await DockerAsync("pull", "--quiet", needed)) is { ExitCode: not 0, Text: var pullText })
            {
                return (null, $"The base image {needed} is not here and cannot be pulled: {pullText}");
            }
        }
        const string Image = "octologin-action:test";
        var (build, buildText) = await DockerAsync("build", "--tag", Image, ActionFolder());
        return build == 0 ? (Image, "") : throw new InvalidOperationException("action/Dockerfile does not build:\n" + buildText);
    }

    private static async Task<(int ExitCode, string Text)> DockerAsync(params string[] arguments)
    {
        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (docker.StandardOutput.ReadToEndAsync(), docker.StandardError.ReadToEndAsync());
            await docker.WaitForExitAsync();
            return (docker.ExitCode, (await output + await error).Trim());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, missing.Message);
        }
    }

    private static string ActionFolder([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../action"));
}
