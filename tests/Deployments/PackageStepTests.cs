using System.Text;
using OctoLogin.Tests.Support;
using static OctoLogin.Tests.Support.Deploying;

namespace OctoLogin.Tests.Deployments;

/// <summary>Steps with packages: unpacked where the script looks for them, and refused when they are attacks.</summary>
public sealed class PackageStepTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Runs_a_script_of_a_package_beside_its_files_and_with_other_packages()
    {
        var environment = await server.PlaceAsync("Packed");
        await PushAsync("Run.Me.1.0.0.zip", ("run/go.sh", """echo "version $(get_octopusvariable Octopus.Action.Package.PackageVersion)"; cat beside.txt; cat "$(get_octopusvariable 'Octopus.Action.Package[data].ExtractedPath')/d.txt"; ls -l "$(get_octopusvariable 'Octopus.Action.Package[whole].PackageFilePath')"; echo '#{Not.Replaced}' """),
            ("run/beside.txt", "beside it\n"));
        await PushAsync("Data.2.0.0.zip", ("d.txt", "the data\n"));
        var step = Bash("Go", "", action: new
        {
            Packages = new object[]
            {
                new { Name = "", PackageId = "Run.Me", FeedId = "feeds-builtin" }, new { Name = "data", PackageId = "Data", FeedId = "feeds-builtin", Properties = new { Extract = "True" } },
                new { Name = "whole", PackageId = "Data", FeedId = "feeds-builtin", Properties = new { Extract = "False" } },
            },
        }, properties: new() { ["Octopus.Action.Script.ScriptSource"] = "Package", ["Octopus.Action.Script.ScriptFileName"] = "run/go.sh" });
        var project = await server.AddReleasedProjectAsync("Packed", step);
        var end = await server.DeployedAsync(project, "1.0.0", environment);
        foreach (var line in new[] { "version 1.0.0", "beside it", "the data", "Data.2.0.0.zip", "#{Not.Replaced}" })
        {
            end.Log.ShouldContain(line);
        }
    }

    [Theory]
    [InlineData("a file outside of the folder", "../evil.sh")]
    [InlineData("an absolute path", "/tmp/evil.sh")]
    public async Task Refuses_a_package_that_reaches_out_of_its_folder(string why, string name)
    {
        var id = $"Evil{name.Length}";
        var environment = await server.PlaceAsync($"Evil {why}");
        await PushAsync($"{id}.1.0.0.zip", (name, "echo evil"));
        var project = await server.AddReleasedProjectAsync($"Evil {why}", Bash("Evil", "echo ran-anyway", action: new { Packages = new[] { new { Name = "evil", PackageId = id, Properties = new { Extract = "True" } } } }));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Log.ShouldContain($"Step 'Evil' cannot use package {id} 1.0.0");
        end.Log.ShouldNotContain("ran-anyway");
        File.Exists("/tmp/evil.sh").ShouldBeFalse();
    }

    [Fact]
    public async Task A_reference_is_no_way_out_of_the_folder_either()
    {
        var environment = await server.PlaceAsync("Named out");
        await PushAsync("Named.1.0.0.zip", ("a.txt", "a"));
        var project = await server.AddReleasedProjectAsync("Named out", Bash("Out", "echo ran-anyway", action: new { Packages = new[] { new { Name = "../../out", PackageId = "Named" } } }));
        var end = await server.DeployedAsync(project, "1.0.0", environment, "Failed");
        end.Log.ShouldContain("calls a package '../../out', which cannot be the name of a folder");
        end.Log.ShouldNotContain("ran-anyway");
    }

    [Fact]
    public async Task Says_what_is_missing_when_a_package_was_deleted_or_has_no_such_script()
    {
        var environment = await server.PlaceAsync("Missing");
        await PushAsync("Gone.1.0.0.zip", ("a.sh", "echo a"));
        Dictionary<string, object?> FromPackage(string file) => new() { ["Octopus.Action.Script.ScriptSource"] = "Package", ["Octopus.Action.Script.ScriptFileName"] = file };
        object Packages() => new { Packages = new[] { new { Name = "", PackageId = "Gone", FeedId = "feeds-builtin" } } };
        var project = await server.AddReleasedProjectAsync("Missing", Bash("No file", "", action: Packages(), properties: FromPackage("b.sh")));
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log.ShouldContain("There is no script 'b.sh' in the package.");
        (await server.Admin.SendAsync("DELETE", $"{Api.Space}/packages/packages-Gone.1.0.0")).ShouldBe(200);
        (await server.DeployedAsync(project, "1.0.0", environment, "Failed")).Log.ShouldContain("Step 'No file' uses package 'Gone' 1.0.0, which is not in the built-in feed.");
    }

    private async Task PushAsync(string fileName, params (string Name, string Content)[] files) =>
        await server.MakePackageAsync(fileName, TestArchives.Zip(zip => files.ToList().ForEach(file => zip.File(file.Name, Encoding.UTF8.GetBytes(file.Content)))).ToArray());
}
