using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Portal;

/// <summary>Projects, their processes and variables in the portal.</summary>
public sealed class ProjectPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Here = "/app/spaces/default";
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task The_list_is_a_dashboard_of_the_last_deployment_to_each_environment_and_finds_by_name()
    {
        var name = Tenancy.Unique("Dashboard");
        var environment = Tenancy.Unique("Stage");
        var place = await server.PlaceAsync(environment);
        var project = await server.AddReleasedProjectAsync(name, Bash("Say", "echo hello"));
        await server.DeployedAsync(project, "1.0.0", place);
        await server.ReleaseAsync(project, "1.0.1");
        await server.DeployedAsync(project, "1.0.1", place);

        var page = await admin.GetAsync($"{Here}/projects?q={Uri.EscapeDataString(name)}");
        page.Texts("main tbody tr").Single().ShouldSatisfyAllConditions(row => row.ShouldContain(name), row => row.ShouldContain("1.0.1 Success"), row => row.ShouldNotContain("1.0.0"));
        page.Texts("main thead th").ShouldBe(["Project", environment]);
        (await admin.GetAsync($"{Here}/projects?q=nothing-like-it")).Words.ShouldContain("No project found");
        var other = await server.PlaceAsync(Tenancy.Unique("Elsewhere"));
        var overview = await admin.GetAsync($"{Here}/projects/{project["Slug"]}");
        overview.Texts("main tbody tr").Length.ShouldBe(2);
        overview.Words.ShouldContain("current");
        overview.Document.QuerySelectorAll($"a[href$='/deploy?environment={other}']").Length.ShouldBe(2);
        overview.Document.QuerySelectorAll($"a[href$='/deploy?environment={place}']").ShouldBeEmpty();
    }

    [Fact]
    public async Task One_is_made_changed_and_deleted_when_its_name_was_typed()
    {
        var name = Tenancy.Unique("Made");
        var page = await admin.GetAsync($"{Here}/projects/new");
        (await admin.SubmitAsync(page, "Create", 400, ("Input.Name", ""))).ErrorsOf("Input.Name").Single().ShouldBe("Name is required.");
        var other = await server.PlaceAsync(Tenancy.Unique("Elsewhere"));
        var overview = await admin.SubmitAsync(page, "Create", 200, ("Input.Name", name));
        overview.Words.ShouldContain($"Project {name} was created.");

        var settings = await admin.GetAsync($"{overview.Path}/settings");
        settings = await admin.SubmitAsync(settings, "Save", 200, ("Input.Description", Hostile), ("Input.TenantedDeploymentMode", "Tenanted"), ("Input.IsDisabled", "true"));
        var saved = await server.Admin.SeeAsync($"{Api.Space}/projects/{settings.Path.Split('/')[^2]}");
        (saved["Description"], saved["TenantedDeploymentMode"], saved["IsDisabled"]).ShouldBe((Hostile, "Tenanted", "True"));
        var shown = await admin.GetAsync(overview.Path);
        shown.Text.ShouldNotContain("<img src=x");
        shown.Words.ShouldContain(Hostile);
        (await admin.SubmitAsync(settings, "Delete", 200, ("confirm", "another"))).Words.ShouldContain("exactly as it is written; nothing was deleted");
        (await admin.SubmitAsync(settings, "Delete", 200, ("confirm", name))).Words.ShouldContain($"Project {name} was deleted.");
        await admin.GetAsync(overview.Path, 404);
    }

    [Fact]
    public async Task A_process_is_edited_as_text_which_says_where_it_is_wrong_and_is_not_lost_when_somebody_was_faster()
    {
        var project = await server.AddProjectAsync(Tenancy.Unique("Text"));
        await server.SetProcessAsync(project.Id, Bash("First", "echo 1"));
        var url = $"{Here}/projects/{project["Slug"]}/process";
        (await admin.GetAsync(url)).Words.ShouldContain("echo 1");
        var form = await admin.GetAsync($"{url}/edit");
        var text = form.Document.QuerySelector("textarea")!.TextContent;
        (await admin.SubmitAsync(form, "Save", 400, ("Input.Text", "{\n  \"Steps\": [ { ]\n}"))).ErrorsOf("Input.Text").Single().ShouldContain("at line 2, character");
        (await admin.SubmitAsync(form, "Save", 400, ("Input.Text", "{ \"Steps\": [ { \"Name\": \"\" } ] }"))).Words.ShouldContain("Steps[0].Name is required.");

        var mine = text.Replace("echo 1", "echo mine", StringComparison.Ordinal);
        await server.SetProcessAsync(project.Id, Bash("First", "echo theirs"));
        var conflict = await admin.SubmitAsync(form, "Save", 409, ("Input.Text", mine));
        conflict.Words.ShouldContain("is no longer at version 1");
        conflict.Document.QuerySelector("textarea")!.TextContent.ShouldContain("echo mine");
        (await admin.SubmitAsync(conflict, "Save over version 2")).Words.ShouldContain("echo mine");
    }

    [Fact]
    public async Task Variables_show_where_they_hold_and_never_what_is_sensitive_which_editing_keeps()
    {
        var name = Tenancy.Unique("Variables");
        var place = await server.AddEnvironmentAsync();
        var project = await server.AddProjectAsync(name);
        var url = $"{Here}/projects/{project["Slug"]}/variables";
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}/variables", new
        {
            Version = 0,
            Variables = new object[]
            {
                new { Name = "Plain", Value = Hostile, Scope = new { Environment = new[] { place.Id } } }, new { Name = "Password", Value = "xyzzy-plugh", IsSensitive = true },
            },
        })).ShouldBe(200);
        var page = await admin.GetAsync(url);
        page.Text.ShouldNotContain("xyzzy");
        page.Text.ShouldNotContain("<img src=x");
        page.Texts("main tbody tr").ShouldBe(["Password sensitive Everywhere", $"Plain {Hostile} Environment: {place["Name"]}"]);

        var form = await admin.GetAsync($"{url}/edit");
        form.Text.ShouldNotContain("xyzzy");
        var text = form.Document.QuerySelector("textarea")!.TextContent.Replace("\"Plain\"", "\"Renamed\"", StringComparison.Ordinal);
        (await admin.SubmitAsync(form, "Save", 200, ("Input.Text", text))).Words.ShouldContain("Renamed");
        await server.SetProcessAsync(project.Id, Bash("Use", "[ \"$(get_octopusvariable Password | md5sum)\" = \"$(printf xyzzy-plugh | md5sum)\" ]"));
        await server.ReleaseAsync(project, "1.0.0");
        await server.DeployedAsync(project, "1.0.0", place.Id);
    }

    [Fact]
    public async Task A_limited_role_sees_its_project_alone_and_changes_nothing()
    {
        var (mine, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var somebody = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(somebody.Id, "userroles-projectviewer", projects: [mine.Id]);
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        (await client.GetAsync($"{Here}/projects")).Texts("main tbody th").ShouldBe([mine["Name"]]);
        await client.GetAsync($"{Here}/projects/new", 403);
        foreach (var tab in (string[])["", "/releases", "/runbooks", "/process", "/variables", "/channels", "/settings"])
        {
            await client.GetAsync($"{Here}/projects/{mine["Slug"]}{tab}");
            await client.GetAsync($"{Here}/projects/{other["Slug"]}{tab}", 404);
        }
        foreach (var edit in (string[])["/process/edit", "/variables/edit", "/releases/new"])
        {
            await client.GetAsync($"{Here}/projects/{mine["Slug"]}{edit}", 403);
        }
        var settings = await admin.GetAsync($"{Here}/projects/{mine["Slug"]}/settings");
        await client.GetAsync(settings.Path);
        (await client.PostAsync(settings.Path, ("Input.Name", "taken"))).ShouldBe(403);
        (await client.PostAsync($"{settings.Path}?handler=Delete", ("confirm", mine["Name"]))).ShouldBe(403);
        (await client.PostAsync($"{Here}/projects/{mine["Slug"]}/process/edit", ("Input.Text", "{\"Steps\":[]}"), ("Input.Version", "0"))).ShouldBe(403);
        (await client.PostAsync($"{Here}/projects/{mine["Slug"]}/variables/edit", ("Input.Text", "{\"Variables\":[]}"), ("Input.Version", "0"))).ShouldBe(403);
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{mine.Id}"))["Name"].ShouldBe(mine["Name"]);
    }

    [Theory]
    [InlineData("lifecycles", "lifecycle", """{"Name":"NAME","Phases":[{"Name":"Only"}]}""", "Only (all others)")]
    [InlineData("tag-sets", "tag set", """{"Name":"NAME","Tags":[{"Name":"North","Color":"#0066CC"}]}""", "North")]
    [InlineData("project-groups", "project group", """{"Name":"NAME","Description":"of the shop"}""", "of the shop")]
    public async Task What_changes_seldom_is_made_edited_and_deleted_as_text(string path, string kind, string json, string shown)
    {
        var name = Tenancy.Unique("Structure");
        var form = await admin.GetAsync($"{Here}/{path}/new");
        (await admin.SubmitAsync(form, "Save", 400, ("Input.Text", "[]"))).ErrorsOf("Input.Text").ShouldNotBeEmpty();
        var list = await admin.SubmitAsync(form, "Save", 200, ("Input.Text", json.Replace("NAME", name, StringComparison.Ordinal)));
        list.Words.ShouldContain($"The {kind} was saved.");
        list.Texts("main tbody tr").Single(row => row.StartsWith(name, StringComparison.Ordinal)).ShouldBe($"{name} {shown}");
        var edit = await admin.GetAsync(list.Document.QuerySelectorAll("main tbody a").Single(link => link.TextContent == name).GetAttribute("href")!);
        list = await admin.SubmitAsync(edit, "Save", 200, ("Input.Text", edit.Document.QuerySelector("textarea")!.TextContent.Replace(name, name + " 2", StringComparison.Ordinal)));
        list.Words.ShouldContain(name + " 2");
        edit = await admin.GetAsync(edit.Path);
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", name))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(edit, "Delete", 200, ("confirm", name + " 2"))).Words.ShouldNotContain($"{name} 2 {shown}");
        var somebody = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        await client.GetAsync($"{Here}/{path}");
        await client.GetAsync($"{Here}/{path}/new", 403);
        (await client.PostAsync($"{Here}/{path}/new", ("Input.Text", json.Replace("NAME", "forged", StringComparison.Ordinal)))).ShouldBe(403);
    }

    public void Dispose() => admin.Dispose();
}
