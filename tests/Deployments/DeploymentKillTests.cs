using Dapper;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>kill -9 of a worker during a script: the task is called failed by name, its script is gone, and nothing runs twice.</summary>
public sealed class DeploymentKillTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();
    private readonly TestDirectory directory = new();

    public ValueTask InitializeAsync()
    {
        server.Settings["Tasks:Worker"] = "false";
        server.Settings["Tasks:FailOverSeconds"] = "4";
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_111_111);
        return server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task A_deployment_whose_worker_is_killed_fails_by_name_is_not_run_again_and_leaves_nothing_running()
    {
        var environment = await server.PlaceAsync("Killed");
        var project = await server.AddReleasedProjectAsync("Killed", Bash("Long", $"umask 0; echo begun >> {directory.Path}/begun; (while sleep 0.05; do date +%s%N > {directory.Path}/alive; done) & wait"));
        var task = (await server.DeployAsync(project, "1.0.0", environment)).Single();
        var next = (await server.DeployAsync(project, "1.0.0", environment)).Single();
        await using (var worker = await StartAsync("worker-1"))
        {
            await Eventually.TrueAsync(() => File.Exists($"{directory.Path}/alive"), "the script runs");
            worker.Kill();
        }
        await Eventually.TrueAsync(async () =>
        {
            var before = File.ReadAllText($"{directory.Path}/alive");
            await Task.Delay(300);
            return File.ReadAllText($"{directory.Path}/alive") == before;
        }, "nothing of the script is left");
        await using var other = await StartAsync("worker-2");
        var end = await server.EndsAsync(task, "Failed");
        end.Task["ErrorMessage"].ShouldMatch("^The node worker-1 stopped answering at .*Z\\.$");
        await Eventually.TrueAsync(() => File.ReadAllLines($"{directory.Path}/begun").Length == 2, "the next deployment of the same environment runs");
        (await server.Admin.SendAsync("POST", $"/api/tasks/{next}/cancel")).ShouldBe(200);
        await server.EndsAsync(next, "Canceled");
        File.ReadAllLines($"{directory.Path}/begun").Length.ShouldBe(2, "each deployment once");
        (await server.Admin.SeeAsync($"{Api.Space}/deployments?taskState=Success")).Names("Id").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_is_killed_while_it_ends_a_deployment_leaves_neither_a_success_nor_what_follows_from_one()
    {
        var (dev, test) = (await server.PlaceAsync("Ended dev"), await server.PlaceAsync("Ended test"));
        var lifecycle = await server.Admin.MakeAsync($"{Api.Space}/lifecycles", new
        {
            Name = "Ended", Phases = new object[] { new { Name = "Dev", OptionalDeploymentTargets = new[] { dev } }, new { Name = "Test", AutomaticDeploymentTargets = new[] { test } } },
        });
        var project = await server.AddProjectAsync("Ended");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { LifecycleId = lifecycle.Id })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Wait", $"umask 0; touch {directory.Path}/begun; until [ -e {directory.Path}/go ]; do sleep 0.05; done"));
        var release = await server.ReleaseAsync(project, "1.0.0");
        var task = (await server.DeployAsync(project, "1.0.0", dev)).Single();
        await using (var worker = await StartAsync("worker-1"))
        {
            await Eventually.TrueAsync(() => File.Exists($"{directory.Path}/begun"), "the script runs");
            await using var connection = await server.Database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            // The task's row is held, so that its end waits after whatever comes before it.
            (await connection.ExecuteAsync("select from server_tasks where id = @task for no key update", new { task })).ShouldBe(-1);
            await File.WriteAllTextAsync($"{directory.Path}/go", "");
            await Eventually.TrueAsync(() => WaitsAsync("with ended as%error_message = $%"), "the end waits");
            worker.Kill();
        }
        await server.EndsAsync(task, "Failed");
        var deployments = await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/deployments");
        deployments.Names("EnvironmentId").ShouldBe([dev], "nothing follows");
        var progress = await server.Admin.SeeAsync($"{Api.Space}/releases/{release}/progression");
        progress.Json.GetProperty("Phases").EnumerateArray().Select(phase => phase.GetProperty("Progress").GetString()).ShouldBe(["Current", "Pending"]);
    }

    /// <summary>Asked on a connection of its own: within a transaction the answer stays the same.</summary>
    private async Task<bool> WaitsAsync(string query)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like @query)", new { query });
    }

    private async Task<ServerProgram> StartAsync(string name)
    {
        var worker = ServerProgram.Start(directory.Path, new Dictionary<string, string>
        {
            ["ConnectionStrings__OctoLogin"] = server.Database.ConnectionString, ["MasterKey"] = ServerFixture.MasterKey, ["Tasks__FailOverSeconds"] = "4", ["Tasks__NodeName"] = name,
            ["Scripts__WorkDirectory"] = Path.Combine(Path.GetTempPath(), $"octologin-kill-{Path.GetFileName(directory.Path)}"),
        }, ["worker", "--health"]);
        await worker.ReadyAsync();
        return worker;
    }
}

