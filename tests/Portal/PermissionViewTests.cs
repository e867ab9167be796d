using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Portal.Rights;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>"What may this user do here": as a table of values, against what decides, and as a page.</summary>
public sealed class PermissionViewTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly AccessTarget Web = new("Spaces-1", "Projects-1", "ProjectGroups-1", "Environments-1", "Tenants-1");

    [Fact]
    public void A_right_without_limits_holds_everywhere_in_its_space()
    {
        var right = Right("a", new() { SpaceId = "Spaces-1", Permissions = Set(Permission.DeploymentCreate) });
        Held(Permission.DeploymentCreate, Web, right).ShouldBe("a");
        Held(Permission.DeploymentCreate, AccessTarget.Space("Spaces-1"), right).ShouldBe("a");
        Held(Permission.DeploymentCreate, AccessTarget.Space("Spaces-2"), right).ShouldBe("");
        Held(Permission.DeploymentDelete, Web, right).ShouldBe("");
    }

    [Fact]
    public void Names_every_team_that_gives_it_and_those_whose_limits_leave_the_place_out()
    {
        HeldRight[] rights =
        [
            Right("here", new() { SpaceId = "Spaces-1", Permissions = Set(Permission.DeploymentCreate), EnvironmentIds = ["Environments-1"] }),
            Right("by group", new() { SpaceId = "Spaces-1", Permissions = Set(Permission.DeploymentCreate), ProjectGroupIds = ["ProjectGroups-1"], TenantIds = ["Tenants-1"] }),
            Right("elsewhere", new() { SpaceId = "Spaces-1", Permissions = Set(Permission.DeploymentCreate), EnvironmentIds = ["Environments-2"] }),
            Right("other space", new() { SpaceId = "Spaces-2", Permissions = Set(Permission.DeploymentCreate) }),
        ];
        Held(Permission.DeploymentCreate, Web, rights).ShouldBe("here, by group");
        var untenanted = Answer(Permission.DeploymentCreate, Web with { TenantId = null }, rights);
        (Teams(untenanted.By), Teams(untenanted.Elsewhere)).ShouldBe(("here", "by group, elsewhere"));
    }

    [Fact]
    public void A_limited_right_does_not_give_what_others_depend_on_not_even_elsewhere()
    {
        var answer = Answer(Permission.LifecycleEdit, Web, Right("limited", new() { SpaceId = "Spaces-1", Permissions = Set(Permission.LifecycleEdit), ProjectIds = ["Projects-1"] }));
        (answer.IsHeld, answer.Elsewhere.Count).ShouldBe((false, 0));
    }

    [Fact]
    public void What_is_held_on_the_server_is_held_in_each_space_and_an_administrator_holds_all()
    {
        var manager = Right("managers", new() { Permissions = Set(Permission.TeamView, Permission.UserView) });
        Held(Permission.TeamView, Web, manager).ShouldBe("managers");
        Held(Permission.UserView, AccessTarget.System, manager).ShouldBe("managers");
        var administrator = Right("administrators", new() { Permissions = Set(Permission.AdministerSystem) });
        PermissionView.Of([administrator], Web).ShouldAllBe(answer => answer.IsHeld);
        PermissionView.Of([administrator], AccessTarget.System).ShouldAllBe(answer => answer.IsHeld);
        PermissionView.Of([], AccessTarget.System).Select(answer => answer.Permission).ShouldAllBe(permission => permission.IsSystem());
        PermissionView.Of([], Web).Select(answer => answer.Permission).ShouldAllBe(permission => permission.IsSpace());
    }

    [Fact]
    public void Says_what_is_decided_for_any_rights_and_places()
    {
        var random = new Random(6);
        for (var round = 0; round < 400; round++)
        {
            var rights = Enumerable.Range(0, random.Next(1, 5)).Select(i => Right($"team {i}", AnyGrant(random))).ToList();
            var caller = new Caller { UserId = "Users-1", Username = "u", IsService = false, Grants = [.. rights.Select(right => right.Grant)], Actor = AuditActor.System };
            var place = random.Next(5) == 0 ? AccessTarget.System : new AccessTarget($"Spaces-{random.Next(1, 3)}", Any(random, "Projects"), Any(random, "ProjectGroups"), Any(random, "Environments"), Any(random, "Tenants"));
            foreach (var answer in PermissionView.Of(rights, place))
            {
                answer.IsHeld.ShouldBe(caller.May(answer.Permission, place), $"round {round}: {answer.Permission} at {place}");
                if (place.SpaceId is { } space)
                {
                    (answer.IsHeld || answer.Elsewhere.Count > 0).ShouldBe(caller.MaySomewhere(answer.Permission, space), $"round {round}: {answer.Permission} somewhere in {space}");
                }
            }
        }
    }

    [Fact]
    public async Task The_page_names_the_team_and_the_role_for_a_place()
    {
        var staging = await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Staging {Guid.NewGuid():N}" });
        var production = await server.Admin.MakeAsync($"{Api.Space}/environments", new { Name = $"Production {Guid.NewGuid():N}" });
        var person = await server.AddPersonAsync();
        var team = await server.AddTeamAsync([person]);
        await server.GiveRoleAsync(team, "userroles-projectdeployer", "Spaces-1", environmentIds: [staging.Id]);
        using var admin = new PortalClient(server.Url, ServerFixture.AdminApiKey);
        var page = await admin.GetAsync($"/app/users/{person}/permissions");
        page.Words.ShouldContain("None of their teams has a role that gives a permission exactly here.");
        page = await admin.SubmitAsync(page, "Show", 200, ("space", "Spaces-1"));
        Row(page, "Only elsewhere in this space", "DeploymentCreate").ShouldContain($"role Project deployer, only for environments {staging["Name"]}");
        Row(page, "May", "ReleaseCreate").ShouldEndWith("role Project deployer");
        page = await admin.SubmitAsync(page, "Show", 200, ("environment", staging.Id));
        Row(page, "May", "DeploymentCreate").ShouldContain($"role Project deployer, for environments {staging["Name"]}");
        page = await admin.SubmitAsync(page, "Show", 200, ("environment", production.Id));
        page.Texts("table[aria-label=May] code").ShouldNotContain("DeploymentCreate");
        page.Words.ShouldContain($"May in space Default, {production["Name"]}");
    }

    [Fact]
    public async Task One_sees_ones_own_and_only_who_may_see_users_sees_those_of_others()
    {
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        using var client = new PortalClient(server.Url, viewer.ApiKey);
        var page = await client.GetAsync("/app/me/permissions?space=Spaces-1");
        Row(page, "May", "ProjectView").ShouldContain("role Project viewer");
        await client.GetAsync($"/app/users/{await server.AddPersonAsync()}/permissions", 403);
        await client.GetAsync($"/app/me/permissions?space={await server.AddSpaceAsync()}", 404);
    }

    /// <summary>The API tells a user's teams and permissions to who may see users, and roles to who may see teams.</summary>
    [Fact]
    public async Task Who_may_see_users_and_no_teams_is_told_no_role()
    {
        var person = await server.AddPersonAsync();
        var role = await server.AddRoleAsync(space: ["ProjectView"]);
        var name = (await server.Admin.SeeAsync($"/api/userroles/{role}"))["Name"];
        await server.AddTeamAsync([person], $"{role}@Spaces-1");
        var users = await server.AddRoleAsync(system: ["UserView"]);
        var environments = await server.AddRoleAsync(space: ["EnvironmentView"]);
        var viewer = await server.AddCallerAsync(users, $"{environments}@Spaces-1");
        (await viewer.Client.SendAsync("GET", $"/api/userroles/{role}")).ShouldBe(403);
        using var client = new PortalClient(server.Url, viewer.ApiKey);
        var page = await client.GetAsync($"/app/users/{person}/permissions?space=Spaces-1");
        Row(page, "May", "ProjectView").ShouldEndWith(", a role that you may not see");
        page.Text.ShouldNotContain(name);
        page.Document.QuerySelector("main a[href^='/app/roles/']").ShouldBeNull();

        var seeing = await server.AddCallerAsync(users, "userroles-projectviewer@Spaces-1");
        using var other = new PortalClient(server.Url, seeing.ApiKey);
        Row(await other.GetAsync($"/app/users/{person}/permissions?space=Spaces-1"), "May", "ProjectView").ShouldEndWith($", role {name}");
    }

    [Fact]
    public async Task Says_that_a_disabled_account_may_do_nothing_and_that_an_administrator_may_everything()
    {
        using var admin = new PortalClient(server.Url, ServerFixture.AdminApiKey);
        var person = await server.AddPersonAsync();
        (await server.Admin.SendAsync("PUT", $"/api/users/{person}", new { IsActive = false })).ShouldBe(200);
        (await admin.GetAsync($"/app/users/{person}/permissions")).Words.ShouldContain("at present it may do nothing at all");
        Row(await admin.GetAsync("/app/me/permissions?space=Spaces-1"), "May", "LifecycleEdit").ShouldContain("team Octopus Administrators, role System administrator, which may do everything");
    }

    private static string Row(PortalPageView page, string table, string permission) =>
        page.Texts($"table[aria-label='{table}'] tr").Single(row => row.StartsWith(permission + " ", StringComparison.Ordinal));

    private static string Held(Permission permission, AccessTarget place, params HeldRight[] rights) => Teams(Answer(permission, place, rights).By);

    private static PermissionAnswer Answer(Permission permission, AccessTarget place, params HeldRight[] rights) => PermissionView.Of(rights, place).Single(answer => answer.Permission == permission);

    private static string Teams(IEnumerable<HeldRight> rights) => string.Join(", ", rights.Select(right => right.TeamName));

    private static HeldRight Right(string team, Grant grant) => new($"Teams-{team}", team, true, "role", "Role", grant);

    private static HashSet<Permission> Set(params Permission[] permissions) => [.. permissions];

    private static Grant AnyGrant(Random random)
    {
        var onServer = random.Next(4) == 0;
        var all = Enum.GetValues<Permission>().Where(permission => onServer ? permission.IsSystem() : permission.IsSpace()).ToArray();
        return new()
        {
            SpaceId = onServer ? null : $"Spaces-{random.Next(1, 3)}",
            Permissions = all.Where(permission => random.Next(permission == Permission.AdministerSystem ? 10 : 3) == 0).ToHashSet(),
            ProjectIds = onServer ? [] : Some(random, "Projects"), ProjectGroupIds = onServer ? [] : Some(random, "ProjectGroups"),
            EnvironmentIds = onServer ? [] : Some(random, "Environments"), TenantIds = onServer ? [] : Some(random, "Tenants"),
        };
    }

    private static string[] Some(Random random, string kind) => random.Next(2) == 0 ? [] : [.. Enumerable.Range(1, random.Next(1, 3)).Select(_ => $"{kind}-{random.Next(1, 4)}").Distinct()];

    private static string? Any(Random random, string kind) => random.Next(3) == 0 ? null : $"{kind}-{random.Next(1, 4)}";
}
