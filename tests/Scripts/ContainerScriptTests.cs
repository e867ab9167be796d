using OctoLogin.Scripts;
using OctoLogin.Tests.Containers;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>Scripts in containers, where there is an engine and an image with bash.</summary>
public sealed class ContainerScriptTests : IDisposable
{
    internal const string Image = "mcr.microsoft.com/dotnet/runtime-deps:10.0";

    private readonly Runaways runaways = new();
    private readonly ScriptRig rig = new();

    [Fact]
    public async Task Runs_in_the_image_with_the_same_functions()
    {
        await SkipWithoutAsync();
        var request = InImage($"""
            id -u; umask; pwd | grep -c /work; ls -A; echo "$GIVEN"; [ -e /.dockerenv ] && echo container
            get_octopusvariable Password; echo; set_octopusvariable Out "it's" ; echo kept > file; new_octopusartifact file; echo error >&2
            (setsid {runaways.Sleep} &) ; exit 3
            """, ("Password", "sup3r-s3cret"));
        var ran = await rig.RunAsync(request with
        {
            Environment = new Dictionary<string, string> { ["GIVEN"] = "a value" }, SensitiveNames = new HashSet<string> { "Password" }, Files = [new ScriptFile("given", "x"u8.ToArray())],
        });
        ran.Result.FailMessage.ShouldBe("The remote script failed with exit code 3", ran.Text);
        var lines = ran.Lines.Where(line => line.StartsWith("Info", StringComparison.Ordinal)).ToList();
        lines[1..].ShouldBe(["Info: 0077", "Info: 1", "Info: given", "Info: a value", "Info: container", "Info: ********", "Info: Collecting file as an artifact..."]);
        lines[0].ShouldNotBe("Info: 0");
        ran.Lines.ShouldContain("Error: error");
        ran.Result.Outputs.ShouldBe([new OutputVariable("Out", "it's", false)]);
        ran.Result.Artifacts.ShouldHaveSingleItem().Length.ShouldBe(5);
        runaways.Running().ShouldBeEmpty();
        await HasNoContainersAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ends_with_its_container(bool isCancelled)
    {
        await SkipWithoutAsync();
        using var cancel = new CancellationTokenSource();
        var log = new ScriptLog(rig.Mask);
        var request = InImage($"trap '' TERM; (setsid {runaways.Sleep} >/dev/null 2>&1 &); echo ready; while true; do sleep 0.1; done");
        var running = rig.Runner.RunAsync(isCancelled ? request : request with { TimeLimit = TimeSpan.FromSeconds(6) }, log.Activity, rig.Mask, cancel.Token);
        await Eventually.TrueAsync(() => log.Lines.Contains("Info: ready"), "the script is ready");
        if (isCancelled)
        {
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(running);
        }
        else
        {
            (await running).FailMessage.ShouldBe("The script was stopped: it took longer than 00:00:06.");
        }
        runaways.Running().ShouldBeEmpty();
        await HasNoContainersAsync();
        Directory.GetDirectories(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_fails_the_script()
    {
        await SkipWithoutAsync();
        (await rig.RunAsync(ScriptRig.Bash("true") with { ContainerImage = "localhost:1/no/such:image" })).Result.FailMessage!
            .ShouldStartWith("The container image 'localhost:1/no/such:image' cannot be pulled: ");
    }

    [Theory]
    [InlineData("--privileged")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task An_image_is_no_option(string image) =>
        (await rig.RunAsync(ScriptRig.Bash("true") with { ContainerImage = image })).Result.FailMessage.ShouldBe($"'{image}' is no name of a container image.");

    [Fact]
    public async Task Without_an_engine_it_says_so()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        Environment.SetEnvironmentVariable("DOCKER_HOST", "unix:///nowhere/docker.sock");
        try
        {
            (await rig.RunAsync(ScriptRig.Bash("true") with { ContainerImage = Image })).Result.FailMessage
                .ShouldBe($"The step runs in a container of the image '{Image}', and no Docker engine answers on this machine.");
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOCKER_HOST", host);
        }
    }

    private static ScriptRequest InImage(string body, params (string, string)[] variables) => ScriptRig.Bash(body, variables) with { ContainerImage = Image };

    private static async Task SkipWithoutAsync()
    {
        if (await Docker.WhatIsMissingAsync(Image) is { } missing)
        {
            Assert.Skip(missing);
        }
    }

    private async Task HasNoContainersAsync() =>
        (await Docker.RunAsync(["ps", "--all", "--no-trunc", "--format", "{{.Mounts}}"])).Require().ShouldNotContain(rig.Options.WorkDirectory);

    public void Dispose()
    {
        runaways.Dispose();
        rig.Dispose();
    }
}
