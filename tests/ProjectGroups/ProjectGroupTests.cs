using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ProjectGroups;

public sealed class ProjectGroupTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Groups = Api.Space + "/projectgroups";

    [Fact]
    public async Task Is_made_read_changed_and_deleted_and_each_change_is_in_the_audit()
    {
        var made = await server.Admin.MakeAsync(Groups, new { Name = "  Web shops ", Description = "All of them" });
        made.Json.GetProperty("SpaceId").GetString().ShouldBe("Spaces-1");
        made["Name"].ShouldBe("Web shops");
        made["Slug"].ShouldBe("web-shops");
        (await server.EventAsync(made)).ShouldBe(("Created", "Project group Web shops was created"));

        (await server.Admin.SeeAsync($"{Groups}/{made.Id}")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{Groups}/web-shops")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"/api/default/projectgroups/WEB-SHOPS")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"/api/projectgroups/{made.Id}")).Text.ShouldBe(made.Text);

        var changed = (await server.Admin.SendAsync("PUT", $"{Groups}/{made.Id}", new { Name = "Shops", Description = "" })).ShouldBe(200);
        changed["Name"].ShouldBe("Shops");
        changed["Slug"].ShouldBe("web-shops", "links go on leading there");
        changed["Description"].ShouldBeEmpty();
        (await server.EventAsync(changed)).Category.ShouldBe("Modified");

        var deleted = (await server.Admin.SendAsync("DELETE", $"{Groups}/{made.Id}")).ShouldBe(200);
        (await server.EventAsync(deleted)).Category.ShouldBe("Deleted");
        (await server.Admin.SendAsync("GET", $"{Groups}/{made.Id}")).ShouldBeRefused(404, made.Id);
    }

    [Fact]
    public async Task Lists_by_page_by_part_of_the_name_and_by_ids()
    {
        var ids = new List<string>();
        foreach (var name in (string[])["Paged c", "paged A", "Paged b", "paged 100%"])
        {
            ids.Add((await server.Admin.MakeAsync(Groups, new { Name = name })).Id);
        }
        (await server.Admin.SeeAsync($"{Groups}?partialName=PAGED")).Names().ShouldBe(["paged 100%", "paged A", "Paged b", "Paged c"]);
        (await server.Admin.SeeAsync($"{Groups}?partialName=0%25")).Names().ShouldBe(["paged 100%"]);
        var page = await server.Admin.SeeAsync($"{Groups}?partialName=paged&skip=1&take=2");
        page.Names().ShouldBe(["paged A", "Paged b"]);
        (page["TotalResults"], page["ItemsPerPage"], page["NumberOfPages"], page["LastPageNumber"], page["ItemType"]).ShouldBe(("4", "2", "2", "1", "ProjectGroup"));
        (await server.Admin.SeeAsync($"{Groups}?ids={ids[0]},{ids[1]}")).Names().ShouldBe(["paged A", "Paged c"]);
        (await server.Admin.SeeAsync($"{Groups}?ids={ids[0]}&ids={ids[2]}")).Names().ShouldBe(["Paged b", "Paged c"]);
        (await server.Admin.SeeAsync($"{Groups}/all")).Names().ShouldContain("Default");
    }

    [Fact]
    public async Task Refuses_a_name_that_is_taken_and_gives_a_taken_slug_a_number()
    {
        await server.Admin.MakeAsync(Groups, new { Name = "Twice told" });
        (await server.Admin.SendAsync("POST", Groups, new { Name = "twice TOLD" })).ShouldBeRefused(409, "'twice TOLD'");
        var second = await server.Admin.MakeAsync(Groups, new { Name = "Twice: told" });
        second["Slug"].ShouldBe("twice-told-2");
        (await server.Admin.SendAsync("PUT", $"{Groups}/{second.Id}", new { Slug = "twice-told" })).ShouldBeRefused(409, "twice-told");
        (await server.Admin.SeeAsync($"{Groups}/{second.Id}"))["Slug"].ShouldBe("twice-told-2");
    }

    [Fact]
    public async Task Two_made_at_the_same_moment_get_two_slugs()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.Admin.MakeAsync(Groups, new { Name = "At once" + new string('!', i) })));
        made.Select(group => group["Slug"]).Distinct().Count().ShouldBe(8);
    }

    [Fact]
    public async Task An_Id_means_the_one_that_has_it_and_not_another_that_is_named_so()
    {
        var first = await server.Admin.MakeAsync(Groups, new { Name = "Original" });
        var imitator = await server.Admin.MakeAsync(Groups, new { Name = first.Id });
        imitator["Slug"].ShouldBe(first.Id.ToLowerInvariant());
        (await server.Admin.SeeAsync($"{Groups}/{first.Id}"))["Name"].ShouldBe("Original");
    }

    [Fact]
    public async Task Names_every_fault_at_once()
    {
        var refused = (await server.Admin.SendAsync("POST", Groups, new { Slug = "Not A Slug", SpaceId = "Spaces-99" })).ShouldBeRefused(400, "Name is required", "'Not A Slug'", "'Spaces-99'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(3);
        (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_text_with_a_NUL_is_a_bad_request_and_no_fault_of_the_server()
    {
        (await server.Admin.SendAsync("GET", $"{Groups}?partialName=a%00b")).ShouldBeRefused(400, "NUL");
        (await server.Admin.SendAsync("POST", Groups, new { Name = "x", Description = "a\0b" })).ShouldBeRefused(400, "NUL");
    }

    [Fact]
    public async Task Is_not_deleted_while_it_holds_projects_and_the_refusal_names_them()
    {
        var group = await server.Admin.MakeAsync(Groups, new { Name = "In use" });
        var project = await server.AddProjectAsync("Holds on", group.Id);
        (await server.Admin.SendAsync("DELETE", $"{Groups}/{group.Id}")).ShouldBeRefused(409, "'In use'", "'Holds on'");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Groups}/{group.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task A_role_for_one_group_changes_that_one_alone()
    {
        var (mine, other) = (await server.Admin.MakeAsync(Groups, new { Name = "Mine" }), await server.Admin.MakeAsync(Groups, new { Name = "Another's" }));
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-spacemanager", groups: [mine.Id]);

        (await client.SendAsync("PUT", $"{Groups}/{mine.Id}", new { Description = "ok" })).ShouldBe(200);
        (await client.SendAsync("PUT", $"{Groups}/{other.Id}", new { Description = "no" })).ShouldBeRefused(403, "ProjectGroupEdit");
        (await client.SendAsync("POST", Groups, new { Name = "New" })).ShouldBeRefused(403, "ProjectGroupCreate");
    }
}
