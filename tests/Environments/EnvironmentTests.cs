using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Environments;

public sealed class EnvironmentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Environments = Api.Space + "/environments";

    [Fact]
    public async Task Is_made_read_changed_and_deleted()
    {
        var made = await server.Admin.MakeAsync(Environments, new
        {
            Name = "Pre-production", UseGuidedFailure = true, AllowDynamicInfrastructure = true,
            ExtensionSettings = new[] { new { ExtensionId = "jira", Values = new { Kind = "staging" } } },
        });
        (made["Slug"], made["Type"], made["UseGuidedFailure"], made["AllowDynamicInfrastructure"]).ShouldBe(("pre-production", "Static", "True", "True"));
        made.Json.GetProperty("ExtensionSettings")[0].GetProperty("Values").GetProperty("Kind").GetString().ShouldBe("staging");
        (await server.Admin.SeeAsync($"{Environments}/pre-production")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{Environments}/v2/{made.Id}")).Text.ShouldBe(made.Text);

        var changed = (await server.Admin.SendAsync("PUT", $"{Environments}/{made.Id}", new { Name = "Staging", UseGuidedFailure = false })).ShouldBe(200);
        (changed["Name"], changed["UseGuidedFailure"], changed["AllowDynamicInfrastructure"]).ShouldBe(("Staging", "False", "True"));
        (await server.EventAsync(changed)).ShouldBe(("Modified", "Environment Staging was changed"));

        (await server.Admin.SendAsync("DELETE", $"{Environments}/{made.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Environments}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Is_sorted_as_told_and_the_others_follow()
    {
        var space = (await server.Admin.MakeAsync("/api/spaces", new { Name = "Sorted" })).Id;
        var ids = new List<string>();
        foreach (var name in (string[])["A", "B", "C"])
        {
            ids.Add((await server.Admin.MakeAsync($"/api/{space}/environments", new { Name = name })).Id);
        }
        (await server.Admin.SeeAsync($"/api/{space}/environments/all")).Names().ShouldBe(["A", "B", "C"], "in the order in which they were made");
        var sorted = (await server.Admin.SendAsync("PUT", $"/api/{space}/environments/sortorder", new[] { ids[2], ids[0] })).ShouldBe(200);
        sorted.Names().ShouldBe(["C", "A", "B"]);
        (await server.Admin.SeeAsync($"/api/{space}/environments")).Names("SortOrder", item => item.GetInt32()).ShouldBe([0, 1, 2]);
        (await server.EventAsync(sorted)).Category.ShouldBe("Modified");
        (await server.Admin.SendAsync("PUT", $"/api/{space}/environments/sortorder", new[] { ids[0], ids[0], "Environments-999" }))
            .ShouldBeRefused(400, "'Environments-999'", "more than once");
    }

    [Fact]
    public async Task V2_lists_by_type()
    {
        await server.Admin.MakeAsync($"{Environments}/v2", new { Name = "Typed", Type = "Static" });
        (await server.Admin.SeeAsync($"{Environments}/v2?partialName=typed&type=Static&skip=0&take=100")).Names().ShouldBe(["Typed"]);
        (await server.Admin.SeeAsync($"{Environments}/v2?partialName=typed&type=Ephemeral")).Names().ShouldBeEmpty();
        (await server.Admin.SendAsync("POST", $"{Environments}/v2", new { Name = "Short-lived", Type = "Ephemeral" })).ShouldBeRefused(400, "'Ephemeral'");
    }

    [Fact]
    public async Task A_role_for_one_environment_sees_and_changes_that_one_alone()
    {
        var (mine, other) = (await server.Admin.MakeAsync(Environments, new { Name = "Mine" }), await server.Admin.MakeAsync(Environments, new { Name = "Another's" }));
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-environmentmanager", environments: [mine.Id]);

        (await client.SeeAsync($"{Environments}/all")).Names().ShouldBe(["Mine"]);
        (await client.SeeAsync(Environments))["TotalResults"].ShouldBe("1");
        (await client.SendAsync("GET", $"{Environments}/{other.Id}")).ShouldBeRefused(404, other.Id);
        (await client.SendAsync("PUT", $"{Environments}/{mine.Id}", new { Description = "ok" })).ShouldBe(200);
        (await client.SendAsync("DELETE", $"{Environments}/{other.Id}")).ShouldBe(404);
        (await client.SendAsync("PUT", $"{Environments}/sortorder", new[] { mine.Id })).ShouldBeRefused(403, "EnvironmentEdit");
        (await client.SendAsync("POST", Environments, new { Name = "New" })).ShouldBeRefused(403, "EnvironmentCreate");
    }

    [Fact]
    public async Task Is_not_seen_from_another_space()
    {
        var space = (await server.Admin.MakeAsync("/api/spaces", new { Name = "Other side" })).Id;
        var made = await server.Admin.MakeAsync(Environments, new { Name = "Here" });
        (await server.Admin.SendAsync("GET", $"/api/{space}/environments/{made.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/environments/{made.Id}")).ShouldBe(404);
        (await server.Admin.MakeAsync($"/api/{space}/environments", new { Name = "Here" }))["Slug"].ShouldBe("here", "names and slugs are each space's own");
    }
}
