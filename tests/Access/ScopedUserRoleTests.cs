using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

public sealed class ScopedUserRoleTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Deployer = "userroles-projectdeployer";
    private const string Manager = "userroles-systemmanager";

    [Fact]
    public async Task A_role_is_given_limited_changed_and_taken_in_Octopus_shape()
    {
        var team = await server.AddTeamAsync([]);
        var (one, two) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var (group, environment, tenant) = (await server.Admin.SeeAsync($"{Api.Space}/projectgroups/default"), await server.AddEnvironmentAsync(), await server.AddTenantAsync());
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new
        {
            UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1",
            ProjectIds = (string[])[two.Id, one.Id, two.Id], ProjectGroupIds = (string[])[group.Id],
            EnvironmentIds = (string[])[environment.Id], TenantIds = (string[])[tenant.Id],
        }, 201);
        created.Json.Names().ShouldBe(["Id", "UserRoleId", "TeamId", "SpaceId", "ProjectIds", "ProjectGroupIds", "EnvironmentIds", "TenantIds"]);
        created.Id.ShouldMatch("^ScopedUserRoles-[0-9]+$");
        created.Json.GetProperty("ProjectIds").Strings().ShouldBe([two.Id, one.Id]);

        var changed = await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{created.Id}",
            new { UserRoleId = Deployer, TeamId = team, SpaceId = "default", ProjectIds = (string[])[two.Id] }, 200);
        changed.Json.GetProperty("SpaceId").GetString().ShouldBe("Spaces-1");
        changed.Json.GetProperty("ProjectIds").Strings().ShouldBe([two.Id]);
        changed.Json.GetProperty("EnvironmentIds").Strings().ShouldBe([]);

        foreach (var path in (string[])["/api/scopeduserroles", "/api/default/scopeduserroles", $"/api/teams/{team}/scopeduserroles", $"/api/Spaces-1/teams/{team}/scopeduserroles"])
        {
            (await server.Admin.GetAsync($"{path}/{created.Id}", 200)).Text.ShouldBe(changed.Text);
            (await server.Admin.GetAsync($"{path}?ids={created.Id}", 200)).Ids().ShouldBe([created.Id]);
        }
        (await server.Admin.GetAsync($"/api/teams/{team}/scopeduserroles", 200)).Json.GetProperty("ItemType").GetString().ShouldBe("ScopedUserRole");
        (await server.Admin.GetAsync($"/api/events?regarding={created.Id}", 200)).Json.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("Category").GetString())
            .ShouldBe(["Modified", "Created"]);

        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/scopeduserroles/{created.Id}", null, 200);
        await server.Admin.GetAsync($"/api/scopeduserroles/{created.Id}", 404);
    }

    [Fact]
    public async Task At_the_path_of_a_space_and_a_team_these_need_not_be_said_again()
    {
        var (space, team) = (await server.AddSpaceAsync(), await server.AddTeamAsync([]));
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/{space}/teams/{team}/scopeduserroles", new { UserRoleId = Deployer }, 201);
        created.Json.GetProperty("SpaceId").GetString().ShouldBe(space);
        created.Json.GetProperty("TeamId").GetString().ShouldBe(team);
        await server.Admin.GetAsync($"/api/Spaces-1/scopeduserroles/{created.Id}", 404);
        await server.Admin.GetAsync($"/api/teams/{People.Administrators}/scopeduserroles/{created.Id}", 404);
        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/Spaces-1/scopeduserroles/{created.Id}", null, 404);
        (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/{space}/scopeduserroles", new { UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1" }, 400))
            .Error.ShouldBe($"SpaceId is Spaces-1, but the path is that of {space}.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/teams/{team}/scopeduserroles", new { UserRoleId = Deployer, TeamId = "Teams-0", SpaceId = space }, 400))
            .Error.ShouldBe($"TeamId is 'Teams-0', but the path is that of {team}.");
    }

    [Fact]
    public async Task Space_permissions_need_a_space_and_system_permissions_must_not_have_one()
    {
        var team = await server.AddTeamAsync([]);
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Deployer, TeamId = team }, 400))
            .Error.ShouldBe("User role 'Project deployer' has space permissions: SpaceId must say in which space the team has it.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Manager, TeamId = team, SpaceId = "Spaces-1" }, 400))
            .Error.ShouldBe("User role 'System manager' has system permissions, which hold on the whole server: SpaceId must not be given.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Manager, TeamId = team, ProjectIds = (string[])["Projects-1"] }, 400))
            .Error.ShouldContain("without SpaceId they must not be given");
    }

    [Fact]
    public async Task Of_a_role_with_both_kinds_the_space_decides_which_it_gives()
    {
        var role = await server.AddRoleAsync(["ReleaseView", "TeamView"], ["EventView"]);
        var (inSpace, onServer) = (await server.AddCallerAsync($"{role}@Spaces-1"), await server.AddCallerAsync(role));
        await inSpace.Client.GetAsync("/api/events", 403);
        await inSpace.Client.GetAsync("/api/Spaces-1/teams", 200);
        await onServer.Client.GetAsync("/api/events", 200);
        await onServer.Client.GetAsync("/api/Spaces-1/teams", 403);
    }

    [Fact]
    public async Task What_does_not_exist_or_has_no_form_is_named()
    {
        var team = await server.AddTeamAsync([]);
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { }, 400)).Errors.ShouldBe(["UserRoleId is required.", "TeamId is required."]);
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = "UserRoles-0", TeamId = team }, 400)).Error.ShouldBe("UserRoleId: there is no user role 'UserRoles-0'.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Deployer, TeamId = "Teams-0", SpaceId = "Spaces-1" }, 400)).Error.ShouldBe("TeamId: there is no team 'Teams-0'.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-0" }, 400)).Error.ShouldBe("SpaceId: there is no space 'Spaces-0'.");
        var form = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new
        {
            UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1",
            ProjectIds = (string?[])["Projects-1", "hello", "projects-2", null], ProjectGroupIds = (string[])["Projects-1"],
            EnvironmentIds = (string[])["Environments-01"], TenantIds = (string[])["Tenants-1\n"],
        }, 400);
        form.Errors.ShouldBe([
            "ProjectIds has 'hello', 'projects-2', ''; each entry must be an Id such as Projects-12.",
            "ProjectGroupIds has 'Projects-1'; each entry must be an Id such as ProjectGroups-12.",
            "EnvironmentIds has 'Environments-01'; each entry must be an Id such as Environments-12."]);
        await server.Admin.GetAsync("/api/teams/Teams-0/scopeduserroles", 404);
    }

    [Fact]
    public async Task Its_limits_are_of_its_space_and_stay_when_what_they_name_has_gone()
    {
        var (team, space) = (await server.AddTeamAsync([]), await server.AddSpaceAsync());
        var (environment, elsewhere) = (await server.AddEnvironmentAsync(), await server.AddEnvironmentAsync(space: $"/api/{space}"));
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new
        {
            UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1", ProjectIds = (string[])["Projects-999"], ProjectGroupIds = (string[])["ProjectGroups-999"],
            EnvironmentIds = (string[])[environment.Id, elsewhere.Id], TenantIds = (string[])["Tenants-999"],
        }, 400)).Errors.ShouldBe(((string[])["Projects-999", "ProjectGroups-999", elsewhere.Id, "Tenants-999"]).Select(id => $"The role would be limited to '{id}', which is not in space Spaces-1."));

        var scoped = await server.GiveRoleAsync(team, Deployer, "Spaces-1", environmentIds: [environment.Id]);
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/environments/{environment.Id}")).ShouldBeRefused(409, "is what roles of the teams");
        // As by hand, or by a version that let it go.
        await using (var command = server.Database.DataSource.CreateCommand($"delete from environments where id = '{environment.Id}'"))
        {
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1", EnvironmentIds = (string[])[environment.Id] }, 200);
    }

    [Fact]
    public async Task The_administrators_roles_stay_as_they_are()
    {
        var scoped = (await server.Admin.GetAsync($"/api/teams/{People.Administrators}/scopeduserroles", 200)).Ids().ShouldHaveSingleItem();
        (await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/scopeduserroles/{scoped}", null, 400)).Error.ShouldBe("The roles of the built-in team 'Octopus Administrators' cannot be changed.");
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = Manager, TeamId = People.Administrators }, 400);
        await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Manager, TeamId = People.Administrators }, 400);
    }

    [Fact]
    public async Task A_role_does_not_wander_to_another_team_nor_a_spaces_team_out_of_its_space()
    {
        var (space, other) = (await server.AddSpaceAsync(), await server.AddTeamAsync([]));
        var team = (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/{space}/teams", new { Name = "locals" }, 201)).Id;
        var scoped = await server.GiveRoleAsync(team, Deployer, space);
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = Deployer, TeamId = other, SpaceId = space }, 400)).Error.ShouldStartWith("TeamId cannot be changed");
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = Deployer, TeamId = team, SpaceId = "Spaces-1" }, 400))
            .Error.ShouldBe($"Team 'locals' is a team of space {space}, so it can have roles in that space only.");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Manager, TeamId = team }, 400)).Error.ShouldContain("in that space only");
    }

    [Fact]
    public async Task A_list_shows_the_spaces_where_the_caller_may_see_teams()
    {
        var (mine, other) = (await server.AddSpaceAsync(), await server.AddSpaceAsync());
        var team = await server.AddTeamAsync([]);
        var (seen, hidden) = (await server.GiveRoleAsync(team, Deployer, mine), await server.GiveRoleAsync(team, Deployer, other));
        var viewer = await server.AddCallerAsync($"userroles-projectviewer@{mine}");
        var ids = (await viewer.Client.GetAsync("/api/scopeduserroles?take=1000", 200)).Ids();
        ids.ShouldContain(seen);
        ids.ShouldNotContain(hidden);
        await viewer.Client.GetAsync($"/api/scopeduserroles/{hidden}", 404);
        await viewer.Client.GetAsync($"/api/{other}/scopeduserroles", 403);
        (await viewer.Client.GetAsync($"/api/teams/{team}/scopeduserroles", 200)).Ids().ShouldBe([seen]);
        var nobody = await server.AddCallerAsync();
        await nobody.Client.GetAsync("/api/scopeduserroles", 403);
    }
}
