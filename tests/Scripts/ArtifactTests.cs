using OctoLogin.Database.Embedded;
using OctoLogin.Scripts;

namespace OctoLogin.Tests.Scripts;

public sealed class ArtifactTests : IDisposable
{
    private readonly ScriptRig rig = new(options => options with { ArtifactMegabytes = 1 });

    [Fact]
    public async Task Collects_what_a_script_wants_to_be_kept()
    {
        var ran = await rig.RunAsync("""
            echo one > "a file.txt"; new_octopusartifact "a file.txt"
            mkdir sub; head -c 100000 /dev/urandom > sub/b.bin; sha256sum < sub/b.bin; cd sub; new_octopusartifact b.bin "named.bin"
            """);
        ran.Succeeded();
        ran.Result.Artifacts.Select(artifact => artifact.Name).ShouldBe(["a file.txt", "named.bin"]);
        new StreamReader(ran.Result.Artifacts[0].Content).ReadToEnd().ShouldBe("one\n");
        ran.Result.Artifacts[1].Length.ShouldBe(100_000);
        ran.Text.ShouldContain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(ran.Result.Artifacts[1].Content)));
        ran.Lines[0].ShouldBe("Info: Collecting a file.txt as an artifact...");
        ran.Lines[1].ShouldMatch("^Verbose: Artifact a file.txt will be collected from /.*/a file.txt after this step completes$");
    }

    [Theory]
    [InlineData("ln -s /etc/shadow x", "Permission denied")]
    [InlineData("ln -s \"$(dirname \"$(dirname \"$PWD\")\")\"/*.lock x 2>/dev/null; ln -sf /proc/1/environ x", "Permission denied")]
    [InlineData("mkfifo x", "it is no file")]
    [InlineData("ln -s /dev/zero x", "it is no file")]
    [InlineData("mkdir x", "it is no file")]
    [InlineData("ln -s nowhere x", "there is no such file")]
    [InlineData("head -c 1100000 /dev/zero > x", "have more than 1 MiB (Scripts:ArtifactMegabytes)")]
    public async Task Collects_nothing_that_is_closed_to_the_script_or_without_end(string make, string fault)
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        var ran = await rig.RunAsync($"{make}\necho \"##octopus[createArtifact path='$(printf %s \"$PWD/x\" | base64 -w 0)' name='eA==']\"");
        ran.Succeeded().Result.Artifacts.ShouldBeEmpty();
        ran.Lines.ShouldHaveSingleItem().ShouldStartWith("Error: The artifact 'x' cannot be collected: ");
        ran.Text.ShouldContain(fault);
        ran.Result.HasErrors.ShouldBeTrue();
    }

    [Fact]
    public async Task A_missing_artifact_fails_the_script()
    {
        var ran = await rig.RunAsync("new_octopusartifact missing; echo unreached");
        ran.Result.FailMessage.ShouldBe("The remote script failed with exit code 1");
        ran.Lines.ShouldBe(["Info: Collecting missing as an artifact...", "Error: \"missing\" does not exist."], ignoreOrder: true);
    }

    public void Dispose() => rig.Dispose();
}
