using OctoLogin.ServerTasks;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServerTasks;

/// <summary>Who sees and cancels which tasks: by project, project group, environment, tenant and space, in lists as for one.</summary>
public sealed class TaskAccessTests(TaskServer server) : IClassFixture<TaskServer>
{
    private static readonly DateTimeOffset Never = DateTimeOffset.UtcNow.AddYears(50);

    [Fact]
    public async Task Each_limit_of_a_role_shows_what_it_lets_through_and_nothing_else()
    {
        var group = (await server.Admin.MakeAsync($"{Api.Space}/projectgroups", new { Name = $"group {Guid.NewGuid():N}" })).Id;
        var (web, api) = ((await server.Server.AddProjectAsync(groupId: group)).Id, (await server.Server.AddProjectAsync()).Id);
        var (test, production, elsewhere) = (await PlaceAsync(), await PlaceAsync(), await PlaceAsync());
        var acme = (await server.Server.AddTenantAsync()).Id;
        var tasks = new Dictionary<string, ServerTask>
        {
            ["web test"] = await QueueAsync(web, test), ["web production"] = await QueueAsync(web, production),
            ["api test"] = await QueueAsync(api, test), ["web test acme"] = await QueueAsync(web, test, acme), ["none"] = await QueueAsync(null, null),
        };

        await ShouldSeeAsync(["web test", "web production", "api test", "web test acme", "none"]);
        await ShouldSeeAsync(["web test", "web production", "web test acme"], projects: [web]);
        await ShouldSeeAsync(["web test", "web production", "web test acme"], groups: [group]);
        await ShouldSeeAsync(["web test", "api test", "web test acme"], environments: [test]);
        await ShouldSeeAsync(["web test", "web test acme"], projects: [web], environments: [test]);
        await ShouldSeeAsync(["web test acme"], tenants: [acme]);
        await ShouldSeeAsync([], projects: [web], environments: [elsewhere]);

        async Task ShouldSeeAsync(string[] seen, string[]? projects = null, string[]? groups = null, string[]? environments = null, string[]? tenants = null)
        {
            var caller = await server.Server.AddCallerAsync();
            await server.Admin.MakeAsync("/api/scopeduserroles", new
            {
                UserRoleId = "userroles-projectdeployer", caller.TeamId, SpaceId = "Spaces-1", ProjectIds = projects, ProjectGroupIds = groups, EnvironmentIds = environments, TenantIds = tenants,
            });
            var ids = string.Join(',', tasks.Values.Select(task => task.Id));
            var expected = seen.Select(name => tasks[name].Id).ToHashSet();
            foreach (var list in (string[])["/api/tasks", "/api/Spaces-1/tasks"])
            {
                var answer = await caller.Client.SeeAsync($"{list}?ids={ids}");
                answer.Names("Id").ShouldBe(expected, ignoreOrder: true);
                answer.Json.GetProperty("TotalResults").GetInt32().ShouldBe(seen.Length);
            }
            foreach (var (name, task) in tasks)
            {
                var status = expected.Contains(task.Id) ? 200 : 404;
                foreach (var part in (string[])["", "/details", "/raw"])
                {
                    (await caller.Client.SendAsync("GET", $"/api/tasks/{task.Id}{part}")).Status.ShouldBe(status, name + part);
                }
            }
        }
    }

