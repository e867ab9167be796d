using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Releases;

public sealed class CreateReleaseTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Create = Api.Space + "/releases/create/v1";

    [Fact]
    public async Task Numbers_releases_one_after_the_other()
    {
        var project = await server.AddProjectAsync("Numbered");
        var first = await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered" });
        first.Json.EnumerateObject().Select(property => property.Name).ShouldBe(["ReleaseId", "ReleaseVersion"]);
        first["ReleaseId"].ShouldStartWith("Releases-");
        first["ReleaseVersion"].ShouldBe("0.0.1");
        (await server.EventAsync(first)).ShouldBe(("Created", "Release 0.0.1 of project Numbered was created"));

        (await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered" }))["ReleaseVersion"].ShouldBe("0.0.2");
        await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered", ReleaseVersion = "1.9.9" });
        await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered", ReleaseVersion = "1.10.0-beta.2" });
        await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered", ReleaseVersion = "0.5" });
        (await server.Admin.MakeAsync(Create, new { ProjectName = "Numbered" }))["ReleaseVersion"].ShouldBe("1.10.1", "after the highest, not the newest");
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/releases")).Names("Version").ShouldBe(["1.10.1", "0.5", "1.10.0-beta.2", "1.9.9", "0.0.2", "0.0.1"]);
    }

    [Fact]
    public async Task Gives_many_jobs_at_the_same_moment_a_version_each()
    {
        await server.AddProjectAsync("Busy project");
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.Admin.MakeAsync(Create, new { ProjectName = "busy-project" })));
        made.Select(answer => answer["ReleaseVersion"]).Order(StringComparer.Ordinal).Distinct().Count().ShouldBe(12);
    }

    [Fact]
    public async Task Of_many_with_the_same_version_makes_one()
    {
        await server.AddProjectAsync("Same version");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.Admin.SendAsync("POST", Create, new { ProjectName = "same-version", ReleaseVersion = "2.0.0", IgnoreIfAlreadyExists = i % 2 == 0 })));
        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        answers.Where(answer => answer.Status < 300).Select(answer => answer["ReleaseId"]).Distinct().ShouldHaveSingleItem();
        answers.Where(answer => answer.Status >= 300).ShouldAllBe(answer => answer.Status == 400);
    }

    [Fact]
    public async Task Refuses_a_version_that_is_there_and_returns_it_when_asked_to()
    {
        var project = await server.AddProjectAsync("Again");
        var made = await server.Admin.MakeAsync(Create, new { ProjectName = "Again", ReleaseVersion = "1.0.0-RC.1", ReleaseNotes = "first" });
        var refused = (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Again", ReleaseVersion = "1.0.0-rc.1" })).ShouldBeRefused(400, "Release '1.0.0-RC.1' of project 'Again' exists already");
        (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();

        // Also when the process could no longer make it: a job that runs again must not fail where it passed.
        await server.SetProcessAsync(project.Id, Api.Step("Deploy", new { PackageId = "Acme.Web" }));
        var again = (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Again", ReleaseVersion = "1.0.0-rc.1", IgnoreIfAlreadyExists = true, ReleaseNotes = "second" })).ShouldBe(200);
        again["ReleaseId"].ShouldBe(made["ReleaseId"]);
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}"))["ReleaseNotes"].ShouldBe("first");
    }

    [Fact]
    public async Task Finds_project_and_channel_by_name_slug_or_Id_without_case()
    {
        var project = await server.AddProjectAsync("My Web Shop");
        var channel = await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Hot Fix", ProjectId = project.Id });
        foreach (var (named, line) in new[] { ("my web SHOP", "hot FIX"), ("MY-WEB-SHOP", "hot-fix"), (project.Id.ToLowerInvariant(), channel.Id.ToUpperInvariant()) })
        {
            var made = await server.Admin.MakeAsync(Create, new { projectname = named, CHANNELNAME = line });
            var release = await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}");
            (release["ProjectId"], release["ChannelId"]).ShouldBe((project.Id, channel.Id));
        }
    }

    [Fact]
    public async Task A_project_named_as_another_ones_Id_does_not_take_its_releases()
    {
        var project = await server.AddProjectAsync("The real one");
        await server.AddProjectAsync(project.Id);
        var made = await server.Admin.MakeAsync(Create, new { ProjectName = project.Id });
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}"))["ProjectId"].ShouldBe(project.Id);
    }

    [Theory]
    [InlineData("""{ "ProjectName": "No such" }""", "There is no project 'No such' in space 'Default' (Spaces-1)")]
    [InlineData("""{ }""", "ProjectName is required")]
    [InlineData("""{ "ProjectName": "Asked", "ChannelName": "Nowhere" }""", "Project 'Asked' has no channel 'Nowhere'")]
    [InlineData("""{ "ProjectName": "Asked", "SpaceId": "Spaces-2" }""", "SpaceId is 'Spaces-2', but the path names space 'Default' (Spaces-1)")]
    [InlineData("""{ "ProjectName": "Asked", "spaceIdOrName": "Other" }""", "SpaceIdOrName is 'Other'")]
    [InlineData("""{ "ProjectName": "Asked", "ReleaseVersion": "v1" }""", "ReleaseVersion 'v1' is not a version")]
    [InlineData("""{ "ProjectName": "Asked", "PackageVersion": "a b" }""", "PackageVersion 'a b' is not a version")]
    [InlineData("""{ "ProjectName": "Asked", "Packages": ["Deploy"] }""", "Packages: 'Deploy' is not Step:Version")]
    [InlineData("""{ "ProjectName": "Asked", "Packages": ["Deploy:1.0"] }""", "Packages: 'Deploy:1.0' matches no package of the process")]
    [InlineData("""{ "ProjectName": { } }""", "$.ProjectName")]
    public async Task Refuses_and_says_what_it_saw(string body, string error)
    {
        await server.Admin.SendAsync("POST", $"{Api.Space}/projects", new
        {
            Name = "Asked",
            ProjectGroupId = (await server.Admin.SeeAsync($"{Api.Space}/projectgroups/default")).Id,
            LifecycleId = (await server.Admin.SeeAsync($"{Api.Space}/lifecycles/default")).Id,
        });
        var before = await server.CountAsync("releases");
        var refused = (await server.Admin.SendAsync("POST", Create, JsonDocument.Parse(body).RootElement)).ShouldBeRefused(400, error);
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(1);
        (await server.CountAsync("releases")).ShouldBe(before);
    }

    [Fact]
    public async Task Names_every_fault_of_a_command()
    {
        var project = await server.AddProjectAsync("Many faults");
        await server.SetProcessAsync(project.Id, Api.Step("Deploy web", new { PackageId = "Acme.Web" }));
        await server.Admin.MakeAsync(Create, new { ProjectName = "Many faults", PackageVersion = "1.0.0" });
        (await server.Admin.SendAsync("PUT", $"{Api.Space}/projects/{project.Id}", new { IsDisabled = true })).ShouldBe(200);
        var refused = (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Many faults", SpaceId = "Elsewhere", ReleaseVersion = "0.0.1", ChannelName = "None", Packages = new[] { "Deploy db:1" } }))
            .ShouldBeRefused(400, "'Elsewhere'", "'0.0.1'", "is disabled", "no channel 'None'", "'Deploy db:1'", "Step 'Deploy web' uses package 'Acme.Web'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(6);
    }

    [Fact]
    public async Task Takes_the_space_by_Id_name_or_slug_in_the_body_too()
    {
        var space = await server.Admin.MakeAsync("/api/spaces", new { Name = "Shop Floor" });
        await server.AddProjectAsync("Here", space: $"/api/{space.Id}");
        foreach (var named in new[] { space.Id, "shop floor", "SHOP-FLOOR" })
        {
            await server.Admin.MakeAsync($"/api/shop-floor/releases/create/v1", new { ProjectName = "Here", spaceId = space.Id, spaceIdOrName = named, spaceName = "Shop Floor" });
        }
        (await server.Admin.SendAsync("POST", "/api/spaces-99/releases/create/v1", new { ProjectName = "Here" })).ShouldBeRefused(404, "space 'spaces-99'");
    }

    [Fact]
    public async Task Selects_the_packages_that_the_command_pins_and_keeps_them()
    {
        var project = await server.AddProjectAsync("Packaged");
        await server.SetProcessAsync(project.Id, Api.Step("Deploy web", new { PackageId = "Acme.Web", FeedId = "feeds-builtin" }), Api.Step("Migrate", new { Name = "db", PackageId = "Acme.Db" }));
        (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Packaged", Packages = new[] { "Deploy web:1.2.3" } }))
            .ShouldBeRefused(400, "Step 'Migrate' uses package 'Acme.Db'");
        var made = await server.Admin.MakeAsync(Create, new
        {
            ProjectName = "Packaged", PackageVersion = "1.0.0", Packages = new[] { "Migrate:db:2.0.0-rc.1" }, GitRef = "refs/heads/main", GitCommit = "abc",
            ReleaseNotes = "Line 1\nLine 2", CustomFields = new { Ticket = "A-1" },
        });
        var release = await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}");
        release.Json.GetProperty("SelectedPackages").GetRawText().ShouldBe(
            """[{"ActionName":"Deploy web","PackageReferenceName":"","Version":"1.0.0"},{"ActionName":"Migrate","PackageReferenceName":"db","Version":"2.0.0-rc.1"}]""");
        (release["ReleaseNotes"], release.Json.GetProperty("CustomFields").GetProperty("Ticket").GetString()).ShouldBe(("Line 1\nLine 2", "A-1"));
        release.Json.GetProperty("VersionControlReference").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Holds_packages_to_the_channels_version_rules()
    {
        var project = await server.AddProjectAsync("Ruled");
        await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Stable", ProjectId = project.Id, Rules = new[] { new { VersionRange = "[1.0,2.0)", Tag = "^$", ActionPackages = new[] { new { DeploymentAction = "Deploy" } } } } });
        await server.Admin.MakeAsync(Create, new { ProjectName = "Ruled", ChannelName = "Stable" });
        await server.SetProcessAsync(project.Id, Api.Step("Deploy", new { PackageId = "Acme.Ruled" }));
        (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Ruled", ChannelName = "Stable", PackageVersion = "3.0" }))
            .ShouldBeRefused(400, "Step 'Deploy' uses package 'Acme.Ruled' in version '3.0', which channel 'Stable' does not take (VersionRange [1.0,2.0), Tag ^$)", "IgnoreChannelRules");
        var ignored = await server.Admin.MakeAsync(Create, new { ProjectName = "Ruled", ChannelName = "Stable", PackageVersion = "3.0", IgnoreChannelRules = true });
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{ignored["ReleaseId"]}"))["IgnoreChannelRules"].ShouldBe("True");

        await server.MakePackageAsync("Acme.Ruled.2.0.0.zip");
        (await server.Admin.SendAsync("POST", Create, new { ProjectName = "Ruled", ChannelName = "Stable" })).ShouldBeRefused(400, "takes none of those in the built-in feed", "the newest is 2.0.0");
        await server.MakePackageAsync("Acme.Ruled.1.9.0.zip");
        await server.MakePackageAsync("Acme.Ruled.1.10.0.zip");
        await server.MakePackageAsync("Acme.Ruled.1.11.0-rc.1.zip");
        (await SelectedAsync(new { ProjectName = "Ruled", ChannelName = "Stable" })).ShouldBe(["1.10.0"]);
        (await SelectedAsync(new { ProjectName = "Ruled", ChannelName = "Stable", IgnoreChannelRules = true })).ShouldBe(["2.0.0"]);
        (await SelectedAsync(new { ProjectName = "Ruled" })).ShouldBe(["2.0.0"], "the default channel has no rules");
    }

    [Fact]
    public async Task Takes_the_newest_version_in_the_built_in_feed_of_what_is_not_pinned()
    {
        var project = await server.AddProjectAsync("From the feed");
        await server.SetProcessAsync(project.Id, Api.Step("Deploy web", new { PackageId = "ACME.Newest", FeedId = "feeds-builtin" }), Api.Step("Migrate", new { Name = "db", PackageId = "Acme.Newest.Db" }));
        (await server.Admin.SendAsync("POST", Create, new { ProjectName = "From the feed" })).ShouldBeRefused(400, "Step 'Deploy web'", "'ACME.Newest'", "Step 'Migrate'", "'Acme.Newest.Db'", "the built-in feed has none");

        var elsewhere = await server.AddSpaceAsync();
        await server.MakePackageAsync("Acme.Newest.9.0.0.zip", space: $"/api/{elsewhere}");
        foreach (var version in new[] { "1.9.0", "1.10.0", "1.2.0" })
        {
            await server.MakePackageAsync($"Acme.Newest.{version}.zip");
            await server.MakePackageAsync($"Acme.Newest.Db.{version}.zip");
        }
        (await SelectedAsync(new { ProjectName = "From the feed" })).ShouldBe(["1.10.0", "1.10.0"], "of this space alone");
        await server.MakePackageAsync("Acme.Newest.2.0.0-beta.1.zip");
        (await SelectedAsync(new { ProjectName = "From the feed", Packages = new[] { "Migrate:db:1.2.0" } })).ShouldBe(["2.0.0-beta.1", "1.2.0"]);
    }

    private async Task<string[]> SelectedAsync(object command)
    {
        var made = await server.Admin.MakeAsync(Create, command);
        return [.. (await server.Admin.SeeAsync($"{Api.Space}/releases/{made["ReleaseId"]}")).Json.GetProperty("SelectedPackages").EnumerateArray().Select(one => one.GetProperty("Version").GetString()!)];
    }

    [Fact]
    public async Task Is_for_who_may_create_releases_of_that_project()
    {
        var (mine, other) = (await server.AddProjectAsync("Mine to release"), await server.AddProjectAsync("Not mine to release"));
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        (await client.SendAsync("POST", Create, new { ProjectName = mine.Id })).ShouldBeRefused(403, "ReleaseCreate");
        await server.GiveLimitedRoleAsync(userId, "userroles-buildserver", projects: [mine.Id]);
        await client.MakeAsync(Create, new { ProjectName = mine.Id });
        (await client.SendAsync("POST", Create, new { ProjectName = other.Id })).ShouldBeRefused(400, $"There is no project '{other.Id}'");
        await server.GiveLimitedRoleAsync(userId, "userroles-projectviewer", projects: [other.Id]);
        (await client.SendAsync("POST", Create, new { ProjectName = other.Id })).ShouldBeRefused(403, "ReleaseCreate", other.Id);
        (await client.SeeAsync($"{Api.Space}/releases")).Names("ProjectId").ShouldAllBe(id => id == mine.Id || id == other.Id);
    }

    [Fact]
    public async Task A_tokens_scope_narrows_what_its_account_may_release()
    {
        var (mine, other) = (await server.AddProjectAsync("In scope"), await server.AddProjectAsync("Out of scope"));
        var (id, audience) = await server.AddTrustedAccountAsync();
        await server.GiveLimitedRoleAsync(id, "userroles-buildserver");
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience), ("scope", $"ReleaseCreate ReleaseView ProjectView project:{mine.Id}"));
        using var client = server.ClientWithToken(answer.AccessToken);

        await client.MakeAsync(Create, new { ProjectName = "In scope" });
        (await client.SendAsync("POST", Create, new { ProjectName = "Out of scope" })).ShouldBe(400);
        (await client.SeeAsync($"{Api.Space}/projects/all")).Names().ShouldBe(["In scope"]);
        (await client.SeeAsync($"{Api.Space}/releases")).Names("ProjectId").ShouldBe([mine.Id]);
        (await client.SendAsync("GET", $"{Api.Space}/projects/{other.Id}")).ShouldBe(404);
        (await client.SendAsync("GET", $"{Api.Space}/projects/{mine.Id}/deploymentprocesses")).ShouldBeRefused(403, "ProcessView", "scope");
        (await client.SendAsync("GET", $"{Api.Space}/environments")).ShouldBeRefused(403, "EnvironmentView");
    }
}
