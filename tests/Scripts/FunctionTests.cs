using OctoLogin.Scripts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Scripts;

/// <summary>What scripts know from Octopus: functions, service messages, exit codes, stderr.</summary>
public sealed class FunctionTests : IDisposable
{
    private readonly ScriptRig rig = new();

    [Fact]
    public async Task Logs_lines_with_their_levels()
    {
        var ran = await rig.RunAsync("""
            echo plain
            write_verbose "two words  and *"
            write_highlight high
            write_wait waiting
            write_warning careful
            echo "plain again"
            update_progress 42 "nearly there"
            """);
        ran.Succeeded().Lines.ShouldBe([
            "Info: plain", "Verbose: two words  and *", "Highlight: high", "Wait: waiting", "Warning: careful", "Info: plain again", "42%: nearly there"]);
        ran.Result.HasWarnings.ShouldBeTrue();
        ran.Result.HasErrors.ShouldBeFalse();
    }

    [Fact]
    public async Task Obeys_the_messages_that_a_script_prints_itself()
    {
        var ran = await rig.RunAsync("""
            echo '##octopus[stdout-error]'; echo wrong; echo '##octopus[stdout-default]'
            echo '##octopus[stdout-ignore]'; echo unseen; echo '##octopus[stdout-default]'
            echo "before ##octopus[stdout-verbose] after"
            """);
        ran.Succeeded().Lines.ShouldBe(["Error: wrong", "Info: before ", "Verbose:  after"]);
        ran.Result.HasErrors.ShouldBeTrue();
    }

    [Fact]
    public async Task A_line_on_stderr_is_an_error_that_fails_nothing()
    {
        var ran = await rig.RunAsync("echo oops >&2");
        ran.Succeeded().Lines.ShouldBe(["Error: oops"]);
        ran.Result.HasErrors.ShouldBeTrue();
    }

    [Fact]
    public async Task Fails_on_a_line_on_stderr_where_that_is_wanted()
    {
        var ran = await rig.RunAsync("echo oops >&2", ("Octopus.Action.FailScriptOnErrorOutput", "True"));
        ran.Result.FailMessage.ShouldBe("The remote script failed with exit code -1");
        (await rig.RunAsync("echo '##octopus[stdout-error]'; echo fine", ("Octopus.Action.FailScriptOnErrorOutput", "True"))).Succeeded();
    }

    [Theory]
    [InlineData("stderr-progress", "Verbose: to stderr")]
    [InlineData("stderr-ignore", "")]
    public async Task What_stderr_means_can_be_changed(string message, string expected)
    {
        var ran = await rig.RunAsync($"echo '##octopus[{message}]'; sleep 0.3; echo 'to stderr' >&2");
        ran.Succeeded().Text.ShouldBe(expected);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("false", 1)]
    [InlineData("if", 2)]
    [InlineData("set -e; false; echo unreached", 1)]
    [InlineData("kill -9 $$", 137)]
    public async Task Fails_with_the_exit_code(string script, int code)
    {
        var ran = await rig.RunAsync(script);
        ran.Result.ExitCode.ShouldBe(code, ran.Text);
        ran.Result.FailMessage.ShouldBe($"The remote script failed with exit code {code}");
        ran.Text.ShouldNotContain("unreached");
    }

    [Fact]
    public async Task A_command_that_fails_does_not_end_the_script() => (await rig.RunAsync("false; echo reached")).Succeeded().Lines.ShouldBe(["Info: reached"]);

    [Fact]
    public async Task Fail_step_says_why()
    {
        var ran = await rig.RunAsync("echo first; fail_step 'the disk is full'; echo unreached");
        ran.Result.FailMessage.ShouldBe("the disk is full");
        ran.Result.ExitCode.ShouldBe(1);
        ran.Lines.ShouldBe(["Info: first"]);
        (await rig.RunAsync("fail_step")).Result.FailMessage.ShouldBe("The remote script failed with exit code 1");
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Octopus.Action[Step 1].Output.X")]
    [InlineData("it's \"quoted\" $HOME `id` $(id) \\ ]")]
    [InlineData("größer 🐙")]
    [InlineData("@")]
    [InlineData("*")]
    [InlineData("two\nlines")]
    public async Task Gives_variables_whatever_their_names_and_values(string name)
    {
        var value = name + " and\nthe value's $(id) end \\";
        var asking = ScriptRig.Bash("get_octopusvariable \"$ASKED\"; echo '|'; get_octopusvariable nothing", (name, value), ("other", "wrong"));
        var ran = await rig.RunAsync(asking with { Environment = new Dictionary<string, string> { ["ASKED"] = name } });
        string.Join('\n', ran.Succeeded().Lines.Select(line => line["Info: ".Length..])).ShouldBe(value + "|");
    }

    [Fact]
    public async Task Names_of_variables_are_the_same_in_either_case() =>
        (await rig.RunAsync("get_octopusvariable connection.STRING", ("Connection.String", "here"))).Lines.ShouldBe(["Info: here"]);

    [Fact]
    public async Task Sets_output_variables()
    {
        var ran = await rig.RunAsync("""
            set_octopusvariable Plain "a value with 'quotes'
            and a line"
            set_octopusvariable Empty
            set_octopusvariable Twice one
            set_octopusvariable twice two
            set_octopusvariable Secret "sup3r-s3cret" -sensitive
            echo "now sup3r-s3cret is masked"; echo "here too: sup3r-s3cret" >&2
            """);
        ran.Succeeded().Result.Outputs.ShouldBe([
            new("Plain", "a value with 'quotes'\nand a line", false), new("Empty", "", false), new("twice", "two", false), new("Secret", "sup3r-s3cret", true)], ignoreOrder: true);
        ran.Lines.ShouldBe(["Info: now ******** is masked", "Error: here too: ********"], ignoreOrder: true);
        rig.Mask.Apply("sup3r-s3cret").ShouldBe("********");
    }

    [Fact]
    public async Task Works_in_a_script_that_is_strict()
    {
        var ran = await rig.RunAsync("""
            set -euo pipefail
            set_octopusvariable A b
            get_octopusvariable A >/dev/null
            write_warning x
            update_progress 5
            echo "$(get_octopusvariable nothing)end"
            """);
        ran.Succeeded().Lines.ShouldBe(["Warning: x", "5%: ", "Info: end"]);
    }

    [Fact]
    public async Task Windows_line_ends_do_no_harm() => (await rig.RunAsync("if true\r\nthen\r\necho fine\r\nfi\r\n")).Succeeded().Lines.ShouldBe(["Info: fine"]);

    [Fact]
    public async Task Parameters_are_the_scripts_arguments() =>
        (await rig.RunAsync(ScriptRig.Bash("echo \"$#: $1|$2\"") with { Parameters = "'one two' three" })).Succeeded().Lines.ShouldBe(["Info: 2: one two|three"]);

    [Fact]
    public async Task PowerShell_says_when_it_is_not_there()
    {
        Assert.SkipWhen(PowerShell.IsHere, "PowerShell is here");
        var ran = await rig.RunAsync(ScriptRig.Bash("x") with { Syntax = ScriptSyntax.PowerShell });
        ran.Result.FailMessage!.ShouldStartWith("The script is a PowerShell script, and PowerShell (pwsh) is not on this machine.");
    }

    public void Dispose() => rig.Dispose();
}