    [Fact]
    public async Task Two_roles_with_different_limits_do_not_combine_into_a_third()
    {
        var (web, api) = ((await server.Server.AddProjectAsync()).Id, (await server.Server.AddProjectAsync()).Id);
        var (test, production) = (await PlaceAsync(), await PlaceAsync());
        var caller = await server.Server.AddCallerAsync();
        await server.Server.GiveRoleAsync(caller.TeamId, "userroles-projectviewer", "Spaces-1", [web], [test]);
        await server.Server.GiveRoleAsync(caller.TeamId, "userroles-projectviewer", "Spaces-1", [api], [production]);
        var mine = new[] { await QueueAsync(web, test), await QueueAsync(api, production) };
        var others = new[] { await QueueAsync(web, production), await QueueAsync(api, test) };

        (await caller.Client.SeeAsync($"/api/tasks?ids={string.Join(',', mine.Concat(others).Select(task => task.Id))}")).Names("Id").ShouldBe(mine.Select(task => task.Id), ignoreOrder: true);
        (await caller.Client.SendAsync("GET", $"/api/tasks/{others[0].Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Who_only_sees_a_task_may_not_cancel_it_and_who_does_not_see_it_is_not_told_that_it_is_there()
    {
        var (web, api) = ((await server.Server.AddProjectAsync()).Id, (await server.Server.AddProjectAsync()).Id);
        var test = await PlaceAsync();
        var (viewer, deployer) = (await server.Server.AddCallerAsync("userroles-projectviewer@Spaces-1"), await server.Server.AddCallerAsync());
        await server.Server.GiveRoleAsync(deployer.TeamId, "userroles-projectdeployer", "Spaces-1", [web], [test]);
        var (task, other) = (await QueueAsync(web, test), await QueueAsync(api, test));

        (await viewer.Client.SendAsync("POST", $"/api/tasks/{task.Id}/cancel")).ShouldBeRefused(403, "does not have the permission TaskCancel");
        (await deployer.Client.SendAsync("POST", $"/api/tasks/{other.Id}/cancel")).ShouldBeRefused(404);
        (await server.StateAsync(task)).ShouldBe("Queued");
        (await deployer.Client.SendAsync("POST", $"/api/Spaces-1/tasks/{task.Id}/cancel")).ShouldBe(200)["State"].ShouldBe("Canceled");
        (await server.StateAsync(other)).ShouldBe("Queued");
    }

    [Fact]
    public async Task A_space_shows_its_own_tasks_and_all_spaces_together_show_those_where_the_caller_may()
    {
        var space = await server.Server.AddSpaceAsync();
        var (here, there) = (await QueueAsync(null, null), await server.EnqueueAsync(TaskServer.Task("elsewhere") with { SpaceId = space, QueueTime = Never }));
        var caller = await server.Server.AddCallerAsync($"userroles-projectviewer@{space}");

        (await caller.Client.SeeAsync("/api/tasks?take=1000")).Names("Id").ShouldBe([there.Id]);
        (await caller.Client.SeeAsync($"/api/{space}/tasks")).Names("Id").ShouldBe([there.Id]);
        (await caller.Client.SendAsync("GET", "/api/Spaces-1/tasks")).ShouldBeRefused(403, "does not have the permission TaskView in space Spaces-1");
        (await caller.Client.SendAsync("GET", $"/api/Spaces-1/tasks/{there.Id}")).ShouldBe(404);
        (await caller.Client.SendAsync("GET", $"/api/tasks/{here.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"/api/{space}/tasks/{here.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"/api/{space}/tasks/{here.Id}/cancel")).ShouldBe(404);
        (await server.Admin.SeeAsync("/api/tasks?take=1000")).Names("Id").ShouldContain(here.Id);
    }

    [Fact]
    public async Task Lists_are_narrowed_by_what_is_asked_for()
    {
        var project = (await server.Server.AddProjectAsync()).Id;
        var (a, b) = (await QueueAsync(project, "Environments-1"), await QueueAsync(project, "Environments-2", "Tenants-2"));
        (await server.Admin.SendAsync("POST", $"/api/tasks/{b.Id}/cancel")).ShouldBe(200);
        foreach (var (query, expected) in ((string, ServerTask[])[])[
            ("", [b, a]), ("&environment=Environments-2", [b]), ("&tenant=Tenants-2", [b]), ("&states=queued", [a]), ("&states=Queued,Canceled", [b, a]), ("&active=true", [a]), ("&active=false", [b]),
            ("&name=Test", [b, a]), ("&name=Deploy", []), ("&take=1", [b]), ("&skip=1", [a]), ($"&ids={a.Id}", [a]), ("&node=nobody", []), ("&active=true&states=Canceled", [])])
        {
            (await server.Admin.SeeAsync($"/api/Spaces-1/tasks?project={project}{query}")).Names("Id").ShouldBe(expected.Select(task => task.Id), query);
        }
        (await server.Admin.SendAsync("GET", "/api/tasks?states=Done,1&active=perhaps")).ShouldBeRefused(400,
            "states has 'Done'; it must be one of Queued, Executing, Success, Failed, Canceled, Cancelling, TimedOut.", "states has '1'", "active must be true or false, not 'perhaps'.");
    }

    /// <summary>The Id of a new environment.</summary>
    private Task<string> PlaceAsync() => server.Server.PlaceAsync(Tenancy.Unique("place"));

    private Task<ServerTask> QueueAsync(string? project, string? environment, string? tenant = null) =>
        server.EnqueueAsync(TaskServer.Task("waits") with { ProjectId = project, EnvironmentId = environment, TenantId = tenant, QueueTime = Never });
}
