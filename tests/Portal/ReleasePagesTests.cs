using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Portal;

/// <summary>Releases, deployments and runbooks in the portal.</summary>
public sealed class ReleasePagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task A_release_is_suggested_made_with_the_packages_chosen_and_deleted_when_its_version_was_typed()
    {
        var id = $"Acme{Guid.NewGuid():N}"[..12];
        await server.MakePackageAsync($"{id}.1.0.0.zip");
        await server.MakePackageAsync($"{id}.2.0.0.zip");
        var project = await server.AddProjectAsync(Tenancy.Unique("Packaged"));
        await server.SetProcessAsync(project.Id, Api.Step("Unpack", new { Name = "", PackageId = id }));
        var url = $"{Here}/projects/{project["Slug"]}/releases";
        (await admin.GetAsync(url)).Words.ShouldContain("No release");
        var form = await admin.GetAsync($"{url}/new");
        form.Document.QuerySelector("#Input_ReleaseVersion")!.GetAttribute("value").ShouldBe("0.0.1");
        form.Words.ShouldContain("the newest of all is 2.0.0");
        (await admin.SubmitAsync(form, "Create", 400, ("Input.ReleaseVersion", "not a version"))).ErrorsOf("Input.ReleaseVersion").Single().ShouldContain("not a version");

        var page = await admin.SubmitAsync(form, "Create", 200, ("Input.Packages[0].Version", "1.0.0"), ("Input.ReleaseNotes", "<img src=x onerror=alert(1)>"));
        page.Words.ShouldContain("Release 0.0.1 was created.");
        page.Words.ShouldContain("Unpack: 1.0.0");
        page.Text.ShouldNotContain("<img src=x");
        (await admin.GetAsync($"{url}/new")).Document.QuerySelector("#Input_ReleaseVersion")!.GetAttribute("value").ShouldBe("0.0.2");
        (await admin.SubmitAsync(page, "Save notes", 200, ("Input.ReleaseNotes", "of Tuesday"))).Document.QuerySelector("textarea")!.TextContent.Trim().ShouldBe("of Tuesday");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "0.0.2"))).Texts("main .invalid-feedback").ShouldBe(["Type '0.0.1' exactly as it is written; nothing was deleted."]);
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", "0.0.1"))).Words.ShouldContain("Release 0.0.1 was deleted.");
        await admin.GetAsync(page.Path, 404);
    }

    [Fact]
    public async Task A_release_takes_the_present_variables_when_its_version_was_typed()
    {
        var project = await server.AddProjectAsync(Tenancy.Unique("Frozen"));
        var release = await server.ReleaseAsync(project, "1.0.0");
        var snapshot = await SnapshotAsync();
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new { Version = 0, Variables = new[] { new { Name = "Colour", Value = "blue" } } })).ShouldBe(200);
        var page = await admin.GetAsync($"{Here}/releases/{release}");
        page = await admin.SubmitAsync(page, "Save notes", 200, ("Input.ReleaseNotes", "of Tuesday"));
        var refused = await admin.SubmitAsync(page, "Take the present variables", 200, ("confirm", "1.0"));
        refused.Texts("main .invalid-feedback").ShouldBe(["Type '1.0.0' exactly as it is written; nothing was changed."]);
        refused.Document.QuerySelector("textarea")!.TextContent.Trim().ShouldBe("of Tuesday", "the form beside it must not offer to save none");
        (await SnapshotAsync()).ShouldBe(snapshot);
        (await admin.SubmitAsync(page, "Take the present variables", 200, ("confirm", "1.0.0"))).Words.ShouldContain("has the project's present variables from now on");
        (await SnapshotAsync()).ShouldNotBe(snapshot);

        async Task<string> SnapshotAsync() => (await server.Admin.SeeAsync($"{Api.Space}/releases/{release}"))["ProjectVariableSetSnapshotId"];
    }

    [Fact]
    public async Task It_is_deployed_with_what_was_asked_for_and_without_the_steps_left_out()
    {
        var project = await server.AddProjectAsync(Tenancy.Unique("Asked"));
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new
        {
            Version = 0,
            Variables = new object[]
            {
                new { Name = "Ticket", Value = "none", Prompt = new { Label = "Ticket number", Required = true } }, new { Name = "Untouched", Value = "as-it-was", Prompt = new { Label = "Left alone" } },
                new { Name = "Code", IsSensitive = true, Value = "xyzzy", Prompt = new { Label = "Secret code" } },
            },
        })).ShouldBe(200);
        await server.SetProcessAsync(project.Id, Bash("Say", "echo ticket-#{Ticket} #{Untouched}"), Bash("Skipped", "echo must-not-run"));
        var release = await server.ReleaseAsync(project, "1.0.0");
        var place = await server.PlaceAsync(Tenancy.Unique("asked"));
        var form = await admin.GetAsync($"{Here}/releases/{release}/deploy?environment={place}");
        form.Text.ShouldNotContain("xyzzy");
        form.Texts("main label").ShouldContain("Ticket number");
        var step = form.Document.QuerySelectorAll("input[name='Input.SkipStepNames']")[1].GetAttribute("value")!;
        (await admin.SubmitAsync(form, "Deploy", 400, ("Input.RunAt", "tomorrow"))).ErrorsOf("Input.RunAt").Single().ShouldContain("not a date and a time");
        (await admin.SubmitAsync(form, "Deploy", 400, ("Input.EnvironmentNames", ""))).ErrorsOf("Input.EnvironmentNames").Single().ShouldContain("at least one environment");

        var task = await admin.SubmitAsync(form, "Deploy", 200, ("Input.Variables[0].Value", "4711"), ("Input.SkipStepNames", step), ("Input.Comments", "by hand"));
        task.Words.ShouldContain("The deployment was queued.");
        var end = await server.EndsAsync(task.Path.Split('/')[^1]);
        end.Log.ShouldContain("ticket-4711 as-it-was");
        end.Log.ShouldNotContain("must-not-run");

        var page = await admin.GetAsync($"{Here}/releases/{release}");
        var deployment = page.Document.QuerySelector("main tbody a")!.GetAttribute("href")!;
        (await admin.GetAsync(deployment)).Path.ShouldBe(task.Path);
        var asked = await admin.GetAsync($"{deployment}?view=yes");
        asked.Texts("main dd").ShouldContain("4711");
        asked.Words.ShouldContain("by hand");
        (await admin.SubmitAsync(asked, "Delete", 200, ("confirm", "no"))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(asked, "Delete", 200, ("confirm", deployment.Split('/')[^1]))).Words.ShouldContain("was deleted.");
    }

    [Fact]
    public async Task It_may_be_deployed_later_and_for_tenants()
    {
        var project = await server.AddTenantedProjectAsync(Tenancy.Unique("Tenanted"));
        await server.SetProcessAsync(project.Id, Bash("Say", "echo hello"));
        var release = await server.ReleaseAsync(project, "1.0.0");
        var place = await server.PlaceAsync(Tenancy.Unique("later"));
        var tenants = await Task.WhenAll(server.AddTenantAsync(projects: new Dictionary<string, string[]> { [project.Id] = [place] }), server.AddTenantAsync(projects: new Dictionary<string, string[]> { [project.Id] = [place] }));
        var form = await admin.GetAsync($"{Here}/releases/{release}/deploy");
        var page = await admin.SubmitAsync(form, "Deploy", 200, ("Input.EnvironmentNames", place), ("Input.RunAt", "2099-01-01T08:30"), ("Input.Tenants", tenants[0].Id), ("Input.Tenants", tenants[1].Id));
        page.Words.ShouldContain("2 deployments were queued.");
        page.Texts("main table[aria-label^=Deployments] tbody tr").ShouldSatisfyAllConditions(
            rows => rows.Length.ShouldBe(2), rows => rows.ShouldAllBe(row => row.Contains("Queued", StringComparison.Ordinal)), rows => string.Join(' ', rows).ShouldContain(tenants[0]["Name"]));
    }

    [Fact]
    public async Task A_runbook_is_made_written_published_and_run()
    {
        var project = await server.AddProjectAsync(Tenancy.Unique("Ops"));
        var place = await server.PlaceAsync(Tenancy.Unique("ops"));
        var list = await admin.GetAsync($"{Here}/projects/{project["Slug"]}/runbooks");
        var page = await admin.SubmitAsync(list, "Create", 200, ("Input.Name", "Restart"));
        page.Words.ShouldContain("It has no published snapshot");
        (await admin.GetAsync($"{page.Path}/run", 409)).Words.ShouldContain("Publish one first");
        var edit = await admin.GetAsync($"{page.Path}/process");
        var steps = System.Text.Json.JsonSerializer.Serialize(new { Steps = new[] { Bash("Restart", "echo restarted-it") } });
        page = await admin.SubmitAsync(edit, "Save", 200, ("Input.Text", steps));
        page.Words.ShouldContain("echo restarted-it");
        page = await admin.SubmitAsync(page, "Freeze and publish");
        page.Words.ShouldContain("Snapshot 1 was published");
        page = await admin.SubmitAsync(page, "Freeze and publish", 200, ("Input.Name", "Second"));
        page = await admin.SubmitAsync(page, "Publish Snapshot 1");
        page.Texts("main table[aria-label^=Snapshots] tbody tr").Single(row => row.EndsWith("published", StringComparison.Ordinal)).ShouldStartWith("Snapshot 1");

        var task = await admin.SubmitAsync(await admin.GetAsync($"{page.Path}/run"), "Run", 200, ("Input.EnvironmentNames", place));
        (await server.EndsAsync(task.Path.Split('/')[^1])).Log.ShouldContain("restarted-it");
        (await admin.GetAsync((await admin.GetAsync(task.Path)).Document.QuerySelector("a[href*='/runbook-runs/']")!.GetAttribute("href")!)).Path.ShouldBe(page.Path);
        (await admin.GetAsync(page.Path)).Texts("main table[aria-label^=Runs] tbody tr").Single().ShouldContain("Success");
        var settings = await admin.GetAsync($"{page.Path}/settings");
        (await admin.SubmitAsync(settings, "Save", 400, ("Input.Text", """{"EnvironmentScope":"Nowhere"}"""))).Words.ShouldContain("Nowhere");
        (await admin.SubmitAsync(settings, "Delete", 200, ("confirm", "Restart"))).Words.ShouldContain("Restart was deleted.");
    }

    [Fact]
    public async Task Who_may_not_deploy_run_or_delete_is_refused_and_who_may_in_one_environment_is_offered_that_one()
    {
        var project = await server.AddReleasedProjectAsync(Tenancy.Unique("Guarded"), Bash("Say", "echo hello"));
        var release = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases/1.0.0")).Id;
        var runbook = (await server.Admin.MakeAsync($"{Api.Space}/runbooks", new { Name = "Guarded", ProjectId = project.Id })).Id;
        var (mine, other) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync());
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        using var reader = new PortalClient(server.Url, viewer.ApiKey);
        (await reader.GetAsync($"{Here}/releases/{release}")).Texts("main form button").ShouldBeEmpty();
        await reader.GetAsync($"{Here}/releases/{release}/deploy", 403);
        (await reader.PostAsync($"{Here}/releases/{release}/deploy", ("Input.EnvironmentNames", mine.Id))).ShouldBe(403);
        (await reader.PostAsync($"{Here}/releases/{release}", ("Input.ReleaseNotes", "forged"))).ShouldBe(403);
        (await reader.PostAsync($"{Here}/releases/{release}?handler=Delete", ("confirm", "1.0.0"))).ShouldBe(403);
        (await reader.PostAsync($"{Here}/releases/{release}?handler=Variables")).ShouldBe(403);
        (await reader.PostAsync($"{Here}/projects/{project["Slug"]}/releases/new", ("Input.ReleaseVersion", "6.6.6"))).ShouldBe(403);
        (await reader.PostAsync($"{Here}/projects/{project["Slug"]}/runbooks", ("Input.Name", "forged"))).ShouldBe(403);
        await reader.GetAsync($"{Here}/runbooks/{runbook}/process", 403);
        await reader.GetAsync($"{Here}/runbooks/{runbook}/run", 403);
        (await reader.PostAsync($"{Here}/runbooks/{runbook}?handler=Publish", ("Input.Name", "forged"))).ShouldBe(403);
        (await reader.PostAsync($"{Here}/runbooks/{runbook}/settings?handler=Delete", ("confirm", "Guarded"))).ShouldBe(403);

        var limited = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        await server.GiveLimitedRoleAsync(limited.Id, "userroles-projectdeployer", environments: [mine.Id]);
        using var deployer = new PortalClient(server.Url, limited.ApiKey);
        var form = await deployer.GetAsync($"{Here}/releases/{release}/deploy");
        form.Document.QuerySelectorAll("input[name='Input.EnvironmentNames']").Select(one => one.GetAttribute("value")).ShouldBe([mine.Id]);
        (await deployer.PostAsync($"{Here}/releases/{release}/deploy", ("Input.EnvironmentNames", other.Id))).ShouldBe(403);
        var outside = await server.AddCallerAsync("userroles-packagepublisher@Spaces-1");
        using var nobody = new PortalClient(server.Url, outside.ApiKey);
        await nobody.GetAsync($"{Here}/releases/{release}", 403);
        await nobody.GetAsync($"{Here}/runbooks/{runbook}", 403);
    }

    /// <summary>The form shows what the API would: the process, the packages' versions and the releases each take a permission of their own.</summary>
    [Fact]
    public async Task Who_may_create_releases_and_see_nothing_of_them_is_told_no_package_and_no_version_and_creates_one()
    {
        var id = $"Acme{Guid.NewGuid():N}"[..12];
        await server.MakePackageAsync($"{id}.2.71.81.zip");
        await server.MakePackageAsync($"{id}.2.71.82.zip");
        var project = await server.AddProjectAsync(Tenancy.Unique("Unseen"));
        await server.SetProcessAsync(project.Id, Api.Step("Unpack", new { Name = "", PackageId = id }));
        await server.ReleaseAsync(project, "77.7.7");
        var url = $"{Here}/projects/{project["Slug"]}/releases/new";
        var role = await server.AddRoleAsync(space: ["ProjectView", "ReleaseCreate"]);
        var creator = await server.AddCallerAsync($"{role}@Spaces-1");
        foreach (var path in (string[])[$"projects/{project.Id}/deploymentprocesses", $"projects/{project.Id}/releases", "packages"])
        {
            (await creator.Client.SendAsync("GET", $"{Api.Space}/{path}")).ShouldBe(403);
        }
        using var client = new PortalClient(server.Url, creator.ApiKey);
        var form = await client.GetAsync(url);
        foreach (var unseen in (string[])["Unpack", id, "2.71.8", "77.7."])
        {
            form.Text.ShouldNotContain(unseen);
        }
        (await client.SubmitAsync(form, "Create", 400, ("Input.Pins", "nothing"))).ErrorsOf("Input.Packages").Single().ShouldContain("is not Step:Version");
        var page = await client.SubmitAsync(form, "Create", 200, ("Input.Pins", "Unpack:2.71.81\r\n"));
        page.Words.ShouldContain("Release 77.7.8 was created.");
        page.Path.ShouldBe($"{Here}/projects/{project["Slug"]}");
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases/77.7.8")).Json.GetProperty("SelectedPackages")[0].GetProperty("Version").GetString().ShouldBe("2.71.81");

        var reading = await server.AddRoleAsync(space: ["ProjectView", "ReleaseCreate", "ProcessView"]);
        var reader = await server.AddCallerAsync($"{reading}@Spaces-1");
        using var other = new PortalClient(server.Url, reader.ApiKey);
        form = await other.GetAsync(url);
        form.Words.ShouldContain($"{id} of step Unpack Empty: the newest that the channel takes.");
        form.Text.ShouldNotContain("2.71.8");
    }

    public void Dispose() => admin.Dispose();
}
