using System.Net;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>What a task logged, in the three forms that it is read in.</summary>
public sealed class TaskLogTests(TaskServer server) : IClassFixture<TaskServer>
{
    [Fact]
    public async Task Details_show_the_tree_with_its_lines_and_how_each_part_ended()
    {
        server.Runner.On("tree", (task, _) =>
        {
            task.Mask.Add("hunter22");
            task.Log.Progress(40, "half way");
            var step = task.Log.Begin("Step 1: Deploy");
            var target = step.Begin("on web-1");
            target.Info("first");
            target.Write(LogCategory.Error, "password is hunter22", "and hunter22 in the detail");
            target.Highlight("✓ 😀 of it \0 and \ud800 broken");
            target.End(ActivityStatus.SuccessWithWarning);
            step.End(ActivityStatus.Success);
            step.End(ActivityStatus.Failed);
            task.Log.Begin("Step 2: left open");
            task.Log.Begin("Step 3").End(ActivityStatus.Skipped);
            return Task.CompletedTask;
        });
        var task = await server.EnqueueAsync("tree");
        (await server.InStateAsync(task, "Success")).GetProperty("HasWarningsOrErrors").GetBoolean().ShouldBeTrue();

        var details = (await server.Admin.SeeAsync($"/api/Spaces-1/tasks/{task.Id}/details")).Json;
        details.GetProperty("Task").GetProperty("Id").GetString().ShouldBe(task.Id);
        details.GetProperty("Progress").GetProperty("ProgressPercentage").GetInt32().ShouldBe(100);
        details.GetProperty("PhysicalLogSize").GetInt64().ShouldBeGreaterThan(50);
        var root = details.GetProperty("ActivityLogs").EnumerateArray().ShouldHaveSingleItem();
        (Text(root, "Name"), Text(root, "Status"), Text(root, "ProgressMessage"), Text(root, "Id")).ShouldBe(("tree", "SuccessWithWarning", "half way", $"{task.Id}/1"));
        var steps = root.GetProperty("Children").EnumerateArray().ToList();
        steps.Select(step => (Text(step, "Name"), Text(step, "Status"), Text(step, "ShowAtSummaryLevel")))
            .ShouldBe([("Step 1: Deploy", "Success", "True"), ("Step 2: left open", "Success", "True"), ("Step 3", "Skipped", "True")]);
        steps.ShouldAllBe(step => step.GetProperty("Ended").GetDateTimeOffset() >= step.GetProperty("Started").GetDateTimeOffset());
        var target = steps[0].GetProperty("Children").EnumerateArray().ShouldHaveSingleItem();
        Text(target, "Status").ShouldBe("SuccessWithWarning");
        target.GetProperty("LogElements").EnumerateArray().Select(line => (Text(line, "Category"), Text(line, "MessageText"), Text(line, "Detail")))
            .ShouldBe([("Info", "first", ""), ("Error", "password is ********", "and ******** in the detail"), ("Highlight", "✓ 😀 of it \ufffd and \ufffd broken", "")]);
    }

    [Fact]
    public async Task Raw_is_text_with_time_and_level_on_each_line_and_the_reason_at_its_head()
    {
        server.Runner.On("raw", (task, _) =>
        {
            var step = task.Log.Begin("Step 1");
            step.Verbose("two\nlines");
            step.Warning("careful");
            step.End(ActivityStatus.Failed);
            throw new TaskFailedException("Step 1 failed.");
        });
        var task = await server.EnqueueAsync("raw");
        await server.InStateAsync(task, "Failed");
        using var answer = await server.Admin.GetAsync($"/api/tasks/{task.Id}/raw");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldStartWith($"Task ID:     {task.Id}\nTask:        raw\nStatus:      Failed\n");
        text.ShouldContain("Error:       Step 1 failed.\n");
        var lines = text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..].TrimEnd().Split('\n');
        lines.ShouldAllBe(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z .{9} \| "));
        lines.Select(line => line[25..]).ShouldBe([
            "          | == raw ==", "          |   == Step 1 ==", "Verbose   |   two", "Verbose   |   lines", "Warning   |   careful", "          |   == Step 1: Failed ==",
            "Fatal     | Step 1 failed.", "          | == raw: Failed =="]);
    }

