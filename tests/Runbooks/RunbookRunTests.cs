using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Runbooks;

public sealed class RunbookRunTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Create = Api.Space + "/runbook-runs/create/v1";

    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(3);

    [Fact]
    public async Task Runs_the_published_snapshot_and_not_what_was_changed_since()
    {
        var environment = await server.PlaceAsync("Run here");
        var (project, runbook) = await AddRunbookAsync("Runs", Bash("Say", """echo "first in #{Octopus.Environment.Name}: #{Octopus.Runbook.Name}, #{Octopus.RunbookSnapshot.Name}" """));
        (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Runs", RunbookName = "Runs book", EnvironmentNames = new[] { environment } })).ShouldBeRefused(400, "Runbook 'Runs book' has no published snapshot. Publish one, or name a Snapshot.");
        await PublishAsync(runbook, "Snapshot 1");
        await SetAsync(runbook, Bash("Say", "echo second"));

        var made = await server.Admin.MakeAsync(Create, new { spaceIdOrName = "Default", ProjectName = "runs", RunbookName = "runs-book", EnvironmentNames = new[] { "RUN HERE" }, Comments = "Why" });
        made.Json.EnumerateObject().Select(property => property.Name).ShouldBe(["RunbookRunServerTasks"]);
        var end = await server.EndsAsync(made.Tasks().Single());
        end.Log.ShouldContain("first in Run here: Runs book, Snapshot 1");
        (end.Task["Name"], end.Task["Description"]).ShouldBe(("RunbookRun", "Run Runs book snapshot Snapshot 1 on Run here"));
        var id = made.Json.GetProperty("RunbookRunServerTasks")[0].GetProperty("RunbookRunId").GetString();
        var run = await server.Admin.SeeAsync($"{Api.Space}/runbookRuns/{id}");
        (run["RunbookId"], run["ProjectId"], run["EnvironmentId"], run["TaskId"], run["Comments"], run["RunBy"]).ShouldBe((runbook.Id, project.Id, environment, made.Tasks().Single(), "Why", "admin"));
        (await server.EventAsync(made)).ShouldBe(("Created", "Runbook run of runbook Runs book of project Runs in Run here was created"));

        await PublishAsync(runbook, "Snapshot 2", publish: false);
        var named = await server.Admin.MakeAsync(Create, new { ProjectName = "Runs", RunbookName = "Runs book", EnvironmentNames = new[] { environment }, Snapshot = "snapshot 2" });
        (await server.EndsAsync(named.Tasks().Single())).Log.ShouldContain("second");
        (await server.Admin.SeeAsync($"{Api.Space}/runbookRuns?runbooks={runbook.Id}&taskState=Success")).Names("Id").Length.ShouldBe(2);
        (await server.Admin.SeeAsync($"{Api.Space}/runbookRuns?projects={project.Id}&environments={environment}&take=1")).Json.GetProperty("TotalResults").GetInt32().ShouldBe(2);
        (await server.Admin.SeeAsync($"{Api.Space}/runbookRuns?runbooks=Runbooks-0")).Names("Id").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_that_fails_fails_the_run_as_Octopus_says()
    {
        var environment = await server.PlaceAsync("Fails here");
        var (_, runbook) = await AddRunbookAsync("Fails", Bash("Break", "fail_step 'out of luck'"));
        await PublishAsync(runbook, "One");
        var made = await server.Admin.MakeAsync(Create, new { ProjectName = "Fails", RunbookName = "Fails book", EnvironmentNames = new[] { environment } });
        var end = await server.EndsAsync(made.Tasks().Single(), "Failed");
        end.Task["ErrorMessage"].ShouldBe("The run failed because one or more steps failed. Please see the run log for details.");
        end.Log.ShouldContain("out of luck");
    }

    [Fact]
    public async Task Is_run_only_where_its_scope_says()
    {
        var (here, there) = (await server.PlaceAsync("Scope here"), await server.PlaceAsync("Scope there"));
        var (project, runbook) = await AddRunbookAsync("Scopes", Bash("Say", "echo hello"));
        await PublishAsync(runbook, "One");
        async Task ScopeAsync(object change) => (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/runbooks/{runbook.Id}", change)).ShouldBe(200);
        Task<ApiAnswer> RunAsync(params string[] environments) => server.Admin.SendAsync("POST", Create, new { ProjectName = "Scopes", RunbookName = "Scopes book", EnvironmentNames = environments, RunAt = Later });

        await ScopeAsync(new { EnvironmentScope = "Specified", Environments = new[] { here } });
        (await RunAsync(here)).ShouldBe(201);
        (await RunAsync(here, there)).ShouldBeRefused(400, "Runbook 'Scopes book' is not run in environment 'Scope there': it is not one of those that the runbook names");
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new { Name = "Scopes", Phases = new[] { new { Name = "There", OptionalDeploymentTargets = new[] { there } } } });
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await ScopeAsync(new { EnvironmentScope = "FromProjectLifecycles" });
        (await RunAsync(there)).ShouldBe(201);
        (await RunAsync(here)).ShouldBeRefused(400, "no lifecycle of the project has it");
        await ScopeAsync(new { EnvironmentScope = "All" });
        (await RunAsync(here, there)).ShouldBe(201).Tasks().Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{ "RunbookName": "Asked book", "EnvironmentNames": ["Run asked"] }""", "ProjectName is required")]
    [InlineData("""{ "ProjectName": "Asked runs", "EnvironmentNames": ["Run asked"] }""", "RunbookName is required")]
    [InlineData("""{ "ProjectName": "Asked runs", "RunbookName": "Other", "EnvironmentNames": ["Run asked"] }""", "Project 'Asked runs' has no runbook 'Other'")]
    [InlineData("""{ "ProjectName": "Asked runs", "RunbookName": "Asked runs book", "EnvironmentNames": ["Run asked"], "Snapshot": "None" }""", "has no snapshot 'None'")]
    [InlineData("""{ "ProjectName": "Asked runs", "RunbookName": "Asked runs book" }""", "EnvironmentNames is required")]
    [InlineData("""{ "ProjectName": "Asked runs", "RunbookName": "Asked runs book", "EnvironmentNames": ["Run asked"], "Tenants": ["Nobody"] }""", "is not for tenants", "There is no tenant 'Nobody'")]
    [InlineData("""{ "ProjectName": "Asked runs", "RunbookName": "Asked runs book", "EnvironmentNames": ["Run asked"], "SkipStepNames": ["X"] }""", "the process has no step 'X'")]
    public async Task Refuses_and_runs_nothing(string body, params string[] errors)
    {
        if ((await server.Admin.SendAsync("GET", $"{Api.Space}/projects/asked-runs")).Status == 404)
        {
            await server.PlaceAsync("Run asked");
            await PublishAsync((await AddRunbookAsync("Asked runs", Bash("Say", "echo hello"))).Runbook, "One");
        }
        var before = await server.CountAsync("server_tasks");
        (await server.Admin.SendAsync("POST", Create, System.Text.Json.JsonDocument.Parse(body).RootElement)).ShouldBeRefused(400, errors);
        (await server.CountAsync("server_tasks")).ShouldBe(before);
    }

    [Fact]
    public async Task Is_for_who_may_run_runbooks_there()
    {
        var (mine, other) = (await server.PlaceAsync("Run mine"), await server.PlaceAsync("Run other"));
        var (project, runbook) = await AddRunbookAsync("Run rights", Bash("Say", "echo hello"));
        await PublishAsync(runbook, "One");
        var caller = await server.AddCallerAsync();
        object In(params string[] environments) => new { ProjectName = project.Id, RunbookName = "Run rights book", EnvironmentNames = environments, RunAt = Later };
        (await caller.Client.SendAsync("POST", Create, In(mine))).ShouldBeRefused(403, "RunbookRunCreate");
        await server.GiveLimitedRoleAsync(caller.Id, "userroles-runbookconsumer", projects: [project.Id], environments: [mine]);
        var made = await caller.Client.MakeAsync(Create, In(mine));
        (await caller.Client.SendAsync("POST", Create, In(mine, other))).ShouldBeRefused(400, $"There is no environment '{other}'");
        await server.Admin.MakeAsync(Create, In(other));
        (await caller.Client.SeeAsync($"{Api.Space}/runbookRuns")).Names("EnvironmentId").ShouldBe([mine]);
        (await caller.Client.SendAsync("POST", Deploying.Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = new[] { mine } })).ShouldBeRefused(403, "DeploymentCreate");
        made.Tasks().Length.ShouldBe(1);
    }

    private async Task<(ApiAnswer Project, ApiAnswer Runbook)> AddRunbookAsync(string project, params object[] steps)
    {
        var made = await server.AddProjectAsync(project);
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{made.Id}/runbooks", new { Name = $"{project} book" });
        await SetAsync(runbook, steps);
        return (made, runbook);
    }

    private async Task SetAsync(ApiAnswer runbook, params object[] steps)
    {
        var path = $"{Api.Space}/projects/{runbook["ProjectId"]}/runbookProcesses/{runbook["RunbookProcessId"]}";
        var process = await server.Admin.SeeAsync(path);
        (await server.Admin.SendAsync("PUT", path, new { Version = process.Json.GetProperty("Version").GetInt32(), Steps = steps })).ShouldBe(200);
    }

    private async Task PublishAsync(ApiAnswer runbook, string name, bool publish = true) =>
        await server.Admin.MakeAsync($"{Api.Space}/projects/{runbook["ProjectId"]}/runbookSnapshots{(publish ? "?publish=true" : "")}", new { ProjectId = runbook["ProjectId"], RunbookId = runbook.Id, Name = name });
}
