using System.Diagnostics;
using OctoLogin.Database.Embedded;
using OctoLogin.Scripts;
using OctoLogin.Tests.Containers;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>Servers that are killed while a script runs, and servers that are not root: these tests run in a process of their own.</summary>
public sealed class OtherProcessTests : IDisposable
{
    private const string PlaceVariable = "OCTOLOGIN_TEST_PLACE", RunawaysVariable = "OCTOLOGIN_TEST_RUNAWAYS";

    private readonly Runaways runaways = new(Environment.GetEnvironmentVariable(RunawaysVariable));
    private readonly List<Process> servers = [];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_server_that_is_killed_leaves_nothing(bool isRoot, bool watchIsKilledToo)
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        using var rig = new ScriptRig();
        var place = rig.OpenPlace();
        var server = Start(nameof(RunsUntilItIsKilled), place, isRoot);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(place, "ready")), "the script runs");
        await Eventually.TrueAsync(() => runaways.Running().Count == 5, "all of it runs");
        if (watchIsKilledToo)
        {
            foreach (var watch in Processes("declare -A scripts", server.Id))
            {
                LibC.Signal(watch, LibC.Kill);
            }
        }
        server.Kill();
        await server.WaitForExitAsync();
        var work = Path.Combine(place, "scripts");
        if (!watchIsKilledToo)
        {
            await Eventually.TrueAsync(() => runaways.Running().Count == 0, "the watch has ended them");
        }
        Directory.GetDirectories(work).Length.ShouldBe(1);
        await EndAsync(Start(nameof(StartsAgain), place, isRoot));
        runaways.Running().ShouldBeEmpty();
        Directory.GetDirectories(work).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_is_killed_leaves_no_container()
    {
        if (await Docker.WhatIsMissingAsync(ContainerScriptTests.Image) is { } missing)
        {
            Assert.Skip(missing);
        }
        using var rig = new ScriptRig();
        var place = rig.OpenPlace();
        var server = Start(nameof(RunsAContainerUntilItIsKilled), place, isRoot: true);
        await Eventually.TrueAsync(() => runaways.Running().Count > 0, "the script runs in its container", TimeSpan.FromMinutes(1));
        server.Kill();
        await Eventually.TrueAsync(() => runaways.Running().Count == 0, "the container has ended");
        await EndAsync(Start(nameof(StartsAgain), place, isRoot: true));
        Directory.GetDirectories(Path.Combine(place, "scripts")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_start_leaves_alone_what_another_server_runs()
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        using var rig = new ScriptRig();
        var place = rig.OpenPlace();
        var server = Start(nameof(RunsUntilItIsKilled), place, isRoot: true);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(place, "ready")), "the script runs");
        await Eventually.TrueAsync(() => runaways.Running().Count == 5, "all of it runs");
        await EndAsync(Start(nameof(StartsAgain), place, isRoot: true));
        runaways.Running().Count.ShouldBe(5);
        Directory.GetDirectories(Path.Combine(place, "scripts")).Length.ShouldBe(1);
        server.Kill();
        await Eventually.TrueAsync(() => runaways.Running().Count == 0, "the watch has ended them");
    }

    [Fact]
    public async Task A_server_that_is_not_root_keeps_to_the_same_rules()
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root, to become another");
        using var rig = new ScriptRig();
        await EndAsync(Start(nameof(RunsAsItself), rig.OpenPlace(), isRoot: false));
    }

    [Fact(Explicit = true)]
    public async Task RunsUntilItIsKilled()
    {
        using var rig = new ScriptRig(place: Environment.GetEnvironmentVariable(PlaceVariable));
        await rig.Folders.StartAsync(default);
        await rig.RunAsync($"{runaways.Script}\ntouch {rig.Place("ready")}; {runaways.Sleep}");
    }

    [Fact(Explicit = true)]
    public async Task RunsAContainerUntilItIsKilled()
    {
        using var rig = new ScriptRig(place: Environment.GetEnvironmentVariable(PlaceVariable));
        await rig.RunAsync(ScriptRig.Bash(runaways.Sleep) with { ContainerImage = ContainerScriptTests.Image });
    }

    [Fact(Explicit = true)]
    public async Task StartsAgain()
    {
        using var rig = new ScriptRig(place: Environment.GetEnvironmentVariable(PlaceVariable));
        await rig.Folders.StartAsync(default);
    }

    [Fact(Explicit = true)]
    public async Task RunsAsItself()
    {
        using var rig = new ScriptRig(options => options with { Processes = 40 }, Environment.GetEnvironmentVariable(PlaceVariable));
        await rig.Folders.StartAsync(default);
        var ran = await rig.RunAsync($$"""
            id -u; ls -A; grep NoNewPrivs /proc/self/status | tr '\t' ' '
            cat /proc/{{Environment.ProcessId}}/environ /proc/{{Environment.ProcessId}}/mem >/dev/null 2>&1 && echo read
            mkdir -p closed/inner; chmod 0 closed/inner closed
            get_octopusvariable Name; echo; set_octopusvariable Out value
            echo kept > artifact; new_octopusartifact artifact >/dev/null
            """, ("Name", "value"));
        ran.Succeeded().Lines.ShouldBe([$"Info: {LibC.EffectiveUser}", "Info: NoNewPrivs: 1", "Info: value"]);
        ran.Result.Outputs.ShouldBe([new OutputVariable("Out", "value", false)]);
        (await rig.RunAsync(runaways.Script)).Succeeded();
        runaways.Running().ShouldBeEmpty();
        (await rig.RunAsync($"for i in $(seq 1 80); do {runaways.Sleep} 2>/dev/null & done; wait")).Result.Failed.ShouldBeTrue();
        runaways.Running().ShouldBeEmpty();
        Directory.GetFileSystemEntries(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    private Process Start(string test, string place, bool isRoot)
    {
        string[] command = [Environment.ProcessPath!, "-method", $"{typeof(OtherProcessTests).FullName}.{test}", "-explicit", "only", "-noLogo", "-noColor"];
        var info = new ProcessStartInfo(isRoot ? command[0] : "setpriv", isRoot ? command[1..] : ["--reuid=65534", "--regid=65534", "--clear-groups", "--", .. command])
        {
            RedirectStandardOutput = true, WorkingDirectory = place,
        };
        info.Environment[PlaceVariable] = place;
        info.Environment["HOME"] = place;
        info.Environment[RunawaysVariable] = runaways.Id;
        var server = Process.Start(info)!;
        servers.Add(server);
        return server;
    }

    private static async Task EndAsync(Process process)
    {
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Total: 1");
    }

    /// <summary>Also of a test that failed: what it started ends.</summary>
    public void Dispose()
    {
        foreach (var server in servers)
        {
            server.Kill();
            server.Dispose();
        }
        if (servers.Count > 0)
        {
            runaways.Dispose();
        }
    }

    private static IEnumerable<int> Processes(string command, int parent) => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
        .Where(pid => Text(pid, "cmdline").Contains(command, StringComparison.Ordinal) && Text(pid, "status").Contains($"PPid:\t{parent}\n", StringComparison.Ordinal));

    private static string Text(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
