using System.Globalization;
using System.Text.Json;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

public sealed class CreateDeploymentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>Far enough away that nothing runs while a test looks at it.</summary>
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(3);

    [Fact]
    public async Task Queues_a_task_for_each_environment_all_at_once()
    {
        var (one, two) = (await server.PlaceAsync("Queue one"), await server.PlaceAsync("Queue two"));
        var project = await server.AddReleasedProjectAsync("Queued", Bash("Say", "echo hello"));
        var answer = await server.Admin.MakeAsync(Untenanted, new
        {
            spaceIdOrName = "Default", ProjectName = "queued", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "QUEUE ONE", "queue-two", one }, RunAt = Later, Comments = "By hand",
            ForcePackageDownload = true, ForcePackageRedeployment = true, UseGuidedFailure = false, Variables = new { },
        });
        answer.Json.EnumerateObject().Select(property => property.Name).ShouldBe(["DeploymentServerTasks"]);
        answer.Tasks().Length.ShouldBe(2);

        var deployment = await server.Admin.SeeAsync($"{Api.Space}/deployments/{answer.Deployments()[1]}");
        deployment["Id"].ShouldBe(answer.Deployments()[1]);
        (deployment["ProjectId"], deployment["EnvironmentId"], deployment["TaskId"], deployment["Comments"], deployment["DeployedBy"]).ShouldBe((project.Id, two, answer.Tasks()[1], "By hand", "admin"));
        (deployment["ForcePackageDownload"], deployment["ForcePackageRedeployment"], deployment["UseGuidedFailure"]).ShouldBe(("True", "True", "False"));
        var task = await server.Admin.SeeAsync($"{Api.Space}/tasks/{answer.Tasks()[1]}");
        (task["Name"], task["State"], task["ProjectId"], task["EnvironmentId"]).ShouldBe(("Deploy", "Queued", project.Id, two));
        task.Json.GetProperty("Arguments").GetProperty("DeploymentId").GetString().ShouldBe(deployment.Id);
        (await server.EventsAsync(answer.CorrelationId)).Select(happened => happened.Message).ShouldBe(
            ["Deployment of release 1.0.0 of project Queued to Queue one was created", "Deployment of release 1.0.0 of project Queued to Queue two was created"], ignoreOrder: true);
    }

    [Fact]
    public async Task Keeps_the_times_to_the_millisecond()
    {
        await server.PlaceAsync("Timed");
        await server.AddReleasedProjectAsync("Timed", Bash("Say", "echo hello"));
        var (at, end) = ("2093-04-05T06:07:08.123+02:00", "2093-04-05T04:07:09.987Z");
        var answer = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Timed", ReleaseVersion = "1.0.0", EnvironmentName = "Timed", RunAt = at, NoRunAfter = end });
        foreach (var path in new[] { $"{Api.Space}/tasks/{answer.Tasks().Single()}", $"{Api.Space}/deployments/{answer.Deployments().Single()}" })
        {
            var read = await server.Admin.SeeAsync(path);
            Time(read["QueueTime"]).ShouldBe(Time(at));
            Time(read["QueueTimeExpiry"]).ShouldBe(Time(end));
        }
    }

    [Theory]
    [InlineData("""{ }""", "ProjectName is required")]
    [InlineData("""{ "ProjectName": "No such" }""", "There is no project 'No such' in space 'Default' (Spaces-1)")]
    [InlineData("""{ "ProjectName": "Asked", "EnvironmentNames": ["Asked"] }""", "ReleaseVersion is required")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "9.9", "EnvironmentNames": ["Asked"] }""", "Project 'Asked' has no release '9.9'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0" }""", "EnvironmentNames is required")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Nowhere"] }""", "There is no environment 'Nowhere'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "SkipStepNames": ["Step 9"] }""", "the process has no step 'Step 9'. It has 'Say'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "SpecificMachineNames": ["web-9"] }""", "SpecificMachineNames: there is no deployment target 'web-9' in 'Asked'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "Tenants": ["T"] }""", "create/tenanted/v1")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "NoRunAfter": "2020-01-01T00:00:00Z" }""", "NoRunAfter is 2020-01-01T00:00:00.0000000+00:00, which has passed")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "RunAt": "2093-01-01T00:00:00Z", "NoRunAfter": "2092-01-01T00:00:00Z" }""", "must be later than RunAt")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "SpaceId": "Spaces-2" }""", "SpaceId is 'Spaces-2'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "1.0.0", "EnvironmentNames": ["Asked"], "Variables": { "Colour": "red" } }""", "'Colour' is not a prompted variable here")]
    [InlineData("""{ "ProjectName": "Asked", "RunAt": "tomorrow" }""", "$.RunAt")]
    public async Task Refuses_and_changes_nothing(string body, string error)
    {
        if ((await server.Admin.SendAsync("GET", $"{Api.Space}/projects/asked")).Status == 404)
        {
            await server.PlaceAsync("Asked");
            await server.AddReleasedProjectAsync("Asked", Bash("Say", "echo hello"));
        }
        var (deployments, tasks) = (await server.CountAsync("deployments"), await server.CountAsync("server_tasks"));
        var refused = (await server.Admin.SendAsync("POST", Untenanted, JsonDocument.Parse(body).RootElement)).ShouldBeRefused(400, error);
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(1);
        (await server.CountAsync("deployments"), await server.CountAsync("server_tasks")).ShouldBe((deployments, tasks));
        (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_every_fault_and_deploys_to_none_when_one_environment_is_wrong()
    {
        await server.PlaceAsync("Half one");
        var project = await server.AddReleasedProjectAsync("Half", Bash("Say", "echo hello", action: new { IsRequired = true }));
        var before = await server.CountAsync("server_tasks");
        (await server.Admin.SendAsync("POST", Untenanted, new { ProjectName = "Half", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "Half one", "Half two" }, SkipStepNames = new[] { "Say" } }))
            .ShouldBeRefused(400, "no environment 'Half two'", "'Say' is required");
        (await server.CountAsync("server_tasks")).ShouldBe(before);
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { IsDisabled = true })).ShouldBe(200);
        (await server.Admin.SendAsync("POST", Untenanted, new { ProjectName = "Half", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "Half one" } })).ShouldBeRefused(400, "Project 'Half' is disabled");
    }

    [Fact]
    public async Task Is_for_who_may_deploy_that_project_to_that_environment()
    {
        var (mine, other) = (await server.PlaceAsync("Mine"), await server.PlaceAsync("Not mine"));
        var project = await server.AddReleasedProjectAsync("Deployers", Bash("Say", "echo hello"));
        var strange = await server.AddReleasedProjectAsync("Others", Bash("Say", "echo hello"));
        var caller = await server.AddCallerAsync();
        object To(string environment, ApiAnswer what) => new { ProjectName = what.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { environment }, RunAt = Later };
        (await caller.Client.SendAsync("POST", Untenanted, To(mine, project))).ShouldBeRefused(403, "DeploymentCreate");
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-buildserver", projects: [project.Id], environments: [mine]);
        var made = await caller.Client.MakeAsync(Untenanted, To(mine, project));
        (await caller.Client.SendAsync("POST", Untenanted, To(other, project))).ShouldBeRefused(400, $"There is no environment '{other}'");
        (await caller.Client.SendAsync("POST", Untenanted, To(mine, strange))).ShouldBeRefused(400, $"There is no project '{strange.Id}'");
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectviewer");
        (await caller.Client.SendAsync("POST", Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { mine, other } })).ShouldBeRefused(403, "DeploymentCreate");
        (await caller.Client.SendAsync("POST", Untenanted, To(mine, strange))).ShouldBeRefused(403, "DeploymentCreate");
        (await caller.Client.SendAsync("DELETE", $"{Api.Space}/deployments/{made.Deployments().Single()}")).ShouldBeRefused(403, "DeploymentDelete");
    }

    [Fact]
    public async Task Takes_one_by_Ids_too_as_older_clients_send_it()
    {
        var environment = await server.PlaceAsync("Older");
        var project = await server.AddReleasedProjectAsync("Older", Bash("Say", "echo hello"), Bash("Skip", "echo no"));
        var release = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases/1.0.0")).Id;
        var action = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses")).Json.GetProperty("Steps")[1].GetProperty("Actions")[0].GetProperty("Id").GetString();
        var made = await server.Admin.MakeAsync($"{Api.Space}/deployments", new { ReleaseId = release, EnvironmentId = environment, SkipActions = new[] { action }, Comments = "old", FormValues = new { } });
        made.Text.ShouldBe((await server.Admin.SeeAsync($"{Api.Space}/deployments/{made.Id}")).Text);
        (await server.EndsAsync(made["TaskId"])).Tree.ShouldContain("Step 2: Skip: Skipped");
        (await server.Admin.SendAsync("POST", $"{Api.Space}/deployments", new { ReleaseId = "Releases-0", EnvironmentId = environment })).ShouldBeRefused(400, "There is no release 'Releases-0'");
        (await server.Admin.SendAsync("POST", $"{Api.Space}/deployments", new { ReleaseId = release })).ShouldBeRefused(400, "at least one environment");
    }

    [Fact]
    public async Task Lists_what_the_caller_may_see_and_asked_for()
    {
        var (dev, live) = (await server.PlaceAsync("List dev"), await server.PlaceAsync("List live"));
        var project = await server.AddReleasedProjectAsync("Listed", Bash("Say", "echo hello"));
        var made = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Listed", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { dev, live }, RunAt = Later });
        var (toDev, toLive) = (made.Deployments()[0], made.Deployments()[1]);
        async Task<string[]> ListAsync(HttpClient client, string query) => (await client.SeeAsync($"{Api.Space}/deployments?{query}")).Names("Id");
        (await ListAsync(server.Admin, $"projects={project.Id}")).ShouldBe([toLive, toDev], "the newest first");
        (await ListAsync(server.Admin, $"projects={project.Id}&environments={dev}")).ShouldBe([toDev]);
        (await ListAsync(server.Admin, $"projects={project.Id}&environments={dev},{live}&take=1&skip=1")).ShouldBe([toDev]);
        (await ListAsync(server.Admin, $"projects={project.Id}&taskState=queued")).Length.ShouldBe(2);
        (await ListAsync(server.Admin, $"projects={project.Id}&taskState=Success")).ShouldBeEmpty();
        (await ListAsync(server.Admin, $"projects={project.Id}&tenants=Tenants-1")).ShouldBeEmpty();
        (await ListAsync(server.Admin, $"ids={toLive}")).ShouldBe([toLive]);
        (await ListAsync(server.Admin, $"projects={project.Id}&partialName=LIST%20D")).ShouldBe([toDev]);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/deployments?taskState=Done")).ShouldBeRefused(400, "taskState must be one of Queued");
        var channel = (await server.Admin.SeeAsync($"{Api.Space}/deployments/{toDev}"))["ChannelId"];
        (await ListAsync(server.Admin, $"channels={channel}")).ShouldBe([toLive, toDev]);
        var release = (await server.Admin.SeeAsync($"{Api.Space}/deployments/{toDev}"))["ReleaseId"];
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/deployments")).Names("Id").ShouldBe([toLive, toDev]);

        var caller = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-projectviewer", projects: [project.Id], environments: [dev]);
        (await ListAsync(caller.Client, "")).ShouldBe([toDev]);
        (await caller.Client.SendAsync("GET", $"{Api.Space}/deployments/{toLive}")).ShouldBeRefused(404, toLive);
        (await caller.Client.SeeAsync($"{Api.Space}/deployments/{toDev}")).Id.ShouldBe(toDev);
        var space = await server.AddSpaceAsync();
        (await server.Admin.SendAsync("GET", $"/api/{space}/deployments/{toDev}")).ShouldBe(404);
        (await server.Admin.SeeAsync($"/api/{space}/deployments")).Names("Id").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tokens_scope_narrows_where_its_account_may_deploy()
    {
        var (mine, other) = (await server.PlaceAsync("In scope"), await server.PlaceAsync("Out of scope"));
        var project = await server.AddReleasedProjectAsync("Scoped", Bash("Say", "echo hello"));
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-buildserver");
        var token = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", $"DeploymentCreate DeploymentView ProjectView EnvironmentView project:{project.Id} environment:{mine}"));
        using var client = server.ClientWithToken(token.AccessToken);
        await client.MakeAsync(Untenanted, new { ProjectName = "Scoped", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { mine }, RunAt = Later });
        (await client.SendAsync("POST", Untenanted, new { ProjectName = "Scoped", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { other } })).ShouldBeRefused(400, $"no environment '{other}'");
    }

    [Fact]
    public async Task A_deployment_that_is_deleted_is_gone_with_an_event()
    {
        await server.PlaceAsync("Deleted");
        var project = await server.AddReleasedProjectAsync("Deleted", Bash("Say", "echo hello"));
        var made = await server.Admin.MakeAsync(Untenanted, new { ProjectName = "Deleted", ReleaseVersion = "1.0.0", EnvironmentNames = new[] { "Deleted" }, RunAt = Later });
        var path = $"{Api.Space}/deployments/{made.Deployments().Single()}";
        (await server.Admin.SendAsync("DELETE", path)).ShouldBeRefused(409, "still");
        (await server.Admin.SendAsync("POST", $"/api/tasks/{made.Tasks().Single()}/cancel", new { })).Status.ShouldBeLessThan(300);
        var deleted = (await server.Admin.SendAsync("DELETE", path)).ShouldBe(200);
        (await server.EventAsync(deleted)).Category.ShouldBe("Deleted");
        (await server.Admin.SendAsync("GET", path)).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBe(200);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
