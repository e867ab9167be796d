using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Teams;

/// <summary>The built-in team, and that it never loses its last active person. A database of its own: these tests change who is administrator.</summary>
public sealed class AdministratorsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Team = $"/api/teams/{People.Administrators}";
    private const string LastOne = "This would leave the server without an administrator: at least one active person (not a service account) must stay in team Octopus Administrators.";

    [Fact]
    public async Task The_built_in_team_cannot_be_deleted_or_renamed()
    {
        var team = (await server.Admin.GetAsync(Team, 200)).Json;
        (team.GetProperty("CanBeDeleted").GetBoolean(), team.GetProperty("CanBeRenamed").GetBoolean(), team.GetProperty("CanChangeMembers").GetBoolean(), team.GetProperty("CanChangeRoles").GetBoolean())
            .ShouldBe((false, false, true, false));
        (await server.Admin.ExpectAsync(HttpMethod.Delete, Team, null, 400)).Error.ShouldBe("The built-in team 'Octopus Administrators' cannot be deleted.");
        (await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { Name = "Nobody", MemberUserIds = team.GetProperty("MemberUserIds").Strings() }, 400))
            .Error.ShouldBe("Name: the built-in team 'Octopus Administrators' cannot be renamed.");
    }

    [Fact]
    public async Task The_last_administrator_cannot_leave_be_disabled_or_be_deleted()
    {
        var admin = (await server.Admin.GetAsync("/api/users/me", 200)).Id;
        var (machine, _) = await server.AddServiceAccountAsync();
        var disabled = await server.AddPersonAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{disabled}", new { IsActive = false }, 200);

        // Neither a service account nor a disabled person can sign in to mend anything.
        await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[admin, machine, disabled] }, 200);
        (await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[machine, disabled] }, 409)).Error.ShouldBe(LastOne);
        (await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { }, 409)).Error.ShouldBe(LastOne);
        (await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{admin}", new { IsActive = false }, 409)).Error.ShouldBe(LastOne);
        using var other = server.ClientWithKey(await server.AddKeyAsync(machine));
        (await other.ExpectAsync(HttpMethod.Delete, $"/api/users/{admin}", null, 409)).Error.ShouldBe(LastOne);
        (await server.Admin.GetAsync(Team, 200)).Json.GetProperty("MemberUserIds").Strings().ShouldBe([admin, machine, disabled], ignoreOrder: true);
        (await server.Admin.GetAsync("/api/users/me", 200)).Json.GetProperty("IsActive").GetBoolean().ShouldBeTrue();

        // With a second active person the first may go, and then the second one is the last.
        var second = await server.AddPersonAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[admin, machine, second] }, 200);
        await other.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[machine, second] }, 200);
        await server.Admin.GetAsync(Team, 403);
        (await other.ExpectAsync(HttpMethod.Delete, $"/api/users/{second}", null, 409)).Error.ShouldBe(LastOne);
        (await other.ExpectAsync(HttpMethod.Put, $"/api/users/{second}", new { IsActive = false }, 409)).Error.ShouldBe(LastOne);
        await other.ExpectAsync(HttpMethod.Put, $"/api/users/{second}", new { DisplayName = "Second" }, 200);
        await other.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[machine, second, admin] }, 200);
    }

    [Fact]
    public async Task Two_administrators_who_remove_each_other_at_the_same_moment_leave_one()
    {
        var admin = (await server.Admin.GetAsync("/api/users/me", 200)).Id;
        var (machine, _) = await server.AddServiceAccountAsync();
        var second = await server.AddPersonAsync();
        using var other = server.ClientWithKey(await server.AddKeyAsync(machine));
        for (var round = 0; round < 5; round++)
        {
            await server.Admin.ExpectAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[admin, machine, second] }, 200);
            var answers = await Task.WhenAll(
                other.CallAsync(HttpMethod.Put, $"/api/users/{admin}", new { IsActive = false }),
                other.CallAsync(HttpMethod.Put, $"/api/users/{second}", new { IsActive = false }),
                other.CallAsync(HttpMethod.Put, Team, new { MemberUserIds = (string[])[machine] }));
            answers.Count(answer => answer.Status == 409).ShouldBeGreaterThan(0);
            var team = (await other.GetAsync(Team, 200)).Json.GetProperty("MemberUserIds").Strings();
            var active = 0;
            foreach (var person in team.Except([machine]))
            {
                active += (await other.GetAsync($"/api/users/{person}", 200)).Json.GetProperty("IsActive").GetBoolean() ? 1 : 0;
            }
            active.ShouldBeGreaterThan(0, "somebody must be left");
            foreach (var person in (string[])[admin, second])
            {
                await other.ExpectAsync(HttpMethod.Put, $"/api/users/{person}", new { IsActive = true }, 200);
            }
        }
    }
}
