using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>Ways to more rights than one was given, each tried by somebody who may edit teams or users and no more.</summary>
public sealed class EscalationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string SystemManager = "userroles-systemmanager";
    private const string SpaceManager = "userroles-spacemanager";
    private const string Viewer = "userroles-projectviewer";

    [Fact]
    public async Task Refuses_to_let_a_team_editor_join_the_administrators()
    {
        var attacker = await server.AddCallerAsync(SystemManager);
        var team = (await server.Admin.GetAsync($"/api/teams/{People.Administrators}", 200)).Json;
        var members = team.GetProperty("MemberUserIds").Strings();
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/teams/{People.Administrators}", new { Name = "Octopus Administrators", MemberUserIds = (string[])[.. members, attacker.Id] },
            "Changing this team is about rights that");
        (await server.Admin.GetAsync($"/api/teams/{People.Administrators}", 200)).Json.GetProperty("MemberUserIds").Strings().ShouldBe(members);
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_map_an_external_group_of_theirs_to_the_administrators()
    {
        var attacker = await server.AddCallerAsync(SystemManager);
        var members = (await server.Admin.GetAsync($"/api/teams/{People.Administrators}", 200)).Json.GetProperty("MemberUserIds").Strings();
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/teams/{People.Administrators}",
            new { Name = "Octopus Administrators", MemberUserIds = members, ExternalSecurityGroups = new[] { new { Id = "everyone" } } }, "Changing this team is about rights");
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_join_a_team_that_may_more_than_they()
    {
        var space = await server.AddSpaceAsync();
        var team = await server.AddTeamAsync([], $"{SpaceManager}@{space}");
        var attacker = await server.AddCallerAsync(SystemManager);
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/teams/{team}", new { Name = "x", MemberUserIds = (string[])[attacker.Id] }, $"in space {space}");
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_give_their_own_team_a_role_that_they_lack()
    {
        var attacker = await server.AddCallerAsync(SystemManager);
        await RefusedAsync(attacker, HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = "userroles-systemadministrator", TeamId = attacker.TeamId }, "(AdministerSystem on this server)");
        await RefusedAsync(attacker, HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Viewer, TeamId = attacker.TeamId, SpaceId = "Spaces-1" }, "in space Spaces-1");
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_add_a_permission_to_a_role_that_their_team_has()
    {
        var role = await server.AddRoleAsync(system: ["TeamView"]);
        var attacker = await server.AddCallerAsync(SystemManager, role);
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/userroles/{role}", new { Name = "mine", GrantedSystemPermissions = (string[])["TeamView", "AdministerSystem"] }, "(AdministerSystem on this server)");
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_exchange_a_small_role_for_a_big_one()
    {
        var role = await server.AddRoleAsync(system: ["TeamView"]);
        var attacker = await server.AddCallerAsync(SystemManager);
        var scoped = await server.GiveRoleAsync(attacker.TeamId, role, null);
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = "userroles-systemadministrator", TeamId = attacker.TeamId }, "AdministerSystem");
    }

    [Fact]
    public async Task Refuses_to_let_a_space_manager_reach_into_another_space_or_the_server()
    {
        var (mine, other) = (await server.AddSpaceAsync(), await server.AddSpaceAsync());
        var attacker = await server.AddCallerAsync($"{SpaceManager}@{mine}");
        // Another space does not exist for them; the server's own routes ask for the permission on the server.
        await RefusedAsync(attacker, HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Viewer, TeamId = attacker.TeamId, SpaceId = other }, $"there is no space '{other}'", 400);
        await RefusedAsync(attacker, HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = SystemManager, TeamId = attacker.TeamId }, "TeamEdit on this server");
        await RefusedAsync(attacker, HttpMethod.Post, "/api/teams", new { Name = "mine" }, "TeamEdit on this server");
        await RefusedAsync(attacker, HttpMethod.Post, "/api/teams", new { Name = "theirs", SpaceId = other }, "there is no space", 400);
        await RefusedAsync(attacker, HttpMethod.Post, $"/api/{mine}/teams", new { Name = "theirs", SpaceId = other }, "there is no space", 400);
        await RefusedAsync(attacker, HttpMethod.Post, "/api/userroles", new { Name = "mine", GrantedSpacePermissions = (string[])["SpaceView"] }, "TeamEdit on this server");
        var theirs = (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = "theirs", SpaceId = other }, 201)).Id;
        (await attacker.Client.CallAsync(HttpMethod.Get, $"/api/teams/{theirs}")).Status.ShouldBe(404);
        (await attacker.Client.CallAsync(HttpMethod.Get, $"/api/{mine}/teams/{theirs}")).Status.ShouldBe(404);
        await RefusedAsync(attacker, HttpMethod.Post, "/api/scopeduserroles", new { UserRoleId = Viewer, TeamId = theirs, SpaceId = mine }, "there is no team", 400);
    }

    [Fact]
    public async Task Refuses_to_let_a_manager_widen_the_limits_of_their_own_role()
    {
        var space = await server.AddSpaceAsync();
        var manager = await server.AddRoleAsync(["TeamView", "TeamEdit", "SpaceView"]);
        var deployer = await server.AddRoleAsync(["DeploymentCreate"]);
        var attacker = await server.AddCallerAsync($"{manager}@{space}");
        var (one, two) = (await server.AddEnvironmentAsync(space: $"/api/{space}"), await server.AddEnvironmentAsync(space: $"/api/{space}"));
        var tenant = await server.Admin.MakeAsync($"/api/{space}/tenants", new { Name = "Tenant" });
        var scoped = await server.GiveRoleAsync(attacker.TeamId, deployer, space, environmentIds: [one.Id]);
        // Absent lists are no limit at all.
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/scopeduserroles/{scoped}", new { UserRoleId = deployer, TeamId = attacker.TeamId, SpaceId = space }, "DeploymentCreate");
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/scopeduserroles/{scoped}",
            new { UserRoleId = deployer, TeamId = attacker.TeamId, SpaceId = space, EnvironmentIds = (string[])[one.Id, two.Id] }, "within these limits");
        await attacker.Client.ExpectAsync(HttpMethod.Put, $"/api/scopeduserroles/{scoped}",
            new { UserRoleId = deployer, TeamId = attacker.TeamId, SpaceId = space, EnvironmentIds = (string[])[one.Id], TenantIds = (string[])[tenant.Id] }, 200);
    }

    [Fact]
    public async Task Refuses_to_let_a_user_editor_take_over_an_account_that_may_more_than_they()
    {
        var attacker = await server.AddCallerAsync(SystemManager);
        var victim = await server.AddCallerAsync($"{SpaceManager}@Spaces-1");
        await RefusedAsync(attacker, HttpMethod.Post, $"/api/users/{victim.Id}/apikeys", new { Purpose = "mine" }, "Making an API key for this user is about rights");
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/users/{victim.Id}", new { Username = "mine" }, "Changing this user");
        await RefusedAsync(attacker, HttpMethod.Delete, $"/api/users/{victim.Id}", null, "Deleting this user");
        await RefusedAsync(attacker, HttpMethod.Post, $"/api/serviceaccounts/{victim.Id}/oidcidentities/create/v1",
            new { Name = "mine", Issuer = "https://token.actions.githubusercontent.com", Subject = "repo:evil/evil:ref:refs/heads/main" }, "Changing this account's OIDC identities");
        var admin = (await server.Admin.GetAsync("/api/users?partialName=admin", 200)).Ids()[0];
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/users/{admin}", new { Password = "correct horse battery staple" }, "Changing this user");
    }

    [Fact]
    public async Task Refuses_to_let_a_team_editor_take_away_rights_that_they_lack()
    {
        var role = await server.AddRoleAsync(["ReleaseCreate"]);
        var victim = await server.AddCallerAsync();
        var scoped = await server.GiveRoleAsync(victim.TeamId, role, "Spaces-1");
        var attacker = await server.AddCallerAsync(SystemManager);
        await RefusedAsync(attacker, HttpMethod.Delete, $"/api/scopeduserroles/{scoped}", null, "Taking this role from a team");
        await RefusedAsync(attacker, HttpMethod.Delete, $"/api/teams/{victim.TeamId}", null, "Deleting this team");
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/teams/{victim.TeamId}", new { Name = "emptied" }, "Changing this team");
        await RefusedAsync(attacker, HttpMethod.Put, $"/api/userroles/{role}", new { Name = "emptied" }, "Changing this user role");
    }

    [Theory]
    [InlineData("UserView,UserEdit")]
    [InlineData("0")]
    [InlineData("administersystem")]
    public async Task Refuses_a_permission_name_that_only_a_lenient_parser_would_take(string name)
    {
        var answer = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/userroles", new { Name = $"lenient {name}", GrantedSystemPermissions = (string[])[name] }, 400);
        answer.Error.ShouldBe($"GrantedSystemPermissions has permissions that do not exist here: '{name}'.");
    }

    private static async Task RefusedAsync(TestCaller attacker, HttpMethod method, string path, object? body, string why, int status = 403)
    {
        var answer = await attacker.Client.ExpectAsync(method, path, body, status);
        answer.Error.ShouldContain(why);
    }
}
