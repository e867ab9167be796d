using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Projects;

public sealed class ProjectTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Projects = Api.Space + "/projects";

    [Fact]
    public async Task Has_every_field_that_clients_read()
    {
        var made = await server.AddProjectAsync("Every field");
        made.Json.EnumerateObject().Select(property => property.Name).ShouldBe(
            [
                "Id", "SpaceId", "Name", "Slug", "Description", "ProjectGroupId", "LifecycleId", "IsDisabled", "TenantedDeploymentMode", "DeploymentProcessId",
                "VariableSetId", "IncludedLibraryVariableSetIds", "DiscreteChannelRelease", "AutoCreateRelease", "ReleaseCreationStrategy", "Templates",
                "AutoDeployReleaseOverrides", "ExtensionSettings", "ClonedFromProjectId", "AllowIgnoreChannelRules", "IsVersionControlled", "PersistenceSettings",
                "DefaultToSkipIfAlreadyInstalled", "CombineHealthAndSyncStatusInDashboardLiveStatus",
            ], ignoreOrder: true);
        (made["DeploymentProcessId"], made["TenantedDeploymentMode"], made["IsVersionControlled"]).ShouldBe(($"deploymentprocess-{made.Id}", "Untenanted", "False"));
        made.Json.GetProperty("PersistenceSettings").GetProperty("Type").GetString().ShouldBe("Database");
        (await server.EventAsync(made)).ShouldBe(("Created", "Project Every field was created"));
    }

    [Fact]
    public async Task Is_read_by_Id_and_slug_changed_and_deleted_with_all_that_is_in_it()
    {
        var made = await server.AddProjectAsync("Life of a project");
        (await server.Admin.SeeAsync($"{Projects}/life-of-a-project")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"/api/default/projects/{made.Id}")).Text.ShouldBe(made.Text);
        var release = await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = made.Id });

        // As a client does it: all that was read goes back, with a few things changed.
        var sent = System.Text.Json.Nodes.JsonNode.Parse(made.Text)!;
        (sent["Description"], sent["Slug"], sent["TenantedDeploymentMode"]) = ("New words", "life", "Tenanted");
        var changed = (await server.Admin.SendAsync("PUT", $"{Projects}/{made.Id}", sent)).ShouldBe(200);
        (changed["Name"], changed["Description"], changed["Slug"], changed["TenantedDeploymentMode"]).ShouldBe(("Life of a project", "New words", "life", "Tenanted"));
        (await server.EventAsync(changed)).Category.ShouldBe("Modified");

        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{Projects}/life")).ShouldBe(200))).Category.ShouldBe("Deleted");
        (await server.Admin.SendAsync("GET", $"{Projects}/{made.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/releases/{release["ReleaseId"]}")).ShouldBe(404);
        (await server.Admin.SendAsync("GET", $"{Api.Space}/deploymentprocesses/{made["DeploymentProcessId"]}")).ShouldBe(404);
    }

    [Fact]
    public async Task Names_every_fault_and_makes_nothing()
    {
        var before = await server.CountAsync("projects");
        var refused = (await server.Admin.SendAsync("POST", Projects, new
        {
            Name = new string('x', 201), Slug = "No", ProjectGroupId = "ProjectGroups-999", LifecycleId = "", TenantedDeploymentMode = "7",
            IsVersionControlled = true, SpaceId = "Spaces-77",
        })).ShouldBeRefused(400, "at most 200 characters", "'No'", "'ProjectGroups-999'", "LifecycleId is required", "'7'", "version-controlled", "'Spaces-77'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(7);
        (await server.CountAsync("projects")).ShouldBe(before);
    }

    [Fact]
    public async Task Refuses_a_name_that_is_taken_in_this_space_and_takes_it_in_another()
    {
        await server.AddProjectAsync("Taken");
        var group = await server.Admin.SeeAsync($"{Api.Space}/projectgroups/default");
        var lifecycle = await server.Admin.SeeAsync($"{Api.Space}/lifecycles/default");
        (await server.Admin.SendAsync("POST", Projects, new { Name = "TAKEN", ProjectGroupId = group.Id, LifecycleId = lifecycle.Id })).ShouldBeRefused(409, "'TAKEN'");
        var space = (await server.Admin.MakeAsync("/api/spaces", new { Name = "Free names" })).Id;
        (await server.AddProjectAsync("Taken", space: $"/api/{space}"))["Slug"].ShouldBe("taken");
        (await server.Admin.SendAsync("POST", $"/api/{space}/projects", new { Name = "Borrowed", ProjectGroupId = group.Id, LifecycleId = lifecycle.Id }))
            .ShouldBeRefused(400, group.Id, lifecycle.Id);
    }

    [Fact]
    public async Task Roles_for_a_project_or_a_group_see_and_change_those_alone()
    {
        var group = await server.Admin.MakeAsync($"{Api.Space}/projectgroups", new { Name = "Seen group" });
        var (one, two, three) = (await server.AddProjectAsync("Seen 1"), await server.AddProjectAsync("Seen 2", group.Id), await server.AddProjectAsync("Seen 3"));
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-projectcontributor", projects: [one.Id]);
        await server.GiveLimitedRoleAsync(userId, "userroles-spacemanager", groups: [group.Id]);

        (await client.SeeAsync($"{Projects}?partialName=seen")).Names().ShouldBe(["Seen 1", "Seen 2"]);
        (await client.SeeAsync($"{Projects}?ids={one.Id},{two.Id},{three.Id}"))["TotalResults"].ShouldBe("2");
        (await client.SeeAsync($"{Projects}/all")).Names().ShouldBe(["Seen 1", "Seen 2"]);
        (await client.SendAsync("GET", $"{Projects}/{three.Id}")).ShouldBeRefused(404, three.Id);
        (await client.SendAsync("PUT", $"{Projects}/{three.Id}", new { Name = "Mine" })).ShouldBe(404);
        (await client.SendAsync("PUT", $"{Projects}/{one.Id}", new { Description = "ok" })).ShouldBe(200);
        (await client.SendAsync("DELETE", $"{Projects}/{one.Id}")).ShouldBeRefused(403, "ProjectDelete");
        (await client.SendAsync("DELETE", $"{Projects}/{two.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task Is_made_in_or_moved_to_a_group_only_by_who_may_make_projects_there()
    {
        var group = await server.Admin.MakeAsync($"{Api.Space}/projectgroups", new { Name = "Open group" });
        var project = await server.AddProjectAsync("Moves");
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-projectcontributor", projects: [project.Id]);
        (await client.SendAsync("PUT", $"{Projects}/{project.Id}", new { ProjectGroupId = group.Id })).ShouldBeRefused(403, "ProjectCreate");

        await server.GiveLimitedRoleAsync(userId, "userroles-spacemanager", groups: [group.Id]);
        (await client.SendAsync("PUT", $"{Projects}/{project.Id}", new { ProjectGroupId = group.Id })).ShouldBe(200);
        (await client.MakeAsync(Projects, new { Name = "Made there", ProjectGroupId = group.Id, LifecycleId = project["LifecycleId"] })).Id.ShouldStartWith("Projects-");
        (await client.SendAsync("POST", Projects, new { Name = "Made elsewhere", ProjectGroupId = project["ProjectGroupId"], LifecycleId = project["LifecycleId"] }))
            .ShouldBeRefused(403, "ProjectCreate");
    }

    [Fact]
    public async Task A_space_is_born_with_group_and_lifecycle_and_is_not_deleted_while_it_holds_a_project()
    {
        var space = (await server.Admin.MakeAsync("/api/spaces", new { Name = "Newborn" })).Id;
        (await server.Admin.SeeAsync($"/api/{space}/projectgroups/all")).Names().ShouldBe(["Default"]);
        (await server.Admin.SeeAsync($"/api/{space}/lifecycles/all")).Names().ShouldBe(["Default"]);
        var project = await server.AddProjectAsync("Keeps it", space: $"/api/{space}");
        (await server.Admin.SendAsync("DELETE", $"/api/spaces/{space}")).ShouldBeRefused(409, space);
        (await server.Admin.SeeAsync($"/api/{space}/projectgroups/all")).Names().ShouldBe(["Default"]);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/projects/{project.Id}")).ShouldBe(200);
        var environment = await server.Admin.MakeAsync($"/api/{space}/environments", new { Name = "Too" });
        (await server.Admin.SendAsync("DELETE", $"/api/spaces/{space}")).ShouldBe(409);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/environments/{environment.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"/api/spaces/{space}")).ShouldBe(200);
    }
}
