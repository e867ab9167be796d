using System.Net.Http.Headers;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Artifacts;

/// <summary>What scripts keep with their tasks, from the script to the download.</summary>
public sealed class KeptArtifactTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_file_that_a_script_keeps_is_found_by_its_task_and_downloaded_byte_for_byte()
    {
        var environment = await server.PlaceAsync("Kept");
        var project = await server.AddReleasedProjectAsync("Kept", Bash("Report",
            """head -c 2500000 /dev/urandom > big.bin; sha256sum < big.bin; new_octopusartifact big.bin "Größe; \"x\".bin"; : > empty; new_octopusartifact empty"""));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        var kept = (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Json.GetProperty("Items");
        kept.EnumerateArray().Select(one => one.GetProperty("Filename").GetString()).ShouldBe(["empty", "Größe; \"x\".bin"], "newest first");
        var big = await server.Admin.SeeAsync($"{Api.Space}/artifacts/{kept[1].GetProperty("Id").GetString()}");
        big.Json.EnumerateObject().Select(property => property.Name).ShouldBe(["Id", "SpaceId", "Filename", "Source", "ServerTaskId", "Created", "LogCorrelationId", "SizeBytes", "Sha256"]);
        (big["ServerTaskId"], big["Source"], big["SizeBytes"]).ShouldBe((end.Task.Id, "Report", "2500000"));
        end.Log.ShouldContain(big["Sha256"]);
        end.Details.Text.ShouldContain($"\"Id\":\"{big["LogCorrelationId"]}\"", Case.Sensitive, "the element of the log that it is of");
        end.Log.ShouldContain($"was kept: {big.Id}, 2500000 bytes.");

        using var response = await server.Admin.GetAsync($"{Api.Space}/artifacts/{big.Id}/content");
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(big["Sha256"]);
        (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentDisposition!.DispositionType, response.Content.Headers.ContentDisposition.FileNameStar)
            .ShouldBe(("application/octet-stream", "attachment", "Größe; \"x\".bin"));
        using var part = new HttpRequestMessage(HttpMethod.Get, $"{Api.Space}/artifacts/{big.Id}/content") { Headers = { Range = new RangeHeaderValue(1_048_570, 1_048_585) } };
        using var ranged = await server.Admin.SendAsync(part);
        (await ranged.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[1_048_570..1_048_586], "over the end of a chunk");
        (await server.Admin.GetByteArrayAsync($"{Api.Space}/artifacts/{kept[0].GetProperty("Id").GetString()}/content")).ShouldBeEmpty();
        foreach (var (about, count) in new[] { (project.Id, 2), (environment, 2), ("ServerTasks-9999", 0) })
        {
            (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={about}")).Names("Id").Length.ShouldBe(count, about);
        }
        (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={project.Id}&partialName=größe")).Names("Id").ShouldBe([big.Id]);
    }

    [Fact]
    public async Task A_script_that_fails_keeps_its_artifacts_too_and_their_names_hold_no_secret()
    {
        var environment = await server.PlaceAsync("Failing artifacts");
        var project = await server.AddReleasedProjectAsync("Failing artifacts", Bash("Break", "echo why > report.txt; new_octopusartifact report.txt \"of xyzzy-plugh\"; exit 3",
            properties: new() { ["Octopus.Action.Script.Unused"] = new { HasValue = true, NewValue = "xyzzy-plugh" } }));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        var kept = (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Json.GetProperty("Items").EnumerateArray().Single();
        kept.GetProperty("Filename").GetString().ShouldBe("of ********");
        (await server.Admin.GetStringAsync($"{Api.Space}/artifacts/{kept.GetProperty("Id").GetString()}/content")).ShouldBe("why\n");
    }

    [Fact]
    public async Task Is_deleted_by_who_may_delete_deployments_there_and_its_bytes_go_with_it()
    {
        var (project, end, id) = await KeepAsync("Deleted");
        var viewer = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(viewer.Id, "userroles-projectdeployer", projects: [project.Id]);
        await viewer.Client.SeeAsync($"{Api.Space}/artifacts/{id}");
        (await viewer.Client.SendAsync("DELETE", $"{Api.Space}/artifacts/{id}")).ShouldBeRefused(403, "DeploymentDelete");
        var stranger = await server.AddCallerAsync();
        await server.GiveLimitedRoleAsync(stranger.Id, "userroles-projectviewer", projects: [(await server.AddProjectAsync()).Id]);
        (await stranger.Client.SendAsync("GET", $"{Api.Space}/artifacts/{id}/content")).ShouldBe(404);
        (await stranger.Client.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Names("Id").ShouldBeEmpty();
        var space = await server.AddSpaceAsync();
        (await server.Admin.SendAsync("GET", $"/api/{space}/artifacts/{id}")).ShouldBe(404);

        var deleted = (await server.Admin.SendAsync("DELETE", $"{Api.Space}/artifacts/{id}")).ShouldBe(200);
        (await server.EventAsync(deleted)).Category.ShouldBe("Deleted");
        (await server.Admin.SendAsync("GET", $"{Api.Space}/artifacts/{id}/content")).ShouldBe(404);
        (await ContentsAsync()).ShouldAllBe(state => state == "Discarded");
    }

    [Fact]
    public async Task Goes_with_the_log_of_its_task_and_with_its_project()
    {
        var (project, end, id) = await KeepAsync("Aged");
        await server.RetainAsync();
        await server.Admin.SeeAsync($"{Api.Space}/artifacts/{id}");
        server.Clock.Advance(TimeSpan.FromDays(31));
        await server.RetainAsync();
        (await server.Admin.SendAsync("GET", $"{Api.Space}/artifacts/{id}")).ShouldBe(404);
        (await server.Admin.SeeAsync($"{Api.Space}/tasks/{end.Task.Id}"))["State"].ShouldBe("Success");

        await server.DeployedAsync(project, "1.0.0", end.Task["EnvironmentId"]);
        (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={project.Id}")).Names("Id").ShouldHaveSingleItem();
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/projects/{project.Id}")).ShouldBe(200);
        (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={project.Id}")).Names("Id").ShouldBeEmpty();
        (await ContentsAsync()).ShouldAllBe(state => state == "Discarded");
        server.Clock.Advance(PackageContents.Grace * 2);
        await server.Services.GetRequiredService<PackageContents>().RemoveLeftoversAsync(TestContext.Current.CancellationToken);
        (await ContentsAsync()).ShouldBeEmpty("nothing is left of them");
    }

    private async Task<(ApiAnswer Project, TaskEnd End, string Artifact)> KeepAsync(string name)
    {
        var environment = await server.PlaceAsync(name);
        var project = await server.AddReleasedProjectAsync(name, Bash("Keep", "echo kept > a.txt; new_octopusartifact a.txt"));
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        return (project, end, (await server.Admin.SeeAsync($"{Api.Space}/artifacts?regarding={end.Task.Id}")).Names("Id").Single());
    }

    /// <summary>The state of every content that no artifact has.</summary>
    private async Task<IReadOnlyList<string>> ContentsAsync()
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<string>("select state from package_contents c where not exists (select from artifacts a where a.content_number = c.number)")).AsList();
    }
}
