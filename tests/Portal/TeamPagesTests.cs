using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>The list of teams, and the page of each: members, groups and roles.</summary>
public sealed class TeamPagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task A_team_is_made_changed_and_deleted_by_its_name()
    {
        var name = $"Web {Guid.NewGuid():N}";
        var page = await admin.SubmitAsync(await admin.GetAsync("/app/teams/new"), "Create", 200, ("Input.Name", name), ("Input.Description", "Runs the shop"));
        page.Words.ShouldContain("A team of the server");
        page.Words.ShouldContain("No role that you may see");
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.Name", name + " 2"), ("Input.Description", ""));
        var team = await server.Admin.SeeAsync($"/api/teams/{page.Path.Split('/')[^1]}");
        (team["Name"], team["Description"]).ShouldBe((name + " 2", ""));
        (await admin.GetAsync($"/app/teams?q={Uri.EscapeDataString(name)}")).Texts("#list th a").ShouldBe([name + " 2"]);
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Words.ShouldContain("nothing was deleted");
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name + " 2"))).Path.ShouldBe("/app/teams");
        await admin.GetAsync(page.Path, 404);
    }

    [Fact]
    public async Task Members_are_found_added_and_removed()
    {
        var mark = Guid.NewGuid().ToString("N");
        var (jana, omar) = (await server.AddPersonAsync($"jana-{mark}"), await server.AddPersonAsync($"omar-{mark}"));
        var (robot, _) = await server.AddServiceAccountAsync($"robot-{mark}");
        var team = await server.AddTeamAsync([omar]);
        var page = await admin.GetAsync($"/app/teams/{team}?find={mark}");
        page.Words.ShouldContain($"jana-{mark}");
        page.Words.ShouldContain($"robot-{mark} · service account");
        page.Document.QuerySelectorAll("form[action$='AddMember'] button").Length.ShouldBe(2);
        page = await admin.SubmitAsync(page, "Add", 200, ("user", robot));
        page = await admin.SubmitAsync(await admin.GetAsync($"/app/teams/{team}?find=jana-{mark}"), "Add");
        page.Texts("table[aria-label=Members] th a").ShouldBe([$"jana-{mark}", $"omar-{mark}", "CI"], ignoreOrder: true);
        page = await admin.SubmitAsync(page, "Remove", 200, ("user", omar));
        (await server.Admin.SeeAsync($"/api/teams/{team}")).Json.GetProperty("MemberUserIds").Strings().ShouldBe([jana, robot], ignoreOrder: true);
        (await admin.SubmitAsync(page, "Remove", 200, ("user", jana))).Words.ShouldContain("The member was removed.");
    }

    [Fact]
    public async Task A_role_is_given_within_limits_which_are_changed_and_taken_away()
    {
        var (staging, production) = (await PlaceAsync("Staging"), await PlaceAsync("Production"));
        var project = await server.AddProjectAsync();
        var team = await server.AddTeamAsync([]);
        var page = await admin.GetAsync($"/app/teams/{team}/roles/new");
        page = await admin.SubmitAsync(page, "Next", 200, ("role", "userroles-projectdeployer"), ("space", ""));
        page.Words.ShouldContain("has only permissions in a space: choose the space.");
        page = await admin.SubmitAsync(page, "Next", 200, ("space", "Spaces-1"));
        page.Texts("legend").ShouldBe(["Only these project groups", "Only these projects", "Only these environments", "Only these tenants"]);
        page = await admin.SubmitAsync(page, "Give role", 200, ("Input.EnvironmentIds", staging.Id), ("Input.ProjectIds", project.Id));
        page.Path.ShouldBe($"/app/teams/{team}");
        page.Texts("table[aria-label=Roles] td").Take(2).ShouldBe(["space Default", $"projects {project["Name"]}; environments {staging["Name"]}"]);

        var limits = await admin.GetAsync(page.Document.QuerySelector("table[aria-label=Roles] a.btn")!.GetAttribute("href")!);
        limits.Document.QuerySelectorAll("input[checked]").Select(box => box.GetAttribute("value")).ShouldBe([project.Id, staging.Id]);
        page = await admin.SubmitAsync(limits, "Save", 200, ("Input.EnvironmentIds", staging.Id), ("Input.EnvironmentIds", production.Id));
        page.Texts("table[aria-label=Roles] td")[1].ShouldContain(production["Name"]);
        page = await admin.SubmitAsync(page, "Take away");
        page.Words.ShouldContain("The role was taken from the team.");
        page.Document.QuerySelector("table[aria-label=Roles]").ShouldBeNull();

        page = await admin.GetAsync($"/app/teams/{team}/roles/new?role=userroles-systemmanager");
        page = await admin.SubmitAsync(page, "Give role");
        page.Texts("table[aria-label=Roles] td")[0].ShouldBe("the whole server");
    }

    [Fact]
    public async Task The_built_in_team_says_that_somebody_must_stay_and_keeps_them()
    {
        var page = await admin.GetAsync($"/app/teams/{People.Administrators}");
        page.Words.ShouldContain("at least one active person (not a service account) must stay in team Octopus Administrators");
        page.Texts("main a.btn").ShouldNotContain("Give a role");
        page = await admin.SubmitAsync(page, "Remove", 409);
        page.Words.ShouldContain("This would leave the server without an administrator");
    }

    [Fact]
    public async Task Who_manages_a_space_makes_teams_there_and_gives_no_more_than_they_hold()
    {
        var space = await server.AddSpaceAsync();
        var manager = await server.AddCallerAsync($"userroles-spacemanager@{space}");
        using var client = new PortalClient(server.Url, manager.ApiKey);
        var page = await client.GetAsync("/app/teams/new");
        page.Document.QuerySelectorAll("option").Select(option => option.GetAttribute("value")).ShouldBe([space]);
        page = await client.SubmitAsync(page, "Create", 200, ("Input.Name", "Of the space"));
        var team = page.Path.Split('/')[^1];
        // Names of people are for those who may see users.
        page.Words.ShouldContain("Add by Id");
        page = await client.SubmitAsync(page, "Add", 400, ("user", "Users-999"));
        page.Words.ShouldContain("there is no user or service account 'Users-999'");
        page = await client.SubmitAsync(page, "Add", 200, ("user", manager.Id));
        page.Texts("table[aria-label=Members] th[scope=row]").ShouldBe([manager.Id]);
        page = await client.SubmitAsync(await client.GetAsync($"/app/teams/{team}/roles/new?role=userroles-buildserver"), "Give role");
        page.Texts("table[aria-label=Roles] td")[0].ShouldStartWith("space ");

        await client.GetAsync($"/app/teams/{People.Administrators}", 403);
        var elsewhere = await server.AddTeamAsync([]);
        await client.GetAsync($"/app/teams/{elsewhere}", 403);
        (await client.GetAsync("/app/teams")).Texts("#list th a").ShouldBe(["Of the space"]);
        // Another space is none that can be chosen, and none that can be named.
        await client.GetAsync($"/app/teams/{team}/roles/new?role=userroles-buildserver&space=Spaces-1", 404);
    }

    /// <summary>As in the API, where a team has the Id of its space.</summary>
    [Fact]
    public async Task A_space_that_the_viewer_does_not_see_has_no_name_in_the_list()
    {
        var space = await server.AddSpaceAsync();
        var name = (await server.Admin.SeeAsync($"/api/spaces/{space}"))["Name"];
        var mark = Guid.NewGuid().ToString("N");
        await server.Admin.MakeAsync("/api/teams", new { Name = $"Hidden {mark}", SpaceId = space });
        var role = await server.AddRoleAsync(system: ["TeamView"]);
        var viewer = await server.AddCallerAsync(role);
        (await viewer.Client.SendAsync("GET", $"/api/spaces/{space}")).ShouldBe(404);
        using var client = new PortalClient(server.Url, viewer.ApiKey);
        var page = await client.GetAsync($"/app/teams?q={mark}");
        page.Texts("#list td")[0].ShouldBe(space);
        page.Text.ShouldNotContain(name);
        (await admin.GetAsync($"/app/teams?q={mark}")).Texts("#list td")[0].ShouldBe(name);
    }

    [Fact]
    public async Task The_pages_of_the_list_show_every_team_once()
    {
        var mark = $"t{Guid.NewGuid():N}";
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("insert into teams (name) select @mark || ' ' || (i % 40) || case when i > 40 then ' ' || i else '' end from generate_series(1, 110) i", new { mark });
        }
        var page = await admin.GetAsync($"/app/teams?q={mark}");
        var all = page.Texts("#list th a").ToList();
        while (page.Document.QuerySelector("a[rel=next]") is { } next)
        {
            page = await admin.GetAsync(next.GetAttribute("href")!);
            all.AddRange(page.Texts("#list th a"));
        }
        (all.Count, all.Distinct().Count()).ShouldBe((110, 110));
    }

    [Fact]
    public async Task Names_are_shown_as_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var team = (await ServerFixture.PostAsync(server.Admin, "/api/teams", new { Name = Hostile, Description = Hostile, ExternalSecurityGroups = new[] { new { Id = Hostile, DisplayName = Hostile } } })).GetProperty("Id").GetString();
        var page = await admin.GetAsync($"/app/teams/{team}");
        page.Document.QuerySelector("h1")!.TextContent.ShouldBe(Hostile);
        page.Document.QuerySelector("main img").ShouldBeNull();
        page.Texts("table[aria-label='External groups and roles'] code").ShouldBe([Hostile]);
        (await admin.GetAsync("/app/teams?q=onerror")).Document.QuerySelector("main img").ShouldBeNull();
    }

    public void Dispose() => admin.Dispose();

    private Task<ApiAnswer> PlaceAsync(string name) => server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"{name} {Guid.NewGuid():N}" });
}
