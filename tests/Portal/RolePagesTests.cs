using OctoLogin.Access;
using OctoLogin.Portal.Rights;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Roles: what each allows, and roles of one's own.</summary>
public sealed class RolePagesTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly PortalClient admin = new(server.Url, ServerFixture.AdminApiKey);

    [Fact]
    public async Task A_built_in_role_is_explained_and_cannot_be_changed()
    {
        BuiltInRoles.All.Select(role => role.Name).Except((await admin.GetAsync("/app/roles")).Texts("th a")).ShouldBeEmpty();
        var page = await admin.GetAsync("/app/roles/userroles-buildserver");
        page.Words.ShouldContain("A built-in role: it cannot be changed.");
        page.Words.ShouldContain("push a package");
        page.Words.ShouldContain("can be limited by project, environment, tenant");
        page.Texts("table code").ShouldBe(BuiltInRoles.All.Single(role => role.Id == "userroles-buildserver").Space.Select(permission => permission.ToString()), ignoreOrder: true);
        page.Texts("main button[type=submit]").ShouldBeEmpty();
        (await admin.GetAsync("/app/roles/userroles-systemadministrator")).Words.ShouldContain("Octopus Administrators");
    }

    [Fact]
    public async Task A_role_of_ones_own_is_made_of_check_boxes_changed_given_and_deleted()
    {
        var name = $"Reader {Guid.NewGuid():N}";
        var page = await admin.SubmitAsync(await admin.GetAsync("/app/roles/new"), "Create", 200,
            ("Input.Name", name), ("Input.GrantedSpacePermissions", "ProjectView"), ("Input.GrantedSpacePermissions", "ReleaseView"), ("Input.GrantedSystemPermissions", "UserView"));
        page.Document.QuerySelectorAll("input[checked]").Select(box => box.GetAttribute("value")).ShouldBe(["UserView", "ProjectView", "ReleaseView"]);
        var id = page.Path.Split('/')[^1];
        page = await admin.SubmitAsync(page, "Save", 200, ("Input.GrantedSpacePermissions", "TaskView"));
        var role = await server.Admin.SeeAsync($"/api/userroles/{id}");
        role.Json.GetProperty("GrantedSpacePermissions").Strings().ShouldBe(["TaskView"]);
        role.Json.GetProperty("GrantedSystemPermissions").Strings().ShouldBe(["UserView"]);

        var team = await server.AddTeamAsync([], $"{id}@Spaces-1");
        page = await admin.GetAsync(page.Path);
        page.Document.QuerySelector($"a[href='/app/teams/{team}']").ShouldNotBeNull();
        (await admin.SubmitAsync(page, "Delete", 409, ("confirm", name))).Words.ShouldContain("take it from that team first");
        (await server.Admin.SendAsync("DELETE", $"/api/teams/{team}")).ShouldBe(200);
        (await admin.SubmitAsync(page, "Delete", 200, ("confirm", name))).Path.ShouldBe("/app/roles");
    }

    [Fact]
    public async Task A_permission_that_there_is_not_and_a_taken_name_are_refused()
    {
        var page = await admin.GetAsync("/app/roles/new");
        (await admin.SubmitAsync(page, "Create", 400, ("Input.Name", "x"), ("Input.GrantedSpacePermissions", "Everything"))).ErrorsOf("Input.GrantedSpacePermissions").First().ShouldContain("Everything");
        (await admin.SubmitAsync(page, "Create", 409, ("Input.Name", "Build server"))).Words.ShouldContain("There is a user role named 'Build server' already.");
    }

    [Fact]
    public async Task Who_sees_teams_in_a_space_reads_roles_and_the_teams_there_alone()
    {
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        using var client = new PortalClient(server.Url, viewer.ApiKey);
        var page = await client.GetAsync("/app/roles");
        page.Words.ShouldNotContain("Octopus Administrators");
        page.Texts("main a.btn").ShouldBeEmpty();
        await client.GetAsync("/app/roles/new", 403);
        var own = await server.AddRoleAsync(["ProjectView"]);
        (await client.GetAsync($"/app/roles/{own}")).Texts("main button[type=submit]").ShouldBeEmpty();
    }

    [Fact]
    public void What_a_permission_allows_is_said_as_the_documentation_says_it()
    {
        var written = File.ReadLines(Path.Combine(Repository.Root, "docs", "permissions.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)).Where(row => row.Length == 4).ToDictionary(row => row[0].Trim('`'), row => row[1]);
        foreach (var permission in Enum.GetValues<Permission>())
        {
            PermissionTexts.Of(permission).ShouldBe(written[permission.ToString()]);
        }
    }

    public void Dispose() => admin.Dispose();
}