    [Fact]
    public async Task A_log_of_many_pages_is_whole_and_in_order_everywhere()
    {
        const int Lines = 5000;
        server.Runner.On("pages", (task, _) =>
        {
            for (var i = 0; i < Lines; i++)
            {
                task.Log.Info($"line {i}");
            }
            return Task.CompletedTask;
        });
        var task = await server.EnqueueAsync("pages");
        await server.InStateAsync(task, "Success");
        var expected = Enumerable.Range(0, Lines).Select(i => $"line {i}").ToList();
        var details = (await server.Admin.SeeAsync($"/api/tasks/{task.Id}/details")).Json.GetProperty("ActivityLogs")[0].GetProperty("LogElements");
        details.EnumerateArray().Select(line => Text(line, "MessageText")).ShouldBe(expected);
        (await server.Admin.GetStringAsync($"/api/tasks/{task.Id}/raw")).Split('\n').Where(line => line.Contains("| line ")).Select(line => line.Split("| ")[1]).ShouldBe(expected);
        using var stream = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log");
        (await stream.RestAsync()).Where(sent => sent.Name == "line").Select(sent => Text(sent.Data, "Message")).ShouldBe(expected);
    }

    [Fact]
    public async Task A_stream_tells_each_line_while_the_task_runs_also_from_another_replica_and_ends_with_it()
    {
        var (second, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Runner.On("live", async (task, _) =>
        {
            task.Log.Info("one");
            await second.Task;
            task.Log.Info("two");
            await end.Task;
        });
        var replica = await server.Server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
        var task = await server.EnqueueAsync("live");
        using var here = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log");
        using var there = await LogStream.OpenAsync(replica, $"/api/Spaces-1/tasks/{task.Id}/log");
        here.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        foreach (var stream in (LogStream[])[here, there])
        {
            (await stream.NextAsync()).ShouldNotBeNull().Name.ShouldBe("begin");
            Text((await stream.NextAsync())!.Data, "Message").ShouldBe("one");
        }
        second.SetResult();
        foreach (var stream in (LogStream[])[here, there])
        {
            Text((await stream.NextAsync())!.Data, "Message").ShouldBe("two");
        }
        end.SetResult();
        foreach (var stream in (LogStream[])[here, there])
        {
            var rest = await stream.RestAsync();
            rest.Select(sent => (sent.Id, sent.Name)).ShouldBe([("4", "end"), ("end", "end")]);
            Text(rest[^1].Data, "State").ShouldBe("Success");
        }
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_last_event_that_a_client_has()
    {
        server.Runner.On("resume", (task, _) =>
        {
            task.Log.Info("one");
            task.Log.Info("two");
            return Task.CompletedTask;
        });
        var task = await server.EnqueueAsync("resume");
        await server.InStateAsync(task, "Success");
        using var stream = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log", "2");
        (await stream.RestAsync()).Select(sent => (sent.Id, sent.Name)).ShouldBe([("3", "line"), ("4", "end"), ("end", "end")]);
        using var all = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log", LogStreams.EndId);
        all.Response.StatusCode.ShouldBe(HttpStatusCode.NoContent, "so that an EventSource does not come back");
        using var wrong = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log", "nonsense");
        wrong.Response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_stream_is_only_for_those_who_may_see_the_task()
    {
        var task = await server.EnqueueAsync("secret");
        var stranger = await server.Server.AddCallerAsync("userroles-packagepublisher@Spaces-1");
        using var stream = await LogStream.OpenAsync(stranger.Client, $"/api/tasks/{task.Id}/log");
        stream.Response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var nobody = await LogStream.OpenAsync(server.Server.Anonymous, $"/api/tasks/{task.Id}/log");
        nobody.Response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Streams_are_bounded_and_one_that_is_left_makes_room()
    {
        var gate = server.Runner.Hold("watched");
        var task = await server.EnqueueAsync("watched");
        var streams = await Task.WhenAll(Enumerable.Range(0, LogStreams.Most).Select(_ => LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log")));
        streams.ShouldAllBe(stream => stream.Response.StatusCode == HttpStatusCode.OK);
        using (var one = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log"))
        {
            one.Response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }
        streams[0].Dispose();
        await Eventually.TrueAsync(async () =>
        {
            using var one = await LogStream.OpenAsync(server.Admin, $"/api/tasks/{task.Id}/log");
            return one.Response.StatusCode == HttpStatusCode.OK;
        }, "there is room for another");
        gate.SetResult();
        (await streams[1].RestAsync())[^1].Name.ShouldBe("end");
        foreach (var stream in streams)
        {
            stream.Dispose();
        }
    }

    private static string Text(System.Text.Json.JsonElement element, string property) => element.GetProperty(property).ToString();
}
