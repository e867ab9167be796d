using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TagSets;

public sealed class TagSetTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string TagSets = Api.Space + "/tagsets";

    [Fact]
    public async Task Is_made_read_and_deleted_in_Octopus_shape()
    {
        var made = await server.Admin.MakeAsync(TagSets, new
        {
            Name = "Release ring", Description = "Who goes first",
            Tags = new object[] { new { Name = "Early bird", Color = "#FF0000", Description = "brave" }, new { Name = "Stable", Color = "#00ff00" }, new { Name = "Plain" } },
        });
        made.Json.Names().ShouldBe(["Id", "SpaceId", "Name", "Slug", "Description", "SortOrder", "Type", "Scopes", "Tags"]);
        (made["Slug"], made["SpaceId"], made["Type"]).ShouldBe(("release-ring", "Spaces-1", "MultiSelect"));
        made.Json.GetProperty("Scopes").Strings().ShouldBe(["Tenant"]);
        made.Id.ShouldMatch("^TagSets-[0-9]+$");
        var tags = made.Json.GetProperty("Tags");
        tags[0].Names().ShouldBe(["Id", "Name", "Color", "Description", "SortOrder", "CanonicalTagName"]);
        tags[0].GetProperty("Id").GetString()!.ShouldMatch($"^{made.Id}/Tags-[0-9]+$");
        tags.EnumerateArray().Select(tag => tag.GetProperty("CanonicalTagName").GetString()).ShouldBe(["Release ring/Early bird", "Release ring/Stable", "Release ring/Plain"]);
        tags.EnumerateArray().Select(tag => tag.GetProperty("SortOrder").GetInt32()).ShouldBe([0, 1, 2]);
        tags[2].GetProperty("Color").GetString().ShouldBe("#333333");
        (await server.EventAsync(made)).ShouldBe(("Created", "Tag set Release ring was created"));

        (await server.Admin.SeeAsync($"{TagSets}/{made.Id}")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{TagSets}/release-ring")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{TagSets}?partialName=RING&ids={made.Id}")).Names().ShouldBe(["Release ring"]);
        (await server.Admin.SendAsync("DELETE", $"{TagSets}/{made.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("GET", $"{TagSets}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Tags_are_kept_added_exchanged_and_taken_away_by_what_is_sent()
    {
        var made = await server.AddTagSetAsync("Exchange", "A", "B");
        var sent = JsonNode.Parse(made.Text)!;
        (sent["Tags"]![0]!["Name"], sent["Tags"]![1]!["Name"]) = ("B", "A");
        sent["Tags"]!.AsArray().Add(new JsonObject { ["Name"] = "C", ["Color"] = "#123456" });
        var changed = (await server.Admin.SendAsync("PUT", $"{TagSets}/{made.Id}", sent)).ShouldBe(200);
        var before = made.Json.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetProperty("Id").GetString()).ToArray();
        var after = changed.Json.GetProperty("Tags").EnumerateArray().ToDictionary(tag => tag.GetProperty("Name").GetString()!, tag => tag.GetProperty("Id").GetString());
        (after["B"], after["A"]).ShouldBe((before[0], before[1]), "the names changed places, the tags stayed");

        // Without Ids, a name means the tag that has it.
        var fewer = (await server.Admin.SendAsync("PUT", $"{TagSets}/{made.Id}", new { Tags = new[] { new { Name = "c" } } })).ShouldBe(200);
        var only = fewer.Json.GetProperty("Tags").EnumerateArray().ShouldHaveSingleItem();
        (only.GetProperty("Id").GetString(), only.GetProperty("Color").GetString(), only.GetProperty("CanonicalTagName").GetString()).ShouldBe((after["C"], "#123456", "Exchange/c"));
        // Octopus's clients leave an empty list out.
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{made.Id}", new { Description = "words" })).ShouldBe(200).Json.GetProperty("Tags").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_new_name_is_the_new_name_everywhere()
    {
        var set = await server.AddTagSetAsync("Region", "EU", "US");
        var (environment, project) = (await server.AddEnvironmentAsync(), await server.AddTenantedProjectAsync());
        var tenant = await server.AddTenantAsync(tags: ["region/eu"]);
        var machine = await server.AddMachineAsync([environment.Id], tags: ["Region/US"]);
        var channel = await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "EU only", ProjectId = project.Id, TenantTags = new[] { "Region/EU" } });
        var sent = JsonNode.Parse(set.Text)!;
        (sent["Name"], sent["Tags"]![0]!["Name"]) = ("Area", "Europe");
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", sent)).ShouldBe(200);

        (await TagsOfAsync($"tenants/{tenant.Id}")).ShouldBe(["Area/Europe"]);
        (await TagsOfAsync($"machines/{machine.Id}")).ShouldBe(["Area/US"]);
        (await TagsOfAsync($"channels/{channel.Id}")).ShouldBe(["Area/Europe"]);
        (await server.Admin.SeeAsync($"{Api.Space}/tenants?tags=Area/Europe")).Names("Id").ShouldBe([tenant.Id]);
    }

    [Fact]
    public async Task A_tag_in_use_is_not_deleted_and_who_uses_it_is_told()
    {
        var set = await server.AddTagSetAsync("Held", "One", "Two", "Free");
        var (environment, project) = (await server.AddEnvironmentAsync(), await server.AddTenantedProjectAsync("Held project"));
        await server.AddTenantAsync("Held tenant", ["Held/One"]);
        await server.AddMachineAsync([environment.Id], "Held machine", tags: ["Held/Two"]);
        await server.Admin.MakeAsync($"{Api.Space}/channels", new { Name = "Held channel", ProjectId = project.Id, TenantTags = new[] { "Held/One" } });
        (await server.Admin.SendAsync("DELETE", $"{TagSets}/{set.Id}")).ShouldBeRefused(409,
            "'Held/One' (channel Held channel of project Held project), 'Held/One' (tenant Held tenant), 'Held/Two' (deployment target Held machine)");
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Tags = new[] { new { Name = "Two" } } })).ShouldBeRefused(409, "Held tenant");
        (await server.Admin.SeeAsync($"{TagSets}/{set.Id}")).Text.ShouldBe(set.Text);
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Tags = new[] { new { Name = "One" }, new { Name = "Two" } } })).ShouldBe(200);
    }

    [Fact]
    public async Task A_tag_that_a_variable_is_scoped_to_keeps_its_name()
    {
        var set = await server.AddTagSetAsync("Ring", "Inner", "Outer");
        var project = await server.AddProjectAsync("Ringed");
        var variables = $"{Api.Space}/projects/{project.Id}/variables";
        (await server.Admin.SendAsync("PUT", variables, new { Version = 0, Variables = new[] { new { Name = "Url", Value = "x", Scope = new { TenantTag = new[] { "Ring/Inner" } } } } })).ShouldBe(200);
        var sent = JsonNode.Parse(set.Text)!;
        sent["Tags"]![0]!["Name"] = "Core";
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", sent)).ShouldBeRefused(409, "'Ring/Inner' (variable Url of project Ringed)");
        (await server.Admin.SendAsync("DELETE", $"{TagSets}/{set.Id}")).ShouldBeRefused(409, "variable Url of project Ringed");
        (await server.Admin.SendAsync("PUT", variables, new { Version = 1, Variables = Array.Empty<object>() })).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{TagSets}/{set.Id}")).ShouldBe(200);
    }

    [Fact]
    public async Task A_tag_that_a_process_names_keeps_its_name()
    {
        var set = await server.AddTagSetAsync("Stage", "Alpha", "Beta");
        var project = await server.AddProjectAsync("Staged");
        await server.SetProcessAsync(project.Id, new { Name = "s", Actions = new[] { new { Name = "Alpha only", ActionType = "Octopus.Script", TenantTags = new[] { "stage/alpha" } } } });
        var sent = JsonNode.Parse(set.Text)!;
        sent["Tags"]![0]!["Name"] = "Gamma";
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", sent)).ShouldBeRefused(409, "'stage/alpha' (action Alpha only of project Staged)");
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Name = "Phase", Tags = new[] { new { Name = "Alpha" }, new { Name = "Beta" } } }))
            .ShouldBeRefused(409, "cannot be renamed: 'stage/alpha' (action Alpha only of project Staged)");
        (await server.Admin.SendAsync("DELETE", $"{TagSets}/{set.Id}")).ShouldBeRefused(409, "Alpha only");
        (sent["Tags"]![0]!["Name"], sent["Tags"]![1]!["Name"]) = ("ALPHA", "Delta");
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", sent)).ShouldBe(200);
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\\\u0000")]
    public async Task Is_renamed_whatever_stands_in_a_process(string script)
    {
        var (set, project) = (await server.AddTagSetAsync(Tenancy.Unique("Odd"), "Tag"), await server.AddProjectAsync());
        var body = $$$"""{"Version":0,"Steps":[{"Name":"s","Actions":[{"Name":"a","ActionType":"Octopus.Script","TenantTags":["x"],"Properties":{"Body":"{{{script}}}"}}]}]}""";
        using var answer = await server.Admin.PutAsync($"{Api.Space}/projects/{project.Id}/deploymentprocesses", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        ((int)answer.StatusCode).ShouldBe(200);
        (await server.Admin.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Name = Tenancy.Unique("New"), Tags = new[] { new { Name = "Tag" } } })).ShouldBe(200);
    }

    [Fact]
    public async Task Names_every_fault_and_makes_nothing()
    {
        var before = await server.CountAsync("tag_sets");
        var refused = (await server.Admin.SendAsync("POST", TagSets, new
        {
            Name = "a/b", SpaceId = "Spaces-77", Type = "FreeText", Scopes = new[] { "Tenant", "Project" },
            Tags = new object[] { new { Name = "x", Color = "red" }, new { Name = "X" }, new { Name = "y,z" }, new { Name = "" }, new { Id = "TagSets-1/Tags-999", Name = "w" } },
        })).ShouldBeRefused(400, "Name may not hold '/' or ','", "'Spaces-77'", "'red'", "2 entries named 'x'", "Tags[2].Name may not hold", "Tags[3].Name is required", "'TagSets-1/Tags-999'", "'FreeText'", "'Project'");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(9);
        (await server.CountAsync("tag_sets")).ShouldBe(before);
        await server.AddTagSetAsync("Taken");
        (await server.Admin.SendAsync("POST", TagSets, new { Name = "TAKEN" })).ShouldBeRefused(409, "'TAKEN'");
    }

    [Fact]
    public async Task Is_sorted_as_told_and_the_others_follow()
    {
        var space = (await server.Admin.MakeAsync("/api/spaces", new { Name = "Sorted tags" })).Id;
        var ids = new List<string>();
        foreach (var name in (string[])["A", "B", "C"])
        {
            ids.Add((await server.Admin.MakeAsync($"/api/{space}/tagsets", new { Name = name })).Id);
        }
        (await server.Admin.SendAsync("PUT", $"/api/{space}/tagsets/sortorder", new[] { ids[2] })).ShouldBe(200).Names().ShouldBe(["C", "A", "B"]);
        (await server.Admin.SeeAsync($"/api/{space}/tagsets/all")).Names("SortOrder", item => item.GetInt32()).ShouldBe([0, 1, 2]);
        (await server.Admin.SendAsync("PUT", $"/api/{space}/tagsets/sortorder", new[] { ids[0], ids[0], "TagSets-999" })).ShouldBeRefused(400, "'TagSets-999'", "more than once");
    }

    [Fact]
    public async Task Is_seen_by_who_sees_tenants_and_changed_by_who_may_in_the_whole_space()
    {
        var set = await server.AddTagSetAsync("Guarded", "One");
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        (await viewer.Client.SeeAsync($"{TagSets}/guarded")).Id.ShouldBe(set.Id);
        (await viewer.Client.SendAsync("POST", TagSets, new { Name = "No" })).ShouldBeRefused(403, "TagSetCreate");
        (await viewer.Client.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Name = "No" })).ShouldBeRefused(403, "TagSetEdit");
        (await viewer.Client.SendAsync("DELETE", $"{TagSets}/{set.Id}")).ShouldBeRefused(403, "TagSetDelete");
        (await viewer.Client.SendAsync("PUT", $"{TagSets}/sortorder", new[] { set.Id })).ShouldBeRefused(403, "TagSetEdit");
        var editor = await server.AddCallerAsync($"{await server.AddRoleAsync(["TagSetEdit"])}@Spaces-1");
        (await editor.Client.SendAsync("PUT", $"{TagSets}/{set.Id}", new { Description = "mine" })).ShouldBe(200);
        var publisher = await server.AddCallerAsync("userroles-packagepublisher@Spaces-1");
        (await publisher.Client.SendAsync("GET", TagSets)).ShouldBeRefused(403, "TenantView");
    }

    [Fact]
    public async Task Is_not_seen_from_another_space()
    {
        var space = await server.AddSpaceAsync();
        var set = await server.AddTagSetAsync("Only here", "Tag");
        (await server.Admin.SendAsync("GET", $"/api/{space}/tagsets/{set.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("PUT", $"/api/{space}/tagsets/{set.Id}", new { Name = "x" })).ShouldBe(404);
        (await server.Admin.SendAsync("DELETE", $"/api/{space}/tagsets/{set.Id}")).ShouldBe(404);
        (await server.Admin.SendAsync("POST", $"/api/{space}/tenants", new { Name = "t", TenantTags = new[] { "Only here/Tag" } })).ShouldBeRefused(400, "'Only here/Tag'");
        // A space goes with its tag sets, as with its groups and lifecycles.
        await server.Admin.MakeAsync($"/api/{space}/tagsets", new { Name = "Gone with it", Tags = new[] { new { Name = "t" } } });
        (await server.Admin.SendAsync("DELETE", $"/api/spaces/{space}")).ShouldBe(200);
    }

    private async Task<string[]> TagsOfAsync(string path) => (await server.Admin.SeeAsync($"{Api.Space}/{path}")).Json.GetProperty("TenantTags").Strings();
}
