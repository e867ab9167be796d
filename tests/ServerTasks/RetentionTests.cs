using Microsoft.Extensions.DependencyInjection;
using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

public sealed class RetentionTests(TaskServer server) : IClassFixture<TaskServer>
{
    [Fact]
    public async Task Old_logs_are_removed_once_a_day_and_with_them_the_tasks_of_no_project()
    {
        server.Runner.On("old", (task, _) =>
        {
            task.Log.Info("a line");
            return Task.CompletedTask;
        });
        var project = (await server.Server.AddProjectAsync()).Id;
        var (ofProject, ofNone) = (await server.EnqueueAsync(TaskServer.Task("old") with { ProjectId = project }), await server.EnqueueAsync("old"));
        await server.InStateAsync(ofProject, "Success");
        await server.InStateAsync(ofNone, "Success");
        server.Server.Clock.Advance(TimeSpan.FromDays(31));
        var young = await server.EnqueueAsync("old");
        await server.InStateAsync(young, "Success");

        var schedule = server.Server.Services.GetRequiredService<RetentionSchedule>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => schedule.QueueAsync(default)));
        await schedule.QueueAsync(default);
        var queued = (await server.Admin.SeeAsync("/api/tasks?name=Retention")).Names("Id").ShouldHaveSingleItem("once a day, whoever asks");
        await Eventually.TrueAsync(async () => (await server.Admin.SeeAsync($"/api/tasks/{queued}"))["State"] == "Success", "it has run");

        (await server.Admin.SendAsync("GET", $"/api/tasks/{ofNone.Id}")).Status.ShouldBe(404);
        (await server.Admin.SeeAsync($"/api/tasks/{ofProject.Id}"))["State"].ShouldBe("Success");
        (await server.Admin.SeeAsync($"/api/tasks/{ofProject.Id}/details")).Json.GetProperty("ActivityLogs").GetArrayLength().ShouldBe(0);
        (await server.Admin.GetStringAsync($"/api/tasks/{young.Id}/raw")).ShouldContain("a line");
        (await server.Admin.GetStringAsync($"/api/tasks/{queued}/raw")).ShouldContain("The logs of 2 tasks that ended before");
        server.Server.Clock.Advance(TimeSpan.FromDays(2));
        await schedule.QueueAsync(default);
        (await server.Admin.SeeAsync("/api/tasks?name=Retention")).Names("Id").Length.ShouldBe(2);
    }
}
