using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Channels;

public sealed class ChannelTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Channels = Api.Space + "/channels";

    [Fact]
    public async Task Each_project_is_born_with_a_default_one()
    {
        var project = await server.AddProjectAsync();
        var channel = (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/channels")).Json.GetProperty("Items").EnumerateArray().ShouldHaveSingleItem();
        channel.GetProperty("Name").GetString().ShouldBe("Default");
        channel.GetProperty("IsDefault").GetBoolean().ShouldBeTrue();
        channel.GetProperty("ProjectId").GetString().ShouldBe(project.Id);
        (await server.Admin.SendAsync("DELETE", $"{Channels}/{channel.GetProperty("Id").GetString()}")).ShouldBeRefused(400, "default");
    }

    [Fact]
    public async Task Is_made_read_changed_and_deleted_and_keeps_its_rules()
    {
        var project = await server.AddProjectAsync("Channelled");
        var made = await server.Admin.MakeAsync(Channels, new
        {
            Name = "Beta line", ProjectId = project.Id,
            Rules = new[] { new { VersionRange = "[1.0,2.0)", Tag = "^beta", ActionPackages = new[] { new { DeploymentAction = "Deploy", PackageReference = "" } } } },
        });
        made["Slug"].ShouldBe("beta-line");
        made.Json.GetProperty("Rules")[0].GetProperty("ActionPackages")[0].GetProperty("DeploymentAction").GetString().ShouldBe("Deploy");
        (await server.Admin.SeeAsync($"{Channels}/{made.Id}")).Text.ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{Api.Space}/projects/channelled/channels/beta-line")).Text.ShouldBe(made.Text);
        (await server.EventAsync(made)).ShouldBe(("Created", "Channel Beta line of project Channelled was created"));

        (await server.Admin.SendAsync("POST", Channels, new { Name = "BETA line", ProjectId = project.Id })).ShouldBeRefused(409, "'BETA line'");
        (await server.Admin.SendAsync("PUT", $"{Channels}/{made.Id}", new { Description = "new", ProjectId = "Projects-1000", LifecycleId = "Lifecycles-1000" }))
            .ShouldBeRefused(400, "ProjectId cannot be changed", "'Lifecycles-1000'");
        (await server.Admin.SendAsync("PUT", $"{Channels}/{made.Id}", new { Description = "new" })).ShouldBe(200)["Description"].ShouldBe("new");
        (await server.Admin.SendAsync("DELETE", $"{Channels}/{made.Id}")).ShouldBe(200);
        (await server.Admin.SendAsync("GET", $"{Channels}/{made.Id}")).ShouldBe(404);
    }

    [Fact]
    public async Task Is_for_the_tenants_of_tags_that_exist()
    {
        var project = await server.AddProjectAsync();
        await server.AddTagSetAsync("Channel ring", "Early", "Late");
        (await server.Admin.SendAsync("POST", Channels, new { Name = "Tagged", ProjectId = project.Id, TenantTags = new[] { "Channel ring/Early", "No/Such", "plain" } })).ShouldBeRefused(400, "'No/Such'", "'plain'");
        var made = await server.Admin.MakeAsync(Channels, new { Name = "Tagged", ProjectId = project.Id, TenantTags = new[] { "channel RING/late", "Channel ring/Early" } });
        made.Json.GetProperty("TenantTags").Strings().ShouldBe(["Channel ring/Early", "Channel ring/Late"]);
        (await server.Admin.SendAsync("PUT", $"{Channels}/{made.Id}", new { TenantTags = new[] { "Channel ring/Late" } })).ShouldBe(200).Json.GetProperty("TenantTags").Strings().ShouldBe(["Channel ring/Late"]);
        (await server.Admin.SeeAsync($"{Channels}?ids={made.Id}")).Json.GetProperty("Items")[0].GetProperty("TenantTags").Strings().ShouldBe(["Channel ring/Late"]);
    }

    [Fact]
    public async Task Takes_no_rule_that_could_not_be_evaluated()
    {
        var project = await server.AddProjectAsync();
        var rules = new object?[] { new { VersionRange = "1.0 to 2.0" }, null, new { Tag = "^(beta" }, new { VersionRange = "[1.0,2.0)", Tag = "^$" } };
        var refused = (await server.Admin.SendAsync("POST", Channels, new { Name = "Unruly", ProjectId = project.Id, Rules = rules }))
            .ShouldBeRefused(400, "Rules[0].VersionRange is '1.0 to 2.0'", "[1.0,2.0)", "Rules[2].Tag is '^(beta', which is not a regular expression");
        refused.Json.GetProperty("Errors").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_new_default_takes_the_place_of_the_old_one()
    {
        var project = await server.AddProjectAsync();
        var made = await server.Admin.MakeAsync($"{Api.Space}/projects/{project.Id}/channels", new { Name = "New default", IsDefault = true });
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project.Id}/channels")).Names("IsDefault", item => item.GetBoolean()).ShouldBe([false, true]);
        (await server.Admin.SendAsync("PUT", $"{Channels}/{made.Id}", new { IsDefault = false })).ShouldBeRefused(400, "IsDefault");
        var release = await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id });
        (await server.Admin.SeeAsync($"{Api.Space}/releases/{release["ReleaseId"]}"))["ChannelId"].ShouldBe(made.Id);
    }

    [Fact]
    public async Task Is_not_deleted_while_it_has_releases()
    {
        var project = await server.AddProjectAsync();
        var channel = await server.Admin.MakeAsync(Channels, new { Name = "Busy", ProjectId = project.Id });
        await server.Admin.MakeAsync($"{Api.Space}/releases/create/v1", new { ProjectName = project.Id, ChannelName = "busy" });
        (await server.Admin.SendAsync("DELETE", $"{Channels}/{channel.Id}")).ShouldBeRefused(409, "'Busy'", "releases");
    }

    [Fact]
    public async Task Is_seen_by_who_sees_its_project()
    {
        var (mine, other) = (await server.AddProjectAsync(), await server.AddProjectAsync());
        var theirs = (await server.Admin.SeeAsync($"{Api.Space}/projects/{other.Id}/channels")).Names("Id")[0];
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-projectviewer", projects: [mine.Id]);
        (await client.SeeAsync($"{Channels}/all")).Names("ProjectId").ShouldBe([mine.Id]);
        (await client.SendAsync("GET", $"{Channels}/{theirs}")).ShouldBe(404);
        (await client.SendAsync("POST", Channels, new { Name = "x", ProjectId = mine.Id })).ShouldBeRefused(403, "ProjectEdit");
        await server.GiveLimitedRoleAsync(userId, "userroles-projectcontributor", projects: [mine.Id]);
        (await client.SendAsync("POST", Channels, new { Name = "x", ProjectId = other.Id })).ShouldBeRefused(400, other.Id);
    }
}
