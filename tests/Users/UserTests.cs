using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Users;

public sealed class UserTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task A_person_is_made_changed_disabled_and_deleted_and_what_is_absent_stays()
    {
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "ada", DisplayName = "Ada L.", EmailAddress = "ada@example.com", IsActive = true, IsService = false, Password }, 201);
        created.Json.Names().ShouldBe(["Id", "Username", "DisplayName", "EmailAddress", "IsActive", "IsService", "Identities", "CanPasswordBeEdited", "IsRequestor"]);
        created.Id.ShouldMatch("^Users-[0-9]+$");

        var changed = await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{created.Id}", new { DisplayName = "Ada Lovelace" }, 200);
        changed.Json.GetProperty("DisplayName").GetString().ShouldBe("Ada Lovelace");
        changed.Json.GetProperty("Username").GetString().ShouldBe("ada");
        changed.Json.GetProperty("EmailAddress").GetString().ShouldBe("ada@example.com");
        changed.Json.GetProperty("IsActive").GetBoolean().ShouldBeTrue();

        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{created.Id}", new { IsActive = false }, 200);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{created.Id}", new { Username = "ada2" }, 200);
        (await server.Admin.GetAsync($"/api/users/{created.Id}", 200)).Json.GetProperty("IsActive").GetBoolean().ShouldBeFalse();
        var messages = (await server.Admin.GetAsync($"/api/events?regarding={created.Id}", 200)).Json.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("Message").GetString());
        messages.ShouldBe(["User ada2 was changed", "User ada was disabled", "User ada was changed", "User ada was created"]);

        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/users/{created.Id}", null, 200);
        await server.Admin.GetAsync($"/api/users/{created.Id}", 404);
        await server.Admin.ExpectAsync(HttpMethod.Delete, $"/api/users/{created.Id}", null, 404);
    }

    [Fact]
    public async Task A_password_is_in_no_answer_no_event_and_no_log_and_the_database_has_its_hash_alone()
    {
        var secret = $"a very secret {Guid.NewGuid():N}";
        var created = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "keeper", Password = secret }, 201);
        var changed = await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{created.Id}", new { Password = secret + "2" }, 200);
        var read = await server.Admin.GetAsync($"/api/users/{created.Id}", 200);
        var events = await server.Admin.GetAsync("/api/events?take=1000", 200);
        foreach (var answer in (CallAnswer[])[created, changed, read, events])
        {
            answer.Text.ShouldNotContain(secret);
            answer.Text.ShouldNotContain("PasswordHash", Case.Insensitive);
        }
        server.Log.Lines.ShouldNotContain(line => line.Contains(secret));
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        (await Dapper.SqlMapper.ExecuteScalarAsync<string>(connection, "select password_hash from users where username = 'keeper'")).ShouldNotBeNull().ShouldNotContain(secret);
    }

    [Fact]
    public async Task A_username_is_taken_whatever_its_case()
    {
        var first = await server.AddPersonAsync("Grace");
        (await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "gRACE" }, 409)).Error.ShouldBe("There is a user with the username 'gRACE' already.");
        var second = await server.AddPersonAsync("Grace2");
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{second}", new { Username = "grace" }, 409);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{first}", new { Username = "grace" }, 200);
    }

    [Fact]
    public async Task Refuses_a_username_that_only_looks_like_another()
    {
        var answer = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "admin\u200b" }, 400);
        answer.Error.ShouldBe("Username may not hold invisible characters: 'admin\\u200b'.");
    }

    [Fact]
    public async Task Every_fault_of_a_user_is_told_at_once()
    {
        var person = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { EmailAddress = new string('x', 300), Password = "short" }, 400);
        person.Errors.ShouldBe(["Username is required.", "EmailAddress may have at most 200 characters, not 300.", "Password must have at least 12 characters, not 5."]);
        var machine = await server.Admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "robot", IsService = true, Password }, 400);
        machine.Error.ShouldStartWith("Password must not be given: a service account has none");
        var (id, _) = await server.AddServiceAccountAsync();
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { IsService = false }, 400)).Error.ShouldStartWith("IsService cannot be changed");
    }

    [Fact]
    public async Task Nobody_deletes_themself()
    {
        var caller = await server.AddCallerAsync("userroles-systemmanager");
        (await caller.Client.ExpectAsync(HttpMethod.Delete, $"/api/users/{caller.Id}", null, 400)).Error.ShouldStartWith("You cannot delete your own account");
    }

    [Fact]
    public async Task Users_are_seen_by_who_may_and_oneself_by_everybody()
    {
        var nobody = await server.AddCallerAsync();
        (await nobody.Client.GetAsync("/api/users/me", 200)).Json.GetProperty("IsRequestor").GetBoolean().ShouldBeTrue();
        await nobody.Client.GetAsync($"/api/users/{nobody.Id}", 200);
        await nobody.Client.GetAsync("/api/users", 403);
        await nobody.Client.GetAsync("/api/users/Users-1", 403);
        await nobody.Client.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "x" }, 403);
        await nobody.Client.ExpectAsync(HttpMethod.Put, $"/api/users/{nobody.Id}", new { DisplayName = "x" }, 403);
        (await server.Anonymous.CallAsync(HttpMethod.Get, "/api/users/me")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task What_a_user_may_do_is_told_with_its_limits_and_teams()
    {
        var space = await server.AddSpaceAsync();
        var caller = await server.AddCallerAsync("userroles-systemmanager");
        var role = await server.AddRoleAsync(["ReleaseView", "FeedEdit"]);
        var project = await server.AddProjectAsync(space: $"/api/{space}");
        await server.GiveRoleAsync(caller.TeamId, role, space, projectIds: [project.Id]);
        var mine = (await caller.Client.GetAsync($"/api/users/{caller.Id}/permissions", 200)).Json;
        mine.Names().ShouldBe(["Id", "SpacePermissions", "SystemPermissions", "Teams", "IsPermissionsComplete", "IsTeamsComplete"]);
        mine.GetProperty("SystemPermissions").Strings().ShouldBe(["UserView", "UserEdit", "TeamView", "TeamEdit", "SpaceView", "SpaceEdit", "SpaceCreate", "EventView"]);
        // FeedEdit is for the whole space or not at all, so a role for one project does not give it.
        mine.GetProperty("SpacePermissions").GetRawText().ShouldBe(
            $$"""{"ReleaseView":[{"SpaceId":"{{space}}","RestrictedToProjectIds":["{{project.Id}}"],"RestrictedToProjectGroupIds":[],"RestrictedToEnvironmentIds":[],"RestrictedToTenantIds":[]}]}""");
        var team = mine.GetProperty("Teams").EnumerateArray().ShouldHaveSingleItem();
        team.GetProperty("Id").GetString().ShouldBe(caller.TeamId);
        team.GetProperty("IsDirectlyAssigned").GetBoolean().ShouldBeTrue();

        var admin = (await server.Admin.GetAsync("/api/users/me", 200)).Id;
        var all = (await server.Admin.GetAsync($"/api/users/{admin}/permissions", 200)).Json;
        all.GetProperty("SystemPermissions").Strings().ShouldContain("AdministerSystem");
        all.GetProperty("SpacePermissions").GetProperty("ReleaseCreate").EnumerateArray().Select(entry => entry.GetProperty("SpaceId").GetString()).ShouldContain(space);

        var nobody = await server.AddCallerAsync();
        await nobody.Client.GetAsync($"/api/users/{caller.Id}/permissions", 403);
        (await nobody.Client.GetAsync($"/api/users/{nobody.Id}/permissions", 200)).Json.GetProperty("SpacePermissions").GetRawText().ShouldBe("{}");
        await server.Admin.GetAsync("/api/users/Users-0/permissions", 404);
    }

    [Fact]
    public async Task Two_changes_of_a_user_at_once_do_not_undo_each_other()
    {
        var person = await server.AddPersonAsync();
        for (var round = 0; round < 5; round++)
        {
            await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{person}", new { IsActive = true }, 200);
            await Task.WhenAll(
                server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{person}", new { DisplayName = $"Round {round}" }, 200),
                server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{person}", new { IsActive = false }, 200));
            var user = (await server.Admin.GetAsync($"/api/users/{person}", 200)).Json;
            user.GetProperty("IsActive").GetBoolean().ShouldBeFalse("a disabled account must stay disabled");
            user.GetProperty("DisplayName").GetString().ShouldBe($"Round {round}");
        }
    }
}
