using System.Text.Json.Nodes;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Releases;

public sealed class ReleaseTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Releases = Api.Space + "/releases";

    [Fact]
    public async Task Has_every_field_that_clients_read()
    {
        var (_, id) = await AddAsync("Fields", "1.0.0");
        (await server.Admin.SeeAsync($"{Releases}/{id}")).Json.EnumerateObject().Select(property => property.Name).ShouldBe(
            [
                "Id", "SpaceId", "ProjectId", "ChannelId", "Version", "ReleaseNotes", "IgnoreChannelRules", "Assembled", "ProjectDeploymentProcessSnapshotId",
                "ProjectVariableSetSnapshotId", "LibraryVariableSetSnapshotIds", "SelectedPackages", "SelectedGitResources", "BuildInformation", "CustomFields",
                "VersionControlReference",
            ], ignoreOrder: true);
    }

    [Fact]
    public async Task Is_found_by_its_version_and_by_part_of_it()
    {
        var (project, first) = await AddAsync("Searched", "1.0.0");
        foreach (var version in (string[])["1.1.0-Beta.1", "2.0.0+build.7"])
        {
            await server.Admin.MakeAsync($"{Releases}/create/v1", new { ProjectName = project, ReleaseVersion = version });
        }
        (await server.Admin.SeeAsync($"{Api.Space}/projects/searched/releases/1.0.0")).Id.ShouldBe(first);
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project}/releases/1.1.0-beta.1"))["Version"].ShouldBe("1.1.0-Beta.1");
        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project}/releases/2.0.0%2Bbuild.7"))["Version"].ShouldBe("2.0.0+build.7");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/projects/{project}/releases/9.9.9")).ShouldBeRefused(404, "'9.9.9'");

        (await server.Admin.SeeAsync($"{Api.Space}/projects/{project}/releases?searchByVersion=BETA")).Names("Version").ShouldBe(["1.1.0-Beta.1"]);
        var page = await server.Admin.SeeAsync($"{Api.Space}/projects/{project}/releases?skip=1&take=1");
        page.Names("Version").ShouldBe(["1.1.0-Beta.1"]);
        (page["TotalResults"], page["NumberOfPages"]).ShouldBe(("3", "3"));
        (await server.Admin.SeeAsync($"{Releases}?ids={first}")).Names("Version").ShouldBe(["1.0.0"]);
    }

    [Fact]
    public async Task Changes_its_notes_and_nothing_else()
    {
        var (_, id) = await AddAsync("Noted", "1.0.0");
        var sent = JsonNode.Parse((await server.Admin.SeeAsync($"{Releases}/{id}")).Text)!;
        sent["ReleaseNotes"] = "Better words";
        var changed = (await server.Admin.SendAsync("PUT", $"{Releases}/{id}", sent)).ShouldBe(200);
        changed["ReleaseNotes"].ShouldBe("Better words");
        (await server.EventAsync(changed)).ShouldBe(("Modified", "Release 1.0.0 of project Noted was changed"));
        (sent["Version"], sent["ChannelId"]) = ("1.0.1", "Channels-999");
        (await server.Admin.SendAsync("PUT", $"{Releases}/{id}", sent)).ShouldBeRefused(400, "Version of a release cannot be changed", "ChannelId of a release");
    }

    [Fact]
    public async Task Is_deleted_and_its_version_can_be_made_again()
    {
        var (project, id) = await AddAsync("Deleted", "1.0.0");
        (await server.EventAsync((await server.Admin.SendAsync("DELETE", $"{Releases}/{id}")).ShouldBe(200))).ShouldBe(("Deleted", "Release 1.0.0 of project Deleted was deleted"));
        (await server.Admin.SendAsync("DELETE", $"{Releases}/{id}")).ShouldBe(404);
        await server.Admin.MakeAsync($"{Releases}/create/v1", new { ProjectName = project, ReleaseVersion = "1.0.0" });
    }

    [Fact]
    public async Task Is_seen_and_changed_by_who_may_for_its_project()
    {
        var (mine, seen) = await AddAsync("Seen releases", "1.0.0");
        var (_, unseen) = await AddAsync("Unseen releases", "1.0.0");
        var caller = await server.AddCallerAsync();
        var (client, userId) = (caller.Client, caller.Id);
        await server.GiveLimitedRoleAsync(userId, "userroles-buildserver", projects: [mine]);
        (await client.SeeAsync(Releases)).Names("Id").ShouldBe([seen]);
        (await client.SendAsync("GET", $"{Releases}/{unseen}")).ShouldBe(404);
        (await client.SendAsync("PUT", $"{Releases}/{seen}", new { ReleaseNotes = "x" })).ShouldBeRefused(403, "ReleaseEdit");
        (await client.SendAsync("DELETE", $"{Releases}/{seen}")).ShouldBeRefused(403, "ReleaseDelete");
        (await client.SendAsync("DELETE", $"{Releases}/{unseen}")).ShouldBe(404);
    }

    private async Task<(string ProjectId, string ReleaseId)> AddAsync(string name, string version)
    {
        var project = await server.AddProjectAsync(name);
        return (project.Id, (await server.Admin.MakeAsync($"{Releases}/create/v1", new { ProjectName = project.Id, ReleaseVersion = version }))["ReleaseId"]);
    }
}
