using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>
/// Two nodes on one database: what they share, and what becomes of the tasks of one that loses the database or is shut down. The second
/// node's way to PostgreSQL can be cut. Leases of 6 s: a node stops its tasks after 3.
/// </summary>
public sealed class NodeTests : IAsyncLifetime
{
    private readonly TaskServer first = TaskServer.With(("Tasks:FailOverSeconds", "6"), ("Tasks:NodeName", "node-1"));
    private readonly TestRunner runner = new();
    private DatabaseLink link = null!;
    private ServerFixture second = null!;

    public async ValueTask InitializeAsync()
    {
        first.Server.AlsoReplace = services => services.AddSingleton<IServerTaskRunner>(first.Runner).AddSingleton(runner.As("Shared"));
        await first.InitializeAsync();
        link = new DatabaseLink(first.Server.Database);
        second = ServerFixture.ReplicaOf(first.Server);
        second.ConnectionString = link.ConnectionString;
        second.Settings["Tasks:FailOverSeconds"] = "6";
        second.Settings["Tasks:NodeName"] = "node-2";
        // Of another name, so that a test decides which node runs what.
        second.AlsoReplace = services => services.AddSingleton(runner.As("Second")).AddSingleton(runner.As("Shared"));
        await second.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        link.Mend();
        await second.DisposeAsync();
        await link.DisposeAsync();
        await first.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_that_loses_the_database_stops_its_tasks_before_another_calls_them_failed(bool silently)
    {
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        runner.On("cut off", async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult(Environment.TickCount64);
            cancel.ThrowIfCancellationRequested();
        });
        var task = await EnqueueAsync("cut off");
        await first.InStateAsync(task, "Executing");
        if (silently)
        {
            link.FallSilent();
        }
        else
        {
            link.Refuse();
        }
        var cut = Environment.TickCount64;
        var failed = await first.InStateAsync(task, "Failed");
        var failedAt = Environment.TickCount64;
        failed.GetProperty("ErrorMessage").GetString()!.ShouldMatch("^The node node-2 stopped answering at .*Z\\.$");
        told.Task.IsCompleted.ShouldBeTrue("it was told to stop before");
        (failedAt - await told.Task).ShouldBeGreaterThan(1000, "with time to kill what it had started");
        (await told.Task - cut).ShouldBeLessThan(6000, "within the lease");

        link.Mend();
        var next = await EnqueueAsync("after the outage");
        await TaskServer.InStateAsync(first.Server, next, "Success", TimeSpan.FromMinutes(1));
        (await first.StateAsync(task)).ShouldBe("Failed", "what became of it is not changed");
        runner.Begun.ShouldBe(["cut off", "after the outage"]);
    }

    [Fact]
    public async Task A_node_alone_that_was_without_the_database_for_longer_than_its_lease_does_not_run_its_tasks_again()
    {
        await first.Server.StopAsync();
        try
        {
            runner.Hold("long gone");
            var task = (await EnqueueThereAsync("long gone")).ShouldHaveSingleItem();
            await TaskServer.InStateAsync(second, task, "Executing");
            var cut = Stopwatch.StartNew();
            link.Refuse();
            await Eventually.TrueAsync(() => cut.Elapsed > TimeSpan.FromSeconds(7), "the lease has run out");
            link.Mend();
            await Eventually.TrueAsync(async () => (await second.Admin.SendAsync("GET", $"/api/tasks/{task.Id}")).Status == 200, "the node is back", TimeSpan.FromMinutes(1));
            (await TaskServer.InStateAsync(second, task, "Failed")).GetProperty("ErrorMessage").GetString()!.ShouldContain("node-2");
            var next = (await EnqueueThereAsync("next")).ShouldHaveSingleItem();
            await TaskServer.InStateAsync(second, next, "Success");
            runner.Begun.ShouldBe(["long gone", "next"]);
        }
        finally
        {
            await first.Server.StartAsync();
        }

        Task<List<ServerTask>> EnqueueThereAsync(string description) => TaskServer.EnqueueAllAsync(second, [TaskServer.Task(description) with { Name = "Second" }]);
    }

