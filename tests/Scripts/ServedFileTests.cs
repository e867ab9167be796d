using System.Text;
using OctoLogin.Database.Embedded;
using OctoLogin.Scripts;

namespace OctoLogin.Tests.Scripts;

/// <summary>Files that a running script reads and only the server writes.</summary>
public sealed class ServedFileTests : IDisposable
{
    private readonly ScriptRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task A_script_reads_each_version_whole_and_cannot_put_anything_in_its_place()
    {
        var environment = new Dictionary<string, string>();
        ServedFiles? served = null;
        var request = ScriptRig.Bash("""
            touch "$(dirname "$FILE")/other" 2>/dev/null && echo "made a file"; rm -f "$FILE" 2>/dev/null && [ ! -e "$FILE" ] && echo "removed it"
            for n in $(seq 3000); do
                text=$(cat "$FILE"); [[ $text =~ ^(a+|b+)$ && ${#text} = 5000 ]] || echo "broken: ${#text}"
                [ "${text:0:1}" = b ] && break
            done
            echo "saw ${text:0:1}"; stat -c %a "$FILE"
            """) with
        {
            Environment = environment,
            Serve = files =>
            {
                (served, environment["FILE"]) = (files, files.PathOf("file"));
                files.Write("file", Encoding.ASCII.GetBytes(new string('a', 5000)));
            },
            Beside = async cancel =>
            {
                for (var i = 0; i < 500; i++)
                {
                    served!.Write("file", Encoding.ASCII.GetBytes(new string('a', 5000)));
                }
                served!.Write("file", Encoding.ASCII.GetBytes(new string('b', 5000)));
                await Task.Delay(Timeout.Infinite, cancel);
            },
        };
        var ran = (await rig.RunAsync(request)).Succeeded();
        ran.Lines.ShouldContain("Info: saw b", ran.Text);
        ran.Lines.ShouldContain("Info: 600");
        ran.Text.ShouldNotContain("broken");
        if (LibC.EffectiveUser == 0)
        {
            ran.Text.ShouldNotContain("made a file");
            ran.Text.ShouldNotContain("removed it");
        }
        Directory.GetDirectories(rig.Options.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_script_of_the_same_user_cannot_read_them()
    {
        Assert.SkipUnless(LibC.EffectiveUser == 0, "needs root");
        var environment = new Dictionary<string, string>();
        var open = rig.OpenPlace();
        var owner = rig.RunAsync(ScriptRig.Bash($"umask 0; echo \"$FILE\" > {open}/path.new; mv {open}/path.new {open}/path; until [ -e {open}/stop ]; do sleep 0.05; done") with
        {
            Environment = environment,
            Serve = files =>
            {
                environment["FILE"] = files.PathOf("file");
                files.Write("file", "secret"u8);
            },
        });
        var other = await rig.RunAsync($"until [ -e {open}/path ]; do sleep 0.05; done; id -u; cat \"$(cat {open}/path)\" 2>&1; touch {open}/stop; true");
        other.Succeeded().Text.ShouldContain("Permission denied");
        other.Text.ShouldNotContain("secret");
        (await owner).Succeeded();
    }

    [Fact]
    public async Task What_runs_beside_a_script_ends_before_its_folder_goes()
    {
        var ended = false;
        (await rig.RunAsync(ScriptRig.Bash("true") with
        {
            Beside = async cancel =>
            {
                await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ended = Directory.GetDirectories(rig.Options.WorkDirectory).Length == 1;
            },
        })).Succeeded();
        ended.ShouldBeTrue();
    }
}
