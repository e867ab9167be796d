using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Runbooks;

public sealed class RunbookTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Is_made_read_listed_changed_and_deleted()
    {
        var project = await server.AddProjectAsync();
        var path = $"{Api.Space}/projects/{project.Id}/runbooks";
        var made = await server.Admin.MakeAsync(path, new { Name = "Restart the site" });
        made.Json.EnumerateObject().Select(property => property.Name).ShouldBe(
            [
                "Id", "SpaceId", "ProjectId", "Name", "Slug", "Description", "RunbookProcessId", "PublishedRunbookSnapshotId", "MultiTenancyMode", "EnvironmentScope", "Environments",
                "DefaultGuidedFailureMode", "ForcePackageDownload", "RunRetentionPolicy", "ConnectivityPolicy",
            ], ignoreOrder: true);
        (made["Slug"], made["ProjectId"], made["RunbookProcessId"], made["MultiTenancyMode"], made["EnvironmentScope"], made["DefaultGuidedFailureMode"])
            .ShouldBe(("restart-the-site", project.Id, $"RunbookProcess-{made.Id}", "Untenanted", "All", "EnvironmentDefault"));
        made.Json.GetProperty("RunRetentionPolicy").GetRawText().ShouldBe("""{"Unit":"Items","QuantityToKeep":100,"ShouldKeepForever":false}""");
        (await server.EventAsync(made)).ShouldBe(("Created", $"Runbook Restart the site of project {project["Name"]} was created"));

        foreach (var place in new[] { $"{path}/{made.Id}", $"{path}/restart-the-site", $"{Api.Space}/runbooks/{made.Id}", $"/api/runbooks/{made.Id}" })
        {
            (await server.Admin.SeeAsync(place)).Text.ShouldBe(made.Text);
        }
        var second = await server.Admin.MakeAsync($"{Api.Space}/runbooks", new { ProjectId = project.Id, Name = "Back up", Slug = "save" });
        (await server.Admin.SeeAsync(path)).Names().ShouldBe(["Back up", "Restart the site"]);
        (await server.Admin.SeeAsync($"{path}?partialName=BACK&ids={made.Id},{second.Id}")).Names().ShouldBe(["Back up"]);
        (await server.Admin.SeeAsync($"{Api.Space}/runbooks/all")).Names("Id").ShouldContain(second.Id);
        (await server.Admin.SendAsync("POST", path, new { Name = "BACK UP" })).ShouldBeRefused(409, "'BACK UP'");

        var environment = await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Env {Guid.NewGuid():N}" });
        var changed = (await server.Admin.SendAsync("PUT", $"{path}/{made.Id}", new
        {
            Name = "Restart", Description = "all of it", MultiTenancyMode = "tenanted", EnvironmentScope = "Specified", Environments = new[] { environment.Id, environment.Id }, DefaultGuidedFailureMode = "On",
            RunRetentionPolicy = new { QuantityToKeep = 3, ShouldKeepForever = false, Unit = "Days" }, ForcePackageDownload = true,
            ConnectivityPolicy = new { SkipMachineBehavior = "SkipUnavailableMachines", TargetRoles = new[] { "web" }, AllowDeploymentsToNoTargets = true },
        })).ShouldBe(200);
        (changed["Name"], changed["Slug"], changed["MultiTenancyMode"], changed["EnvironmentScope"], changed["ForcePackageDownload"]).ShouldBe(("Restart", "restart-the-site", "Tenanted", "Specified", "True"));
        changed.Json.GetProperty("Environments").Strings().ShouldBe([environment.Id]);
        changed.Json.GetProperty("ConnectivityPolicy").GetRawText().ShouldBe("""{"SkipMachineBehavior":"SkipUnavailableMachines","TargetRoles":["web"],"AllowDeploymentsToNoTargets":true,"ExcludeUnhealthyTargets":false}""");
        (await server.Admin.SeeAsync($"{path}/{made.Id}")).Text.ShouldBe(changed.Text);

        // Where it may run does not widen when an environment goes.
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBe(200);
        var narrowed = await server.Admin.SeeAsync($"{path}/{made.Id}");
        (narrowed["EnvironmentScope"], narrowed.Json.GetProperty("Environments").GetArrayLength()).ShouldBe(("Specified", 0));

        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{path}/restart-the-site")).ShouldBe(200))).Category.ShouldBe("Deleted");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/runbooks/{made.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/runbookProcesses/{made["RunbookProcessId"]}")).ShouldBe(404);
    }

    [Fact]
    public async Task Names_every_fault_and_changes_nothing()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var made = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Kept" });
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbooks/{made.Id}", new
        {
            Name = " ", Slug = "No Slug", ProjectId = other.Id, MultiTenancyMode = "Sometimes", EnvironmentScope = "1", Environments = new[] { "Environments-999" }, DefaultGuidedFailureMode = "?",
            RunRetentionPolicy = new { QuantityToKeep = -1, Unit = "Items" }, ConnectivityPolicy = new { SkipMachineBehavior = "Skip" }, PublishedRunbookSnapshotId = "RunbookSnapshots-999", SpaceId = "Spaces-2",
        })).ShouldBeRefused(400, "Name is required", "'No Slug'", "ProjectId cannot be changed", "MultiTenancyMode must be", "EnvironmentScope must be All, Specified, FromProjectLifecycles, not '1'", "'Environments-999'",
            "DefaultGuidedFailureMode must be", "RunRetentionPolicy.QuantityToKeep", "ConnectivityPolicy.SkipMachineBehavior", "'RunbookSnapshots-999'", "SpaceId");
        (await server.Admin.SeeAsync($"{Api.Space}/runbooks/{made.Id}")).Text.ShouldBe(made.Text);
        (await server.Admin.SendAsync("POST", $"{Api.Space}/runbooks", new { Name = "x", ProjectId = "Projects-999" })).ShouldBeRefused(400, "'Projects-999'");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/projects/{other.Id}/runbooks/{made.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/runbooks/{made["Slug"]}")).ShouldBe(404);
    }

    [Fact]
    public async Task Has_a_process_with_the_rules_and_the_secrets_of_a_projects()
    {
        var project = await server.AddProjectAsync();
        await server.SetProcessAsync(project.Id, Api.Step("Of the project"));
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Run" });
        var path = $"{Api.Space}/projects/{project.Id}/runbookProcesses/{runbook["RunbookProcessId"]}";
        var empty = await server.Admin.SeeAsync(path);
        (empty.Id, empty["RunbookId"], empty["ProjectId"], empty["Version"], empty.Json.GetProperty("Steps").GetArrayLength()).ShouldBe((runbook["RunbookProcessId"], runbook.Id, project.Id, "0", 0));

        object Process(int version, object password) => new
        {
            Version = version, RunbookId = runbook.Id,
            Steps = new[] { new { Id = "s", Name = "S", Actions = new[] { new { Id = "a", Name = "S", ActionType = "Octopus.Script", Properties = new { Password = password } } } } },
        };
        var changed = (await server.Admin.SendAsync("PUT", path, Process(0, new { HasValue = true, NewValue = "runbook-secret" }))).ShouldBe(200);
        changed["Version"].ShouldBe("1");
        changed.Text.ShouldNotContain("runbook-secret");
        (await server.EventAsync(changed)).ShouldBe(("Modified", "Runbook process of runbook Run was changed"));
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbookProcesses/{changed.Id}", Process(1, new { HasValue = true }))).ShouldBe(200)["Version"].ShouldBe("2");
        (await server.Admin.SendAsync("PUT", path, Process(1, "x"))).ShouldBeRefused(409, "runbook process of runbook 'Run' is no longer at version 1");
        (await server.Admin.SendAsync("PUT", path, new { Version = 2, RunbookId = "Runbooks-999", Steps = new[] { new { Name = "" } } })).ShouldBeRefused(400, "Steps[0].Name is required", "RunbookId is 'Runbooks-999'");

        var ofProject = await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses");
        ofProject.Json.GetProperty("Steps")[0].GetProperty("Name").GetString().ShouldBe("Of the project");
        ofProject.Json.TryGetProperty("RunbookId", out _).ShouldBeFalse();
        (await server.Admin.SendAsync("GET", $"{Api.Space}/deploymentprocesses/{runbook["RunbookProcessId"]}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/runbookProcesses/{project["DeploymentProcessId"]}")).ShouldBe(404);
    }

    [Fact]
    public async Task A_snapshot_freezes_process_variables_and_packages_and_can_be_published()
    {
        var project = await server.AddProjectAsync();
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Run" });
        await SetProcessAsync(runbook, 0, Api.Step("First", new { PackageId = "Tools", Name = "tools" }));
        await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new { Version = 0, Variables = new[] { new { Name = "V", Value = "first" } } });
        var path = $"{Api.Space}/projects/{project.Id}/runbookSnapshots";
        (await server.Admin.SendAsync("POST", path, new { RunbookId = runbook.Id, Name = "No package" })).ShouldBeRefused(400, "'Tools'");

        var packages = new[] { new { ActionName = "First", PackageReferenceName = "tools", Version = "1.2.3" } };
        var made = await server.Admin.MakeAsync($"{path}?publish=true", new { RunbookId = runbook.Id, ProjectId = project.Id, Name = "Snapshot A", Notes = "n", SelectedPackages = packages });
        (made["RunbookId"], made["ProjectId"], made["Name"], made["Notes"]).ShouldBe((runbook.Id, project.Id, "Snapshot A", "n"));
        (made["FrozenRunbookProcessId"], made["FrozenProjectVariableSetId"]).ShouldBe(($"RunbookProcess-{runbook.Id}-s-1", $"variableset-{project.Id}-s-1"));
        made.Json.GetProperty("SelectedPackages").GetRawText().ShouldBe("""[{"ActionName":"First","PackageReferenceName":"tools","Version":"1.2.3"}]""");
        (await server.EventAsync(made)).ShouldBe(("Created", "Snapshot Snapshot A of runbook Run was created and published"));
        (await server.Admin.SeeAsync($"{Api.Space}/runbooks/{runbook.Id}"))["PublishedRunbookSnapshotId"].ShouldBe(made.Id);

        await SetProcessAsync(runbook, 1, Api.Step("Second"));
        var frozen = await server.Admin.SeeAsync($"{Api.Space}/runbookProcesses/{made["FrozenRunbookProcessId"]}");
        frozen.Json.GetProperty("Steps")[0].GetProperty("Name").GetString().ShouldBe("First");
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbookProcesses/{frozen.Id}", new { Version = 1, Steps = Array.Empty<object>() })).ShouldBeRefused(400, "never changes");
        (await server.Admin.SeeAsync($"{Api.Space}/runbookProcesses/{runbook["RunbookProcessId"]}"))["LastSnapshotId"].ShouldBe(frozen.Id);
        (await server.Admin.SeeAsync($"{Api.Space}/variables/{made["FrozenProjectVariableSetId"]}")).Json.GetProperty("Variables")[0].GetProperty("Value").GetString().ShouldBe("first");
        // A release of the same version has snapshots of its own names.
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses"))["LastSnapshotId"].ShouldBe("");

        var unpublished = await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = runbook.Id, Name = "Snapshot B" });
        (await server.Admin.SeeAsync($"{Api.Space}/runbooks/{runbook.Id}"))["PublishedRunbookSnapshotId"].ShouldBe(made.Id);
        (await server.Admin.SendAsync("POST", path, new { RunbookId = runbook.Id, Name = "snapshot b" })).ShouldBeRefused(409, "'snapshot b'");
        var inBody = await server.Admin.MakeAsync(path, new { RunbookId = runbook.Id, Name = "Snapshot C", Publish = "True" });
        (await server.Admin.SeeAsync($"{Api.Space}/runbooks/{runbook.Id}"))["PublishedRunbookSnapshotId"].ShouldBe(inBody.Id);

        var published = (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbooks/{runbook.Id}", new { PublishedRunbookSnapshotId = unpublished.Id })).ShouldBe(200);
        published["PublishedRunbookSnapshotId"].ShouldBe(unpublished.Id);
        (await server.EventAsync(published)).Message.ShouldContain($"its published snapshot is {unpublished.Id}");
        foreach (var list in new[] { path, $"{Api.Space}/runbookSnapshots", $"{Api.Space}/runbooks/{runbook.Id}/runbookSnapshots" })
        {
            (await server.Admin.SeeAsync($"{list}?take=100")).Names().Where(name => name.StartsWith("Snapshot", StringComparison.Ordinal)).Take(3).ShouldBe(["Snapshot C", "Snapshot B", "Snapshot A"]);
        }
        (await server.Admin.SeeAsync($"{path}/{made.Id}")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{Api.Space}/runbookSnapshots/{made.Id}")).Text.ShouldBe(made.Text);

        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/runbooks/{runbook.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/runbookSnapshots/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task A_snapshot_of_another_runbook_is_not_published_nor_found_below_another_project()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var (mine, others) = (await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Mine" }), await server.Admin.MakeAsync($"{Api.Space}/projects/{other.Id}/runbooks", new { Name = "Others" }));
        var snapshot = await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = others.Id, Name = "S" });
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbooks/{mine.Id}", new { PublishedRunbookSnapshotId = snapshot.Id })).ShouldBeRefused(400, "not a snapshot of this runbook");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/projects/{project.Id}/runbookSnapshots/{snapshot.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"{Api.Space}/projects/{project.Id}/runbookSnapshots", new { RunbookId = others.Id, Name = "S2" })).ShouldBeRefused(400, $"'{others.Id}'");
        (await server.Admin.SendAsync("POST", $"{Api.Space}/runbookSnapshots", new { RunbookId = others.Id, ProjectId = project.Id, Name = "S2" })).ShouldBeRefused(400, $"'{others.Id}'");
        (await server.Admin.SendAsync("POST", $"{Api.Space}/runbookSnapshots", new { RunbookId = others.Id })).ShouldBeRefused(400, "Name is required");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/projects/{project.Id}/runbookProcesses/{others["RunbookProcessId"]}")).ShouldBe(404);
    }

    [Fact]
    public async Task A_role_for_one_project_reaches_the_runbooks_of_that_project_only()
    {
        var (project, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var (mine, others) = (await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Mine" }), await server.Admin.MakeAsync($"{Api.Space}/projects/{other.Id}/runbooks", new { Name = "Others" }));
        var hidden = await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = others.Id, Name = "Hidden" });
        var viewer = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(viewer.Id, "userroles-runbookconsumer", projects: [project.Id]);
        (await viewer.Client.SeeAsync($"{Api.Space}/runbooks")).Names().ShouldBe(["Mine"]);
        await viewer.Client.SeeAsync($"{Api.Space}/runbookProcesses/{mine["RunbookProcessId"]}");
        (await viewer.Client.SeeAsync($"{Api.Space}/runbookSnapshots")).Names().ShouldBeEmpty();
        foreach (var path in new[] { $"runbooks/{others.Id}", $"runbookProcesses/{others["RunbookProcessId"]}", $"runbookSnapshots/{hidden.Id}", $"projects/{other.Id}/runbooks", $"runbooks/{others.Id}/runbookSnapshots" })
        {
            (await viewer.Client.SendAsync("GET", $"{Api.Space}/{path}")).ShouldBe(404);
        }
        foreach (var (method, path) in new[] { ("POST", $"projects/{project.Id}/runbooks"), ("PUT", $"runbooks/{mine.Id}"), ("DELETE", $"runbooks/{mine.Id}"), ("PUT", $"runbookProcesses/{mine["RunbookProcessId"]}"), ("POST", $"projects/{project.Id}/runbookSnapshots") })
        {
            (await viewer.Client.SendAsync(method, $"{Api.Space}/{path}", method == "DELETE" ? null : new { RunbookId = mine.Id })).ShouldBeRefused(403, "RunbookEdit");
        }

        var contributor = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(contributor.Id, "userroles-projectcontributor", projects: [project.Id]);
        (await contributor.Client.SendAsync("POST", $"{Api.Space}/projects/{project.Id}/runbookSnapshots?publish=true", new { RunbookId = mine.Id, Name = "S" })).ShouldBe(201);
        (await contributor.Client.SendAsync("POST", $"{Api.Space}/runbookSnapshots", new { RunbookId = others.Id, Name = "S" })).ShouldBeRefused(400, $"'{others.Id}'");
        (await contributor.Client.SendAsync("POST", $"{Api.Space}/runbooks", new { ProjectId = other.Id, Name = "S" })).ShouldBeRefused(400, $"'{other.Id}'");
        (await contributor.Client.SendAsync("DELETE", $"{Api.Space}/runbooks/{others.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Another_space_does_not_find_it()
    {
        var project = await server.AddProjectAsync();
        var runbook = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/runbooks", new { Name = "Run" });
        var snapshot = await server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = runbook.Id, Name = "S" });
        var space = $"/api/{await server.AddSpaceAsync()}";
        foreach (var path in new[] { $"runbooks/{runbook.Id}", $"runbookProcesses/{runbook["RunbookProcessId"]}", $"runbookSnapshots/{snapshot.Id}", $"projects/{project.Id}/runbooks" })
        {
            (await server.Admin.SendAsync("GET", $"{space}/{path}")).ShouldBe(404);
        }
        (await server.Admin.SeeAsync($"{space}/runbooks")).Names().ShouldBeEmpty();
        (await server.Admin.SendAsync("POST", $"{space}/runbookSnapshots", new { RunbookId = runbook.Id, Name = "S2" })).ShouldBeRefused(400, $"'{runbook.Id}'");
        (await server.Admin.SendAsync("DELETE", $"{space}/runbooks/{runbook.Id}")).ShouldBe(404);
    }

    private async Task SetProcessAsync(ApiAnswer runbook, int version, params object[] steps) =>
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/runbookProcesses/{runbook["RunbookProcessId"]}", new { Version = version, Steps = steps })).ShouldBe(200);
}
