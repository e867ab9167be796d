using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>What runs when. The node runs two tasks at once.</summary>
public sealed class QueueTests : IAsyncLifetime
{
    private readonly TaskServer server = TaskServer.With(("Tasks:Concurrency", "2"), ("Tasks:NodeName", "node-1"));

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_node_with_nothing_to_do_waits_without_a_fault()
    {
        await server.InStateAsync(await server.EnqueueAsync("only"), "Success");
        // It has looked and found nothing before this one is there.
        await server.InStateAsync(await server.EnqueueAsync("later"), "Success");
        server.Server.Log.Lines.ShouldNotContain(line => line.Contains("No tasks can be taken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_is_told_as_clients_read_it_while_it_waits_runs_and_after_it_ended()
    {
        var (first, second, gate) = (server.Runner.Hold("first"), server.Runner.Hold("second"), server.Runner.Hold("third"));
        await server.EnqueueAsync("first");
        await server.EnqueueAsync("second");
        var task = await server.EnqueueAsync(TaskServer.Task("third") with { ArgumentsJson = """{"DeploymentId":"Deployments-7"}""" });

        var waiting = await server.SeeAsync(task);
        (waiting.GetProperty("State").GetString(), waiting.GetProperty("Name").GetString(), waiting.GetProperty("Description").GetString()).ShouldBe(("Queued", "Test", "third"));
        waiting.GetProperty("Arguments").GetProperty("DeploymentId").GetString().ShouldBe("Deployments-7");
        foreach (var no in (string[])["HasBeenPickedUpByProcessor", "IsCompleted", "FinishedSuccessfully", "HasPendingInterruptions", "CanRerun", "HasWarningsOrErrors"])
        {
            waiting.GetProperty(no).GetBoolean().ShouldBeFalse(no);
        }
        foreach (var nothing in (string[])["StartTime", "CompletedTime", "Completed", "Duration", "ErrorMessage", "ServerNode", "QueueTimeExpiry"])
        {
            waiting.GetProperty(nothing).ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null, nothing);
        }

        first.SetResult();
        var running = await server.InStateAsync(task, "Executing");
        running.GetProperty("HasBeenPickedUpByProcessor").GetBoolean().ShouldBeTrue();
        running.GetProperty("ServerNode").GetString().ShouldBe("node-1");
        running.GetProperty("Duration").GetString()!.ShouldMatch("^[0-9]+ seconds?$");
        server.Server.Clock.Advance(TimeSpan.FromSeconds(75));
        gate.SetResult();
        var ended = await server.InStateAsync(task, "Success");
        ended.GetProperty("IsCompleted").GetBoolean().ShouldBeTrue();
        ended.GetProperty("FinishedSuccessfully").GetBoolean().ShouldBeTrue();
        ended.GetProperty("Duration").GetString().ShouldBe("1 minute");
        ended.GetProperty("CompletedTime").GetDateTimeOffset().ShouldBeGreaterThan(ended.GetProperty("StartTime").GetDateTimeOffset().AddSeconds(74));
        ended.GetProperty("Completed").GetString()!.ShouldMatch("^[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2} [0-9]{2}:[0-9]{2}$");
        second.SetResult();
    }

    [Fact]
    public async Task Runs_no_more_than_its_cap_at_once_and_the_oldest_first()
    {
        var gates = Enumerable.Range(1, 5).Select(i => server.Runner.Hold($"task {i}")).ToList();
        var tasks = new List<ServerTask>();
        for (var i = 1; i <= 5; i++)
        {
            tasks.Add(await server.EnqueueAsync($"task {i}"));
        }
        await Eventually.TrueAsync(() => server.Runner.Begun.Count == 2, "two have begun");
        (await server.Admin.SeeAsync("/api/tasks?states=Executing")).Names("Description").ShouldBe(["task 2", "task 1"]);
        for (var i = 0; i < 5; i++)
        {
            gates[i].SetResult();
            await server.InStateAsync(tasks[i], "Success");
            // The next has its place before another is free: of two that begin together no order is promised.
            await Eventually.TrueAsync(() => server.Runner.Begun.Count == Math.Min(5, i + 3), "the next has begun");
        }
        server.Runner.Begun.Take(2).ShouldBe(["task 1", "task 2"], ignoreOrder: true);
        server.Runner.Begun.Skip(2).ShouldBe(["task 3", "task 4", "task 5"]);
        (await server.Admin.SeeAsync("/api/tasks?active=true")).Names("Description").ShouldBeEmpty();
    }

    [Fact]
    public async Task Begins_a_scheduled_task_when_its_time_has_come_and_keeps_the_time_to_the_millisecond()
    {
        var at = DateTimeOffset.Parse("2099-01-31T13:45:10.123+02:00");
        var task = await server.EnqueueAsync(TaskServer.Task("later") with { QueueTime = at, QueueTimeExpiry = at.AddMilliseconds(3_600_001) });
        var other = await server.EnqueueAsync("now");
        await server.InStateAsync(other, "Success");
        var seen = await server.SeeAsync(task);
        seen.GetProperty("State").GetString().ShouldBe("Queued");
        seen.GetProperty("QueueTime").GetDateTimeOffset().ShouldBe(at);
        seen.GetProperty("QueueTimeExpiry").GetDateTimeOffset().ShouldBe(at.AddMilliseconds(3_600_001));

        server.Server.Clock.Advance(at - server.Server.Clock.GetUtcNow());
        (await server.InStateAsync(task, "Success")).GetProperty("QueueTime").GetDateTimeOffset().ShouldBe(at);
    }

    [Fact]
    public async Task Begins_scheduled_tasks_at_their_time_and_not_at_the_next_look_at_the_queue()
    {
        const int Count = 16;
        await server.InStateAsync(await server.EnqueueAsync("the first one"), "Success");
        var (first, apart) = (server.Server.Clock.GetUtcNow().AddMilliseconds(1500), TimeSpan.FromMilliseconds(75));
        var tasks = await server.EnqueueAllAsync(Enumerable.Range(0, Count).Select(i => TaskServer.Task($"at {i}") with { QueueTime = first + (i * apart) }));
        var late = new List<TimeSpan>();
        foreach (var task in tasks)
        {
            var ended = await server.InStateAsync(task, "Success");
            late.Add(ended.GetProperty("StartTime").GetDateTimeOffset() - ended.GetProperty("QueueTime").GetDateTimeOffset());
        }
        late.ShouldAllBe(by => by >= TimeSpan.Zero);
        TestContext.Current.TestOutputHelper!.WriteLine($"late by {string.Join(", ", late.Select(by => $"{by.TotalMilliseconds:0}"))} ms");
        // Looked at once in a second, at most the last before each look would be as early as this.
        late.Count(by => by < apart).ShouldBeGreaterThanOrEqualTo(Count / 2, $"late by {string.Join(", ", late)}");
    }

    [Fact]
    public async Task Ends_a_task_that_was_not_begun_in_time_and_says_what_it_waited_for()
    {
        var (one, two) = (server.Runner.Hold("one"), server.Runner.Hold("two"));
        await server.EnqueueAsync(TaskServer.Task("one") with { ConcurrencyKey = "key" });
        await server.EnqueueAsync("two");
        await Eventually.TrueAsync(() => server.Runner.Begun.Count == 2, "both run");
        var expiry = server.Server.Clock.GetUtcNow().AddHours(1);
        var late = await server.EnqueueAsync(TaskServer.Task("late") with { QueueTimeExpiry = expiry });
        var behind = await server.EnqueueAsync(TaskServer.Task("behind") with { QueueTimeExpiry = expiry, ConcurrencyKey = "key" });

        server.Server.Clock.Advance(TimeSpan.FromHours(2));
        var ended = await server.InStateAsync(late, "TimedOut");
        ended.GetProperty("ErrorMessage").GetString().ShouldBe($"The task was to begin before {expiry.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} and did not: no node was free to run it.");
        (ended.GetProperty("IsCompleted").GetBoolean(), ended.GetProperty("FinishedSuccessfully").GetBoolean(), ended.GetProperty("HasBeenPickedUpByProcessor").GetBoolean()).ShouldBe((true, false, false));
        (await server.InStateAsync(behind, "TimedOut")).GetProperty("ErrorMessage").GetString()!.ShouldEndWith("another that it has to wait for was still running.");
        one.SetResult();
        two.SetResult();
        server.Runner.Begun.ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact]
    public async Task Runs_one_task_of_a_key_at_a_time_while_others_pass_by()
    {
        var gate = server.Runner.Hold("first of the key");
        var first = await server.EnqueueAsync(TaskServer.Task("first of the key") with { ConcurrencyKey = "Projects-1/Environments-1" });
        await server.InStateAsync(first, "Executing");
        var second = await server.EnqueueAsync(TaskServer.Task("second of the key") with { ConcurrencyKey = "Projects-1/Environments-1" });
        var other = await server.EnqueueAsync(TaskServer.Task("other key") with { ConcurrencyKey = "Projects-1/Environments-2" });
        await server.InStateAsync(other, "Success");
        (await server.StateAsync(second)).ShouldBe("Queued");

        gate.SetResult();
        await server.InStateAsync(second, "Success");
        server.Runner.Begun.ShouldBe(["first of the key", "other key", "second of the key"]);
    }

    [Fact]
    public async Task Gives_a_free_place_to_the_project_of_which_the_fewest_run()
    {
        var (busy, quiet) = ((await server.Server.AddProjectAsync()).Id, (await server.Server.AddProjectAsync()).Id);
        var gates = Enumerable.Range(1, 4).Select(i => server.Runner.Hold($"busy {i}")).ToList();
        for (var i = 1; i <= 4; i++)
        {
            await server.EnqueueAsync(TaskServer.Task($"busy {i}") with { ProjectId = busy });
        }
        await Eventually.TrueAsync(() => server.Runner.Begun.Count == 2, "the node is full");
        await server.EnqueueAsync(TaskServer.Task("quiet") with { ProjectId = quiet });

        gates[0].SetResult();
        await Eventually.TrueAsync(() => server.Runner.Begun.Count == 4, "the next has begun");
        server.Runner.Begun.Skip(2).ShouldBe(["quiet", "busy 3"]);
        gates.ForEach(gate => gate.TrySetResult());
    }

    [Fact]
    public async Task Tells_a_failure_in_its_own_words_and_a_fault_of_the_server_in_constant_ones()
    {
        server.Runner.On("fails", (task, _) =>
        {
            task.Mask.Add("hunter22");
            throw new TaskFailedException("Step 'Deploy' failed with exit code 3 and hunter22.");
        });
        server.Runner.On("breaks", (task, _) =>
        {
            task.Mask.Add("hunter22");
            throw new InvalidOperationException("Password=hunter22");
        });
        server.Runner.On("cancels itself", (_, _) => throw new OperationCanceledException());
        var failed = await server.InStateAsync(await server.EnqueueAsync("fails"), "Failed");
        failed.GetProperty("ErrorMessage").GetString().ShouldBe("Step 'Deploy' failed with exit code 3 and ********.");
        failed.GetProperty("HasWarningsOrErrors").GetBoolean().ShouldBeTrue();
        server.Runner.On("cannot be concluded", (task, _) =>
        {
            task.WithSuccess = (_, _) => throw new InvalidOperationException("at the end");
            return Task.CompletedTask;
        });
        foreach (var description in (string[])["breaks", "cancels itself", "cannot be concluded"])
        {
            var task = await server.EnqueueAsync(description);
            (await server.InStateAsync(task, "Failed")).GetProperty("ErrorMessage").GetString()
                .ShouldBe($"Something went wrong in the server. The log of node node-1 has the details under {task.Id}.");
            server.Server.Log.Lines.ShouldContain(line => line.Contains(task.Id, StringComparison.Ordinal) && line.Contains("at OctoLogin.Tests", StringComparison.Ordinal));
        }
        server.Server.Log.Lines.ShouldNotContain(line => line.Contains("hunter22", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stops_a_task_at_its_time_limit()
    {
        server.Runner.Hold("long");
        var task = await server.EnqueueAsync(TaskServer.Task("long") with { TimeLimit = TimeSpan.FromSeconds(1) });
        (await server.InStateAsync(task, "TimedOut")).GetProperty("ErrorMessage").GetString().ShouldBe("The task ran for longer than its limit of 1 second and was stopped.");
    }
}