/// <summary>PostgreSQL is killed while deployments run.</summary>
public sealed class DeploymentRestartTests : IAsyncLifetime
{
    private readonly TestDirectory directory = new();
    private readonly TestDirectory shared = new();
    private ServerProgram program = null!;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(shared.Path, (UnixFileMode)0b111_111_111);
        program = await ServerProgram.StartReadyAsync(directory.Path, new Dictionary<string, string> { ["Tasks__Concurrency"] = "4" });
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        directory.Dispose();
        shared.Dispose();
    }

    [Fact]
    public async Task No_deployment_runs_twice_none_is_lost_and_none_hangs_when_PostgreSQL_is_killed()
    {
        using var admin = program.Client(ServerProgram.AdminApiKey);
        var (group, lifecycle) = ((await admin.SeeAsync($"{Api.Space}/projectgroups/default")).Id, (await admin.SeeAsync($"{Api.Space}/lifecycles/default")).Id);
        var project = await admin.MakeAsync($"{Api.Space}/projects", new { Name = "Restarted", ProjectGroupId = group, LifecycleId = lifecycle });
        var steps = Enumerable.Range(1, 3).Select(step => Bash($"Step {step}", $"umask 0; echo '#{{Octopus.Deployment.Id}} {step}' >> {shared.Path}/ran; sleep 0.3")).ToArray();
        (await admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/deploymentprocesses", new { Version = 0, Steps = steps })).ShouldBe(200);
        await admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ReleaseVersion = "1.0.0" });
        var environments = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            environments.Add((await admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Restarted {i}" })).Id);
        }
        var made = await admin.MakeAsync(Untenanted, new { ProjectName = project.Id, ReleaseVersion = "1.0.0", EnvironmentNames = environments });
        for (var kill = 1; kill <= 2; kill++)
        {
            await Eventually.TrueAsync(() => Ran().Length >= kill * 6, "deployments run", TimeSpan.FromMinutes(1));
            foreach (var pid in PostgresProcesses.On(directory.Path))
            {
                LibC.Signal(pid, LibC.Kill);
            }
        }
        foreach (var task in made.Tasks())
        {
            await Eventually.TrueAsync(async () => await admin.SendAsync("GET", $"/api/tasks/{task}") is { Status: 200 } seen && seen.Json.GetProperty("IsCompleted").GetBoolean(), $"{task} ended", TimeSpan.FromMinutes(2));
            var ended = await admin.SeeAsync($"/api/tasks/{task}");
            ended["State"].ShouldBe("Success", ended["ErrorMessage"]);
        }
        Ran().Order().ShouldBe(made.Deployments().SelectMany(id => Enumerable.Range(1, 3).Select(step => $"{id} {step}")).Order(), "each step of each deployment once");
    }

    private string[] Ran() => File.Exists($"{shared.Path}/ran") ? File.ReadAllLines($"{shared.Path}/ran") : [];
}
