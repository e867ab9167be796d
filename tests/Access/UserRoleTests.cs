using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

public sealed class UserRoleTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_role_is_made_changed_and_deleted_in_Octopus_shape()
    {
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/userroles",
            new { Name = " Releaser ", Description = "Makes releases.", GrantedSpacePermissions = (string[])["ReleaseView", "ReleaseCreate", "ReleaseView"], Unknown = 1 }, 201);
        created.Json.Names().ShouldBe(["Id", "Name", "Description", "GrantedSpacePermissions", "GrantedSystemPermissions", "CanBeDeleted", "SupportedRestrictions"]);
        created.Id.ShouldMatch("^UserRoles-[0-9]+$");
        created.Json.GetProperty("Name").GetString().ShouldBe("Releaser");
        created.Json.GetProperty("GrantedSpacePermissions").Strings().ShouldBe(["ReleaseCreate", "ReleaseView"]);
        created.Json.GetProperty("GrantedSystemPermissions").Strings().ShouldBe([]);
        created.Json.GetProperty("CanBeDeleted").GetBoolean().ShouldBeTrue();
        created.Json.GetProperty("SupportedRestrictions").Strings().ShouldBe(["ProjectGroups", "Projects"]);

        var changed = await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/userroles/{created.Id}", new { Name = "Releaser", GrantedSystemPermissions = (string[])["EventView"] }, 200);
        changed.Json.GetProperty("GrantedSpacePermissions").Strings().ShouldBe([], "an absent list is an empty one");
        changed.Json.GetProperty("GrantedSystemPermissions").Strings().ShouldBe(["EventView"]);
        (await server.Admin.GetAsync($"/api/userroles/{created.Id}", 200)).Text.ShouldBe(changed.Text);

        var happened = (await server.Admin.GetAsync($"/api/events?regarding={created.Id}&eventCategories=Modified", 200)).Json.GetProperty("Items")[0];
        happened.GetProperty("Details").GetProperty("PermissionsAdded").Strings().ShouldBe(["EventView"]);
        happened.GetProperty("Details").GetProperty("PermissionsRemoved").Strings().ShouldBe(["ReleaseCreate", "ReleaseView"]);

        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/userroles/{created.Id}", null, 200);
        await server.Admin.GetAsync($"/api/userroles/{created.Id}", 404);
    }

    [Fact]
    public async Task The_built_in_roles_are_there_and_cannot_be_changed_or_deleted()
    {
        var all = await server.Admin.GetAsync("/api/userroles/all", 200);
        all.Json.EnumerateArray().Where(role => !role.GetProperty("CanBeDeleted").GetBoolean()).Select(role => role.GetProperty("Name").GetString()).ShouldBe(
            ["Build server", "Environment manager", "Package publisher", "Project contributor", "Project deployer", "Project viewer", "Runbook consumer", "Space manager", "System administrator", "System manager"]);
        var page = (await server.Admin.GetAsync("/api/userroles?partialName=system&take=1", 200)).Json;
        page.GetProperty("ItemType").GetString().ShouldBe("UserRole");
        page.GetProperty("TotalResults").GetInt32().ShouldBe(2);
        page.GetProperty("Items").GetArrayLength().ShouldBe(1);

        var put = await server.Admin.ExpectAsync(HttpMethod.Put, "/api/userroles/userroles-buildserver", new { Name = "Build server" }, 400);
        put.Error.ShouldBe("User role 'Build server' is built in and cannot be changed or deleted; make a copy of it under another name and change that.");
        await server.Admin.ExpectAsync(HttpMethod.Delete, "/api/userroles/userroles-buildserver", null, 400);
    }

    [Fact]
    public async Task Every_fault_of_a_role_is_told_at_once()
    {
        var answer = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/userroles", new
        {
            GrantedSpacePermissions = (string[])["ReleaseFly", "UserEdit", "ReleaseView", "ArtifactView"],
            GrantedSystemPermissions = (string[])["ProjectEdit"],
        }, 400);
        answer.Errors.ShouldBe([
            "Name is required.",
            "GrantedSpacePermissions has permissions that do not exist here: 'ReleaseFly', 'ArtifactView'.",
            "GrantedSpacePermissions has permissions that can only be given on the whole server: 'UserEdit'.",
            "GrantedSystemPermissions has permissions that can only be given in a space: 'ProjectEdit'."]);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        var answer = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/userroles", new { Name = "BUILD SERVER" }, 409);
        answer.Error.ShouldBe("There is a user role named 'BUILD SERVER' already.");
        var other = await server.AddRoleAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/userroles/{other}", new { Name = "build server" }, 409);
    }

    [Fact]
    public async Task A_role_in_use_is_not_deleted_and_the_teams_are_named()
    {
        var (role, project) = (await server.AddRoleAsync(["ReleaseView"]), await server.AddProjectAsync());
        foreach (var name in (string[])["Blue", "Amber"])
        {
            var team = (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = name }, 201)).Id;
            await server.GiveRoleAsync(team, role, "Spaces-1");
            await server.GiveRoleAsync(team, role, "Spaces-1", projectIds: [project.Id]);
        }
        var answer = await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/userroles/{role}", null, 409);
        answer.Error.ShouldEndWith("is in use by team 'Amber', team 'Blue'; take it from those teams first.");
    }

    [Fact]
    public async Task A_change_of_a_role_works_at_once_for_who_has_it()
    {
        var role = await server.AddRoleAsync(system: ["TeamView"]);
        var caller = await server.AddCallerAsync(role);
        await caller.Client.GetAsync("/api/events", 403);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/userroles/{role}", new { Name = $"now {role}", GrantedSystemPermissions = (string[])["TeamView", "EventView"] }, 200);
        await caller.Client.GetAsync("/api/events", 200);
    }

    [Fact]
    public async Task Roles_are_seen_by_who_may_see_teams_somewhere_and_made_by_who_may_edit_them_on_the_server()
    {
        var nobody = await server.AddCallerAsync();
        foreach (var path in (string[])["/api/userroles", "/api/userroles/all", "/api/userroles/userroles-buildserver"])
        {
            (await nobody.Client.GetAsync(path, 403)).Error.ShouldContain("does not have the permission TeamView");
        }
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        await viewer.Client.GetAsync("/api/userroles", 200);
        await viewer.Client.ExpectAsync(HttpMethod.Post, "/api/userroles", new { Name = "mine" }, 403);
        await viewer.Client.ExpectAsync(HttpMethod.Delete, "/api/userroles/UserRoles-1", null, 403);
        (await server.Anonymous.CallAsync(HttpMethod.Get, "/api/userroles")).Status.ShouldBe(401);
    }
}