    [Fact]
    public async Task An_outage_that_is_shorter_than_half_a_lease_is_survived_and_the_log_is_whole()
    {
        var (gate, cut) = (new TaskCompletionSource(), new TaskCompletionSource());
        runner.On("survives", async (task, cancel) =>
        {
            task.Log.Info("before");
            await cut.Task.WaitAsync(cancel);
            for (var i = 0; i < 100; i++)
            {
                task.Log.Info($"during {i}");
            }
            await gate.Task.WaitAsync(cancel);
            task.Log.Info("after");
        });
        var task = await EnqueueAsync("survives");
        await first.InStateAsync(task, "Executing");
        var hold = Stopwatch.StartNew();
        link.Refuse();
        cut.SetResult();
        await Eventually.TrueAsync(() => second.Log.Lines.Any(line => line.Contains("could not be renewed", StringComparison.Ordinal)), "the outage was noticed");
        // It ends while the database is away.
        gate.SetResult();
        await Eventually.TrueAsync(() => hold.ElapsedMilliseconds > 1000, "a second has passed");
        (await first.StateAsync(task)).ShouldBe("Executing");
        link.Mend();
        await first.InStateAsync(task, "Success");
        var lines = (await first.Admin.GetStringAsync($"/api/tasks/{task.Id}/raw")).Split('\n').Where(line => line.Contains("Info", StringComparison.Ordinal)).Select(line => line.Split("| ")[1]);
        lines.ShouldBe(["before", .. Enumerable.Range(0, 100).Select(i => $"during {i}"), "after"]);
    }

    [Fact]
    public async Task A_node_that_is_shut_down_ends_its_tasks_says_so_and_takes_no_more()
    {
        runner.Hold("obeys");
        var stubborn = new TaskCompletionSource();
        runner.On("does not listen", (_, _) => stubborn.Task);
        var (obeys, ignores) = (await EnqueueAsync("obeys"), await EnqueueAsync("does not listen"));
        await first.InStateAsync(obeys, "Executing");
        await first.InStateAsync(ignores, "Executing");
        var watch = Stopwatch.StartNew();
        await second.ShutDownAsync();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(8));
        foreach (var task in (ServerTask[])[obeys, ignores])
        {
            var ended = await first.SeeAsync(task);
            (ended.GetProperty("State").GetString(), ended.GetProperty("ErrorMessage").GetString()).ShouldBe(("Failed", "The node node-2 was shut down while it ran the task."));
        }
        (await first.StateAsync(await EnqueueAsync("later"))).ShouldBe("Queued");
        stubborn.SetResult();
        await second.StartAsync();
        await Eventually.TrueAsync(() => runner.Begun.Contains("later"), "a node that starts takes what waits");
        runner.Begun.Count(begun => begun is "obeys" or "does not listen").ShouldBe(2, "never twice");
    }

    [Fact]
    public async Task Two_nodes_share_500_short_tasks_of_which_each_runs_once()
    {
        await DrainAsync(TestRunner.Name, first.Runner, 100);
        var alone = await DrainAsync(TestRunner.Name, first.Runner, 500);
        var both = await DrainAsync("Shared", runner, 500);
        var nodes = (await first.Admin.SeeAsync("/api/tasks?name=Shared&take=1000")).Names("ServerNode");
        nodes.Distinct().ShouldBe(["node-1", "node-2"], ignoreOrder: true);
        var share = nodes.Count(node => node == "node-1");
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"500 tasks of 20 ms, 5 at once on each node: one node {alone.TotalSeconds:0.0} s, two nodes {both.TotalSeconds:0.0} s ({share} and {500 - share})");
    }

    /// <summary>How long it takes until so many tasks have run, each once.</summary>
    private async Task<TimeSpan> DrainAsync(string name, TestRunner runner, int count)
    {
        runner.Begun.Clear();
        var tasks = Enumerable.Range(0, count).Select(i => TaskServer.Task($"{name} {i} of {count}") with { Name = name }).ToList();
        tasks.ForEach(task => runner.On(task.Description, (_, cancel) => Task.Delay(20, cancel)));
        var watch = Stopwatch.StartNew();
        await first.EnqueueAllAsync(tasks);
        await Eventually.TrueAsync(async () => (await first.Admin.SeeAsync($"/api/tasks?name={name}&active=true&take=0"))["TotalResults"] == "0", "all have ended", TimeSpan.FromMinutes(1));
        var took = watch.Elapsed;
        runner.Begun.Order().ShouldBe(tasks.Select(task => task.Description).Order());
        (await first.Admin.SeeAsync($"/api/tasks?name={name}&partialName=of {count}&states=Success&take=0"))["TotalResults"].ShouldBe($"{count}");
        return took;
    }

    private Task<ServerTask> EnqueueAsync(string description) => first.EnqueueAsync(TaskServer.Task(description) with { Name = "Second" });
}
