using System.Diagnostics;
using OctoLogin.Scripts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>Scripts that are cancelled, take too long or use too much: nothing of them is left.</summary>
public sealed class EndTests : IDisposable
{
    private readonly Runaways runaways = new();
    private readonly ScriptRig rig = new(options => options with { Processes = 60, MemoryMegabytes = 256, OutputMegabytes = 1, FileMegabytes = 2, OpenFiles = 64 });

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var log = new ScriptLog(rig.Mask);
        var running = rig.Runner.RunAsync(ScriptRig.Bash($"{runaways.Script}\nwait; {runaways.Sleep}"), log.Activity, rig.Mask, cancel.Token);
        await Eventually.TrueAsync(() => log.Lines.Contains("Info: ready"), "the script is ready");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        runaways.Running().ShouldBeEmpty();
        Directory.GetDirectories(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_may_tidy_up_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var log = new ScriptLog(rig.Mask);
        var running = rig.Runner.RunAsync(ScriptRig.Bash("trap 'echo tidied; exit' TERM; echo ready; while true; do sleep 0.1; done"), log.Activity, rig.Mask, cancel.Token);
        await Eventually.TrueAsync(() => log.Lines.Contains("Info: ready"), "the script is ready");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        log.Lines.ShouldContain("Info: tidied");
    }

    [Fact]
    public async Task What_a_script_leaves_running_ends_with_it()
    {
        var ran = await rig.RunAsync(runaways.Script);
        ran.Succeeded();
        runaways.Running().ShouldBeEmpty();
        ran.Lines.Last().ShouldMatch("^Verbose: . processes that the script left running were ended");
    }

    [Fact]
    public async Task The_end_of_what_a_script_pipes_is_not_lost() =>
        (await rig.RunAsync("exec > >(sleep 0.3; cat); echo last")).Succeeded().Lines.ShouldContain("Info: last");

    [Fact]
    public async Task A_script_that_takes_too_long_is_stopped()
    {
        var taken = Stopwatch.StartNew();
        var ran = await rig.RunAsync(ScriptRig.Bash(runaways.Script + "\nwait") with { TimeLimit = TimeSpan.FromSeconds(2) });
        ran.Result.FailMessage.ShouldBe("The script was stopped: it took longer than 00:00:02.");
        taken.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        runaways.Running().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_that_says_too_much_is_stopped()
    {
        var ran = await rig.RunAsync("yes $(head -c 200 /dev/zero | tr '\\0' x)");
        ran.Result.FailMessage.ShouldBe("The script was stopped: it wrote more than 1 MiB of output (Scripts:OutputMegabytes).");
        ran.Lines.Sum(line => line.Length).ShouldBeInRange(900_000, 2_000_000);
        Directory.GetDirectories(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_with_too_many_processes_is_stopped()
    {
        var ran = await rig.RunAsync($"for i in $(seq 1 80); do {runaways.Sleep} 2>/dev/null & done; wait");
        ran.Result.FailMessage.ShouldBe("The script was stopped: it had more than 60 processes and threads (Scripts:Processes).", ran.Text);
        runaways.Running().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fork_bomb_ends()
    {
        var ran = await rig.RunAsync(ScriptRig.Bash($"bomb() {{ bomb | bomb & }}; bomb 2>/dev/null; {runaways.Sleep}") with { TimeLimit = TimeSpan.FromSeconds(3) });
        ran.Result.Failed.ShouldBeTrue();
        runaways.Running().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_that_takes_too_much_memory_fails()
    {
        // One process is refused by the kernel, many together are stopped.
        (await rig.RunAsync("x=$(head -c 400000000 /dev/zero | tr '\\0' x); echo ${#x}")).Result.Failed.ShouldBeTrue();
        // The sleep is not the last command: bash would become it, and give back what it holds before anybody looks.
        var ran = await rig.RunAsync(ScriptRig.Bash($"for i in 1 2 3 4 5 6; do (x=$(head -c 60000000 /dev/zero | tr '\\0' x); {runaways.Sleep}; :) & done; wait") with { TimeLimit = TimeSpan.FromMinutes(1) });
        ran.Result.FailMessage.ShouldBe("The script was stopped: it used more than 256 MiB of memory (Scripts:MemoryMegabytes).");
        runaways.Running().ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_and_open_files_have_limits()
    {
        (await rig.RunAsync("head -c 3000000 /dev/zero > file; stat -c %s file; true")).Lines.ShouldContain("Info: 2097152");
        (await rig.RunAsync("ulimit -n; ulimit -c; ulimit -Hn 1000 || echo refused")).Lines.Where(line => line.StartsWith("Info", StringComparison.Ordinal)).ShouldBe(["Info: 64", "Info: 0", "Info: refused"]);
    }

    public void Dispose()
    {
        runaways.Dispose();
        rig.Dispose();
    }
}
