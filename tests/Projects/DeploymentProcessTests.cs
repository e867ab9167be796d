using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Projects;

public sealed class DeploymentProcessTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Starts_empty_and_counts_its_changes()
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project["Slug"]}/deploymentprocesses";
        var empty = await server.Admin.SeeAsync(path);
        (empty.Id, empty["ProjectId"], empty["SpaceId"], empty["Version"], empty["LastSnapshotId"]).ShouldBe(($"deploymentprocess-{project.Id}", project.Id, "Spaces-1", "0", ""));
        empty.Json.GetProperty("Steps").GetArrayLength().ShouldBe(0);

        var changed = (await server.Admin.SendAsync("PUT", path, new { Version = 0, Steps = new[] { Api.Step("Say hello") } })).ShouldBe(200);
        changed["Version"].ShouldBe("1");
        (await server.EventAsync(changed)).ShouldBe(("Modified", $"Deployment process of project {project["Name"]} was changed"));
        (await server.Admin.SeeAsync($"{Api.Space}/deploymentprocesses/{changed.Id}")).Text.ShouldBe(changed.Text);
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/deploymentprocesses/{changed.Id}", new { Version = 1, Steps = Array.Empty<object>() })).ShouldBe(200)["Version"].ShouldBe("2");
    }

    [Fact]
    public async Task Keeps_what_a_client_sent_and_gives_Ids_to_what_has_none()
    {
        var project = await server.AddProjectAsync();
        var step = JsonDocument.Parse(
            """
            {
              "Id": "", "name": "Run a script", "Condition": "Always", "FutureOfSteps": { "b": 1, "a": [null, 2.50] },
              "Properties": { "Octopus.Action.TargetRoles": "web" },
              "Actions": [ { "Id": "my-own-id", "Name": "Run a script", "ActionType": "Octopus.Script", "Notes": null, "FutureOfActions": "kept",
                "Container": { "Image": "alpine", "FeedId": null, "GitUrl": "x" }, "Properties": { "Octopus.Action.Script.ScriptBody": "echo \"hé\" # 😀" },
                "Packages": [ { "PackageId": "tools", "Name": "tools", "FeedId": "feeds-builtin", "Properties": { "Extract": "True" }, "Version": "" } ] } ]
            }
            """).RootElement;
        await server.SetProcessAsync(project.Id, step);

        var read = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses")).Json.GetProperty("Steps")[0];
        Guid.TryParse(read.GetProperty("Id").GetString(), out _).ShouldBeTrue();
        read.GetProperty("Name").GetString().ShouldBe("Run a script");
        read.GetProperty("Condition").GetString().ShouldBe("Always");
        read.GetProperty("StartTrigger").GetString().ShouldBe("StartAfterPrevious");
        read.GetProperty("FutureOfSteps").GetRawText().ShouldBe("""{"b":1,"a":[null,2.50]}""");
        var action = read.GetProperty("Actions")[0];
        action.GetProperty("Id").GetString().ShouldBe("my-own-id");
        action.GetProperty("FutureOfActions").GetString().ShouldBe("kept");
        action.GetProperty("Container").GetProperty("GitUrl").GetString().ShouldBe("x");
        action.GetProperty("Properties").GetProperty("Octopus.Action.Script.ScriptBody").GetString().ShouldBe("echo \"hé\" # 😀");
        action.GetProperty("Packages")[0].GetProperty("Version").GetString().ShouldBe("");
        action.GetProperty("Environments").GetArrayLength().ShouldBe(0);
        action.GetProperty("IsDisabled").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Of_two_who_change_it_at_once_the_second_is_told_to_read_again()
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project.Id}/deploymentprocesses";
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => server.Admin.SendAsync("PUT", path, new { Version = 0, Steps = new[] { Api.Step($"By {i}") } })));
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        foreach (var late in answers.Where(answer => answer.Status != 200))
        {
            late.ShouldBeRefused(409, "no longer at version 0");
            (await server.EventsAsync(late.CorrelationId)).ShouldBeEmpty();
        }
        (await server.Admin.SeeAsync(path))["Version"].ShouldBe("1");
    }

    [Fact]
    public async Task Names_every_fault_and_changes_nothing()
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project.Id}/deploymentprocesses";
        var refused = (await server.Admin.SendAsync("PUT", path, new
        {
            ProjectId = "Projects-999",
            Steps = new object[]
            {
                new { Name = "No action" },
                new { Name = "", Condition = "Sometimes", Actions = new object[] { new { Name = "Twin", ActionType = "" }, new { Name = "twin", ActionType = "Octopus.Script" } } },
                new { Name = "no ACTION", Actions = new[] { new { Name = "P", ActionType = "Octopus.Script", Packages = new object[] { new { PackageId = "" }, new { PackageId = "b" } } } } },
            },
        })).ShouldBeRefused(400, "'Projects-999'", "Version is required", "Steps[0] 'No action' needs at least one action", "Steps[1].Name is required", "'Sometimes'",
            "Steps[1].Actions[0].ActionType is required", "name 'Twin'", "name 'No action'", "PackageId is required", "more than one package reference with the name '' in action 'P'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(10);
        (await server.Admin.SeeAsync(path))["Version"].ShouldBe("0");
    }

    [Fact]
    public async Task Names_a_hundred_faults_at_most()
    {
        var project = await server.AddProjectAsync();
        var refused = (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/deploymentprocesses", new { Version = 0, Steps = Enumerable.Range(0, 2000).Select(_ => new { Name = "" }) }))
            .ShouldBeRefused(400, "the first 100");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(101);
    }

    [Fact]
    public async Task A_sensitive_value_is_never_read_back_and_is_sealed_at_rest()
    {
        var project = await server.AddProjectAsync();
        object Process(int version, object password) => new
        {
            Version = version,
            Steps = new[] { new { Id = "s1", Name = "S", Actions = new[] { new { Id = "a1", Name = "S", ActionType = "Octopus.Script", Properties = new { Password = password } } } } },
        };
        var path = $"{Api.Space}/projects/{project.Id}/deploymentprocesses";
        var made = (await server.Admin.SendAsync("PUT", path, Process(0, new { hasValue = true, newvalue = "hunter2-is-secret" }))).ShouldBe(200);
        made.Text.ShouldNotContain("hunter2");
        var stored = await StoredAsync(project.Id);
        stored.ShouldNotContain("hunter2");
        (await server.Admin.SeeAsync(path)).Json.GetProperty("Steps")[0].GetProperty("Actions")[0].GetProperty("Properties").GetProperty("Password").GetRawText().ShouldBe("""{"HasValue":true}""");

        var kept = (await server.Admin.SendAsync("PUT", path, Process(1, new { HasValue = true, Sealed = "AAAA" }))).ShouldBe(200);
        kept.Text.ShouldNotContain("Sealed");
        (await StoredAsync(project.Id)).ShouldBe(stored);
        (await server.Admin.SendAsync("PUT", path, Process(2, new { HasValue = false }))).ShouldBe(200);
        (await server.Admin.SendAsync("PUT", path, Process(3, new { HasValue = true }))).ShouldBeRefused(400, "'Password'", "NewValue");
        (await server.Admin.SendAsync("PUT", path, new
        {
            Version = 3,
            Steps = new[] { new { Name = "S", Actions = new[] { new { Name = "S", ActionType = "Octopus.Script", Inputs = new { Deep = new[] { new { NewValue = "hunter2" } } } } } } },
        })).ShouldBeRefused(400, "NewValue");
    }

    [Fact]
    public async Task A_release_freezes_it()
    {
        var project = await server.AddProjectAsync();
        await server.SetProcessAsync(project.Id, Api.Step("First"));
        var made = await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id });
        await server.SetProcessAsync(project.Id, Api.Step("Second"));

        var snapshot = (await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}"))["ProjectDeploymentProcessSnapshotId"];
        var frozen = await server.Admin.SeeAsync($"{Api.Space}/deploymentprocesses/{snapshot}");
        frozen.Json.GetProperty("Steps")[0].GetProperty("Name").GetString().ShouldBe("First");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/deploymentprocesses/{snapshot}", new { Version = 1, Steps = Array.Empty<object>() })).ShouldBeRefused(400, "never changes");
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses"))["LastSnapshotId"].ShouldBe(snapshot);
    }

    [Fact]
    public async Task Who_only_sees_the_project_does_not_change_it()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-projectviewer", projects: [project.Id]);
        await client.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses");
        (await client.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/deploymentprocesses", new { Version = 0, Steps = Array.Empty<object>() })).ShouldBeRefused(403, "ProcessEdit");
        (await client.SendAsync("GET", $"{Api.Space}/projects/{other.Id}/deploymentprocesses")).ShouldBe(404);
        (await client.SendAsync("GET", $"{Api.Space}/deploymentprocesses/{other["DeploymentProcessId"]}")).ShouldBe(404);
    }

    private async Task<string> StoredAsync(string projectId)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<string>("select steps::text from deployment_processes where project_id = @projectId", new { projectId }))!;
    }
}
