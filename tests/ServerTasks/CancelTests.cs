using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

public sealed class CancelTests(TaskServer server) : IClassFixture<TaskServer>
{
    [Fact]
    public async Task A_task_that_waits_is_canceled_at_once_and_never_begins()
    {
        var task = await server.EnqueueAsync(TaskServer.Task("waits") with { QueueTime = DateTimeOffset.UtcNow.AddYears(50) });
        var answer = (await server.Admin.SendAsync("POST", $"/api/tasks/{task.Id}/cancel", new { })).ShouldBe(200);
        (answer["State"], answer["IsCompleted"], answer["HasBeenPickedUpByProcessor"], answer["ErrorMessage"]).ShouldBe(("Canceled", "True", "False", ""));
        (await server.Server.EventAsync(answer)).ShouldBe(("TaskCanceled", $"Task {task.Id} (waits) was canceled before it began"));
        server.Runner.Begun.ShouldNotContain("waits");
    }

    [Theory]
    [InlineData("/api/tasks")]
    [InlineData("/api/Spaces-1/tasks")]
    public async Task A_task_that_runs_is_told_to_stop_and_has_ended_when_it_says_so(string route)
    {
        var description = $"runs, canceled at {route}";
        var (mayEnd, wasTold) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Runner.On(description, async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wasTold.SetResult();
            await mayEnd.Task;
            cancel.ThrowIfCancellationRequested();
        });
        var task = await server.EnqueueAsync(TaskServer.Task(description) with { ConcurrencyKey = description });
        await server.InStateAsync(task, "Executing");
        var next = await server.EnqueueAsync(TaskServer.Task("next of the key") with { ConcurrencyKey = description });

        var answer = (await server.Admin.SendAsync("POST", $"{route}/{task.Id}/cancel")).ShouldBe(200);
        (answer["State"], answer["IsCompleted"]).ShouldBe(("Cancelling", "False"));
        (await server.Server.EventAsync(answer)).ShouldBe(("TaskCanceled", $"Task {task.Id} ({description}) was told to stop"));
        await wasTold.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await server.StateAsync(task)).ShouldBe("Cancelling", "it has not ended yet");
        (await server.StateAsync(next)).ShouldBe("Queued", "its key is held until then");

        var again = (await server.Admin.SendAsync("POST", $"{route}/{task.Id}/cancel")).ShouldBe(200);
        again["State"].ShouldBe("Cancelling");
        (await server.Server.EventsAsync(again.CorrelationId)).ShouldBeEmpty("nothing was changed");
        mayEnd.SetResult();
        (await server.InStateAsync(task, "Canceled")).GetProperty("FinishedSuccessfully").GetBoolean().ShouldBeFalse();
        await server.InStateAsync(next, "Success");
        (await server.Admin.GetStringAsync($"/api/tasks/{task.Id}/raw")).ShouldContain("The task was canceled.");
    }

    [Fact]
    public async Task A_task_that_has_ended_stays_as_it_is()
    {
        var task = await server.EnqueueAsync("quick");
        var before = await server.InStateAsync(task, "Success");
        var answer = (await server.Admin.SendAsync("POST", $"/api/tasks/{task.Id}/cancel")).ShouldBe(200);
        answer["State"].ShouldBe("Success");
        answer["LastUpdatedTime"].ShouldBe(before.GetProperty("LastUpdatedTime").ToString());
        (await server.Server.EventsAsync(answer.CorrelationId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_whose_node_does_not_hear_of_it_is_stopped_by_the_next_heartbeat()
    {
        var gate = server.Runner.Hold("deaf");
        var task = await server.EnqueueAsync("deaf");
        await server.InStateAsync(task, "Executing");
        await using (var command = server.Server.Database.DataSource.CreateCommand($"update server_tasks set state = 'Cancelling' where id = '{task.Id}'"))
        {
            await command.ExecuteNonQueryAsync();
        }
        await server.InStateAsync(task, "Canceled");
        gate.SetResult();
    }

    [Fact]
    public async Task Of_a_cancel_and_an_end_at_the_same_moment_one_holds_and_none_hangs()
    {
        for (var i = 0; i < 20; i++)
        {
            var gate = server.Runner.Hold($"race {i}");
            var task = await server.EnqueueAsync($"race {i}");
            await server.InStateAsync(task, "Executing");
            var canceling = server.Admin.SendAsync("POST", $"/api/tasks/{task.Id}/cancel");
            gate.SetResult();
            (await canceling).ShouldBe(200);
            await Eventually.TrueAsync(async () => await server.StateAsync(task) is "Canceled" or "Success", "it has ended");
        }
    }

    [Fact]
    public async Task A_task_whose_project_is_deleted_is_stopped_and_gone()
    {
        var project = (await server.Server.AddProjectAsync()).Id;
        var told = new TaskCompletionSource();
        server.Runner.On("orphan", async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult();
        });
        var task = await server.EnqueueAsync(TaskServer.Task("orphan") with { ProjectId = project });
        await server.InStateAsync(task, "Executing");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project}")).ShouldBe(200);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await server.Admin.SendAsync("GET", $"/api/tasks/{task.Id}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task There_is_no_task_that_is_unknown() =>
        (await server.Admin.SendAsync("POST", "/api/tasks/ServerTasks-999999/cancel")).ShouldBeRefused(404, "There is no task 'ServerTasks-999999' here.");
}
