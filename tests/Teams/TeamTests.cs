using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Teams;

public sealed class TeamTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_team_is_made_changed_and_deleted_in_Octopus_shape()
    {
        var (person, (machine, _)) = (await server.AddPersonAsync(), await server.AddServiceAccountAsync());
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new
        {
            Name = "  Release crew ", Description = "They release.", MemberUserIds = (string[])[machine, person, machine],
            ExternalSecurityGroups = (object[])[new { Id = "crew@example.com", DisplayName = "Crew" }, new { Id = "other" }, new { Id = "other" }],
        }, 201);
        created.Json.Names().ShouldBe(["Id", "Name", "SpaceId", "Description", "MemberUserIds", "ExternalSecurityGroups", "CanBeDeleted", "CanBeRenamed", "CanChangeMembers", "CanChangeRoles", "Links"]);
        created.Id.ShouldMatch("^Teams-[0-9]+$");
        created.Json.GetProperty("Name").GetString().ShouldBe("Release crew");
        created.Json.GetProperty("SpaceId").ValueKind.ShouldBe(JsonValueKind.Null);
        created.Json.GetProperty("MemberUserIds").Strings().ShouldBe([person, machine], ignoreOrder: true);
        created.Json.GetProperty("ExternalSecurityGroups").GetRawText().ShouldBe("""[{"Id":"crew@example.com","DisplayName":"Crew"},{"Id":"other","DisplayName":"other"}]""");
        created.Json.GetProperty("Links").GetProperty("ScopedUserRoles").GetString().ShouldBe($"/api/teams/{created.Id}/scopeduserroles{{?skip,take}}");
        (await server.Admin.GetAsync($"/api/teams/{created.Id}", 200)).Text.ShouldBe(created.Text);

        var changed = await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{created.Id}", new { Name = "Release crew", MemberUserIds = (string[])[machine] }, 200);
        changed.Json.GetProperty("MemberUserIds").Strings().ShouldBe([machine]);
        changed.Json.GetProperty("ExternalSecurityGroups").GetArrayLength().ShouldBe(0, "clients of Octopus leave out an empty list");

        var happened = (await server.Admin.GetAsync($"/api/events?regarding={created.Id}&eventCategories=Modified", 200)).Json.GetProperty("Items")[0];
        happened.GetProperty("Details").GetRawText().ShouldBe($$"""{"MembersAdded":[],"MembersRemoved":["{{person}}"],"GroupsAdded":[],"GroupsRemoved":["crew@example.com","other"]}""");
        (await server.Admin.GetAsync($"/api/events?regarding={person}&eventCategories=Modified", 200)).Json.GetProperty("TotalResults").GetInt32().ShouldBe(1);

        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/teams/{created.Id}", null, 200);
        (await server.Admin.GetAsync($"/api/teams/{created.Id}", 404)).Error.ShouldBe($"There is no team '{created.Id}' here.");
    }

    [Fact]
    public async Task Every_fault_of_a_team_is_told_at_once_and_unknown_members_are_named()
    {
        var shape = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { ExternalSecurityGroups = (object?[])[new { DisplayName = "x" }, null], Name = "a\u0007b" }, 400);
        shape.Errors.ShouldBe([
            "The Id of an external security group is required.", "The Id of an external security group is required.", "Name may not hold control characters: 'a\\u0007b'."]);
        var members = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = "ghosts", MemberUserIds = (string?[])["Users-0", "nobody", null] }, 400);
        members.Errors.ShouldBe([
            "MemberUserIds: there is no user or service account ''.", "MemberUserIds: there is no user or service account 'Users-0'.", "MemberUserIds: there is no user or service account 'nobody'."]);
        (await server.Admin.GetAsync("/api/teams?partialName=ghosts", 200)).Ids().ShouldBe([]);
    }

    [Fact]
    public async Task A_name_is_taken_within_its_space_only()
    {
        var space = await server.AddSpaceAsync();
        await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = "Twins" }, 201);
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = "TWINS" }, 409)).Error.ShouldBe("There is a team named 'TWINS' on this server already.");
        var other = (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/{space}/teams", new { Name = "Twins" }, 201)).Id;
        var third = (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = "Third", SpaceId = space }, 201)).Id;
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{third}", new { Name = "twins" }, 409)).Error.ShouldBe("There is a team named 'twins' in this space already.");
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{other}", new { Name = "Twins", SpaceId = "Spaces-1" }, 400)).Error.ShouldStartWith("SpaceId cannot be changed");
    }

    [Fact]
    public async Task A_spaces_team_is_found_in_its_space_and_the_servers_teams_everywhere()
    {
        var (space, other) = (await server.AddSpaceAsync(), await server.AddSpaceAsync());
        var local = (await server.Admin.ExpectAsync(HttpMethod.Post, $"/api/{space}/teams", new { Name = "Locals" }, 201)).Id;
        (await server.Admin.GetAsync($"/api/{space}/teams/all", 200)).Ids().ShouldBe([local]);
        (await server.Admin.GetAsync($"/api/{space}/teams?includeSystem=true&take=1000", 200)).Ids().ShouldContain(People.Administrators);
        (await server.Admin.GetAsync($"/api/{other}/teams", 200)).Ids().ShouldBe([]);
        await server.Admin.GetAsync($"/api/{other}/teams/{local}", 404);
        await server.Admin.GetAsync($"/api/{other}/teams/{People.Administrators}", 200);
        (await server.Admin.GetAsync("/api/teams/all", 200)).Ids().ShouldContain(local);

        // Who may see teams in the space alone sees its teams, wherever they ask.
        var viewer = await server.AddCallerAsync($"userroles-projectviewer@{space}");
        (await viewer.Client.GetAsync("/api/teams", 200)).Ids().ShouldBe([local]);
        (await viewer.Client.GetAsync($"/api/{space}/teams?includeSystem=true", 200)).Ids().ShouldBe([local]);
        await viewer.Client.GetAsync($"/api/teams/{People.Administrators}", 403);
        await viewer.Client.GetAsync($"/api/{other}/teams", 403);
        (await viewer.Client.ExpectAsync(HttpMethod.Put, $"/api/teams/{local}", new { Name = "Ours" }, 403)).Error.ShouldContain("TeamEdit");
        await viewer.Client.ExpectAsync(HttpMethod.Delete, $"/api/teams/{local}", null, 403);

        // Who manages the space manages its teams.
        var manager = await server.AddCallerAsync($"userroles-spacemanager@{space}");
        await manager.Client.ExpectAsync(HttpMethod.Put, $"/api/{space}/teams/{local}", new { Name = "Ours", MemberUserIds = (string[])[viewer.Id] }, 200);
        await manager.Client.ExpectAsync(HttpMethod.Delete, $"/api/{space}/teams/{local}", null, 200);
        var nobody = await server.AddCallerAsync();
        await nobody.Client.GetAsync("/api/teams", 403);
    }

    [Fact]
    public async Task A_page_of_teams_is_as_Octopus_sends_it()
    {
        var prefix = $"p{Guid.NewGuid():N}";
        foreach (var name in (string[])["b", "a", "c"])
        {
            await server.Admin.ExpectAsync(HttpMethod.Post, "/api/teams", new { Name = $"{prefix}-{name}" }, 201);
        }
        var page = (await server.Admin.GetAsync($"/api/teams?partialName={prefix.ToUpperInvariant()}&skip=1&take=1", 200)).Json;
        page.Names().ShouldBe(["ItemType", "TotalResults", "ItemsPerPage", "NumberOfPages", "LastPageNumber", "Items", "Links"]);
        page.GetProperty("ItemType").GetString().ShouldBe("Team");
        page.GetProperty("TotalResults").GetInt32().ShouldBe(3);
        page.GetProperty("Items").EnumerateArray().ShouldHaveSingleItem().GetProperty("Name").GetString().ShouldBe($"{prefix}-b");
        (await server.Admin.GetAsync($"/api/teams?ids={People.Administrators},Teams-0", 200)).Ids().ShouldBe([People.Administrators]);
    }

    [Fact]
    public async Task Membership_works_at_once_and_ends_at_once()
    {
        var caller = await server.AddCallerAsync();
        var team = await server.AddTeamAsync([], "userroles-systemmanager");
        await caller.Client.GetAsync("/api/users", 403);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{team}", new { MemberUserIds = (string[])[caller.Id] }, 200);
        await caller.Client.GetAsync("/api/users", 200);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{team}", new { MemberUserIds = (string[])[] }, 200);
        await caller.Client.GetAsync("/api/users", 403);
    }
}
