using OctoLogin.BuildInformation;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.BuildInformation;

public sealed class BuildInformationTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Builds = Api.Space + "/build-information";

    [Fact]
    public async Task Is_kept_and_shown_in_its_package()
    {
        var made = await server.Admin.MakeAsync(Builds, Build("Built.Web", "1.0.0"));
        (made["PackageId"], made["Version"], made["BuildNumber"], made["Branch"], made["VcsCommitUrl"]).ShouldBe(
            ("Built.Web", "1.0.0", "42", "refs/heads/main", "https://github.com/octo-org/hello/commit/314cf2c"));
        made.Json.GetProperty("Commits")[0].GetRawText().ShouldBe("""{"Id":"314cf2c","Comment":"Line 1\nLine 2","LinkUrl":"https://github.com/octo-org/hello/commit/314cf2c"}""");
        (await server.EventAsync(made)).ShouldBe(("Created", "Build information Built.Web 1.0.0 was created"));
        (await server.Admin.SeeAsync($"{Builds}/{made.Id}")).Text.ShouldBe(made.Text);

        var package = await server.MakePackageAsync("built.web.1.0.0.zip");
        package.Json.GetProperty("PackageVersionBuildInformation").GetRawText().ShouldBe(made.Text);
        (await server.Admin.SeeAsync($"{Api.Space}/packages/{package.Id}")).Json.GetProperty("PackageVersionBuildInformation").GetProperty("Id").GetString().ShouldBe(made.Id);
        var other = await server.AddSpaceAsync();
        (await server.MakePackageAsync("built.web.1.0.0.zip", space: $"/api/{other}"))["PackageVersionBuildInformation"].ShouldBe("");
    }

    [Fact]
    public async Task Is_replaced_or_kept_as_the_overwrite_mode_says()
    {
        var first = await server.Admin.MakeAsync(Builds, Build("Again.Web", "1.0.0"));
        (await server.Admin.SendAsync("POST", Builds, Build("AGAIN.web", "1.0.0"))).ShouldBeRefused(409, "Metadata for the specified Package ID and version already exists.", "OverwriteExisting");
        (await server.Admin.SendAsync("POST", $"{Builds}?overwriteMode=IgnoreIfExists", Build("Again.Web", "1.0.0", "43"))).ShouldBe(200).Text.ShouldBe(first.Text);
        var replaced = (await server.Admin.SendAsync("POST", $"{Builds}?overwriteMode=OverwriteExisting", Build("Again.Web", "1.0.0", "44"))).ShouldBe(201);
        (replaced.Id, replaced["BuildNumber"]).ShouldBe((first.Id, "44"));
        (await server.EventAsync(replaced)).ShouldBe(("Modified", "Build information Again.Web 1.0.0 was changed"));
        (await server.Admin.SendAsync("POST", $"{Builds}?overwriteMode=Sometimes", Build("Again.Web", "1.0.0"))).ShouldBeRefused(400, "'Sometimes'", "FailIfExists, OverwriteExisting, IgnoreIfExists");
    }

    [Fact]
    public async Task Of_many_pushes_at_once_one_is_first()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => server.Admin.SendAsync("POST", Builds, Build("Race.Web", "1.0.0", $"{i}"))));
        answers.Select(answer => answer.Status).Order().ShouldBe((int[])[201, 409, 409, 409, 409, 409]);
    }

    [Fact]
    public async Task Is_listed_and_deleted()
    {
        foreach (var version in new[] { "1.9.0", "1.10.0", "latest" })
        {
            await server.Admin.MakeAsync(Builds, Build("Listed.Web", version));
        }
        await server.Admin.MakeAsync(Builds, Build("listed/image", "1.0"));
        (await server.Admin.SeeAsync($"{Builds}?packageId=listed.web")).Names("Version").ShouldBe(["1.10.0", "1.9.0", "latest"]);
        (await server.Admin.SeeAsync($"{Builds}?filter=LISTED&latest=true")).Names("Version").ShouldBe(["1.10.0", "1.0"]);
        var ids = (await server.Admin.SeeAsync($"{Builds}?filter=listed")).Names("Id");
        (await server.Admin.SendAsync("DELETE", $"{Builds}/{ids[0]}")).ShouldBe(200);
        (await server.Admin.SendAsync("DELETE", $"{Builds}/{ids[0]}")).ShouldBeRefused(404, ids[0]);
        (await server.Admin.SendAsync("GET", $"{Builds}/{ids[0]}")).ShouldBeRefused(404, ids[0]);
        (await server.Admin.SendAsync("DELETE", $"{Builds}/bulk?ids={string.Join(',', ids)}")).ShouldBe(200);
        (await server.Admin.SeeAsync($"{Builds}?filter=listed")).Names("Id").ShouldBeEmpty();
        (await server.Admin.SendAsync("DELETE", $"{Builds}/bulk")).ShouldBeRefused(400, "ids=");
    }

    [Fact]
    public async Task Names_every_fault()
    {
        (await server.Admin.SendAsync("POST", Builds, new { })).ShouldBeRefused(400, "PackageId is required", "Version is required", "OctopusBuildInformation is required");
        (await server.Admin.SendAsync("POST", Builds, new
        {
            PackageId = "A", Version = "1", OctopusBuildInformation = new { BuildUrl = "javascript:alert(1)", Branch = "a\u0007b", Commits = new object?[] { new { Comment = "no Id" }, null } },
        })).ShouldBeRefused(400, "BuildUrl is 'javascript:alert(1)'", "Branch may not hold control characters", "Commits[0].Id is required", "Commits[1].Id is required");
    }

    [Theory]
    [InlineData("https://github.com/o/r", "https://github.com/o/r/commit/abc")]
    [InlineData("https://github.com/o/r.git", "https://github.com/o/r/commit/abc")]
    [InlineData("https://gitlab.example.com/g/p/", "https://gitlab.example.com/g/p/commit/abc")]
    [InlineData("git@github.com:o/r.git", "")]
    [InlineData("https://user:secret@example.com/r", "")]
    [InlineData("javascript:alert(1)//", "")]
    [InlineData("", "")]
    public void Links_a_commit_where_its_repository_is_on_the_web(string root, string url) => BuildInformationRules.CommitUrl(root, "abc").ShouldBe(url);

    [Fact]
    public async Task Is_pushed_by_builds_and_replaced_by_administrators()
    {
        var build = await server.AddCallerAsync("userroles-buildserver@Spaces-1");
        var made = (await build.Client.SendAsync("POST", $"{Builds}?overwriteMode=OverwriteExisting", Build("Ci.Web", "1.0.0"))).ShouldBe(201);
        (await build.Client.SendAsync("POST", $"{Builds}?overwriteMode=OverwriteExisting", Build("Ci.Web", "1.0.0"))).ShouldBeRefused(403, "BuildInformationAdminister");
        (await build.Client.SendAsync("DELETE", $"{Builds}/{made.Id}")).ShouldBeRefused(403, "BuildInformationAdminister");
        (await build.Client.SendAsync("DELETE", $"{Builds}/bulk?ids={made.Id}")).ShouldBeRefused(403, "BuildInformationAdminister");
        await build.Client.SeeAsync(Builds);
        var viewer = await server.AddCallerAsync("userroles-projectviewer@Spaces-1");
        (await viewer.Client.SendAsync("POST", Builds, Build("Ci.Web", "2.0.0"))).ShouldBeRefused(403, "BuildInformationPush");
    }

    private static object Build(string packageId, string version, string number = "42") => new
    {
        PackageId = packageId,
        Version = version,
        OctopusBuildInformation = new
        {
            BuildEnvironment = "GitHub Actions", BuildNumber = number, BuildUrl = "https://github.com/octo-org/hello/actions/runs/1", Branch = "refs/heads/main",
            VcsType = "Git", VcsRoot = "https://github.com/octo-org/hello.git", VcsCommitNumber = "314cf2c", Commits = new[] { new { Id = "314cf2c", Comment = "Line 1\nLine 2" } },
        },
    };
}
