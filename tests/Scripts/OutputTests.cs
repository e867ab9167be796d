using System.Diagnostics;
using System.Text;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;

namespace OctoLogin.Tests.Scripts;

/// <summary>Output that means harm, or just is no text.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly ScriptRig rig = new();

    [Fact]
    public async Task Fifty_megabytes_without_a_line_break_come_in_parts()
    {
        var ran = await rig.RunAsync("head -c 50000000 /dev/zero | tr '\\0' x");
        ran.Succeeded().Lines.Count.ShouldBeGreaterThan(100);
        ran.Lines.Max(line => line.Length).ShouldBeLessThan(17_000);
        var (length, bytes) = (0, Enumerable.Repeat((byte)'x', 10_000).ToArray());
        var channel = Channel(line => length += line.Length);
        for (var i = 0; i < 5000; i++)
        {
            channel.Read(bytes);
        }
        channel.End();
        length.ShouldBe(50_000_000);
    }

    [Fact]
    public async Task Binary_output_is_shown_without_what_controls_a_terminal()
    {
        var ran = await rig.RunAsync("""
            printf 'a\0b\7c\x1b[31mred\x1b[0m\x1b]0;title\7d\x1b(Be\xff\xfe\xc3end\r\n'
            printf '10%%\r20%%\r30%%\n'
            head -c 300000 /dev/urandom
            printf '\n\x1b['; printf '31'; printf 'mlast\n'
            """);
        ran.Succeeded().Lines.Take(4).ShouldBe(["Info: abcredde\ufffd\ufffd\ufffdend", "Info: 10%", "Info: 20%", "Info: 30%"]);
        ran.Lines.Last().ShouldBe("Info: last");
        ran.Text.Where(character => char.IsControl(character) && character is not ('\n' or '\t')).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_colour_in_the_middle_of_a_secret_does_not_show_it()
    {
        rig.Mask.Add("sup3r-s3cret");
        (await rig.RunAsync("printf 'sup3r\\x1b[1m-s3cret \\x1b[0msup3\\0r-s3\\bcret\\n'")).Lines.ShouldBe(["Info: ******** ********"]);
    }

    [Fact]
    public async Task Messages_that_are_wrong_are_ignored_and_never_shown()
    {
        var ran = await rig.RunAsync("""
            echo "##octopus[setVariable name='no base64!' value='c3VwM3I=']"
            echo "##octopus[setVariable name='QQ==' name='Qg==']"
            echo "##octopus[setVariable value='QQ==']"
            echo "##octopus[]"
            echo "##octopus[newThing a='QQ==']"
            echo "##octopus[broken off"
            echo "###octopus[stdout-verbose]#"
            echo "##octopus[progress percentage='QQ==']"
            echo "##octopus[setVariable name='TG9u"
            echo "Zw==' value='djEK']"
            echo "##oct"
            printf "##octopus[setVariable name='QQ==' value='c3VwM3I="
            """);
        const string WrongForm = "Warning: A service message that is not of the form ##octopus[name key='base64 of the value'] was ignored.";
        const string NoEnd = "Warning: A service message that does not end, ##octopus[… without a ], was ignored.";
        ran.Succeeded().Lines.ShouldBe([
            WrongForm, WrongForm, "Error: An output variable without a name was ignored.", WrongForm,
            "Verbose: The service message ##octopus[newThing] is not one that this server knows, and was ignored.",
            NoEnd, "Info: #", "Verbose: #", "Verbose: ##oct", NoEnd]);
        ran.Result.Outputs.ShouldBe([new OutputVariable("Long", "v1\n", false)]);
    }

    [Fact]
    public async Task Gigantic_messages_are_ignored()
    {
        var ran = await rig.RunAsync("""
            printf "##octopus[setVariable name='"; head -c 3000000 /dev/zero | tr '\0' 'QUFB'; printf "' value='QQ==']\n"
            name=$(head -c 2000 /dev/zero | tr '\0' x); set_octopusvariable "$name" value
            echo end
            """);
        ran.Succeeded().Result.Outputs.ShouldBeEmpty();
        ran.Lines[0].ShouldBe("Warning: A service message of more than 1048576 characters was ignored.");
        ran.Lines[1].ShouldStartWith("Error: The output variable xxx");
        ran.Lines[2].ShouldBe("Info: end");
    }

    [Fact]
    public async Task Too_many_output_variables_stop_a_script()
    {
        var ran = await rig.RunAsync("for i in {1..2000}; do echo \"##octopus[setVariable name='$(printf 'v%05d' $i | base64)' value='QQ==']\"; done; sleep 60");
        ran.Result.FailMessage!.ShouldStartWith("The script was stopped: it set more than 1000 output variables");
    }

    [Fact]
    public async Task Too_many_secrets_stop_a_script()
    {
        var ran = await rig.RunAsync("value=$(head -c 30000 /dev/urandom | base64 -w 0); for i in 1 2 3; do set_octopusvariable v$i \"$value$i\" -sensitive; done; sleep 60");
        ran.Result.FailMessage!.ShouldStartWith("The script was stopped: its sensitive output variables have more than 64 Ki characters.");
    }

    [Fact]
    public async Task A_prompt_shows_while_the_script_waits()
    {
        var log = new ScriptLog(rig.Mask);
        var place = rig.OpenPlace();
        rig.Mask.Add("continue-secret");
        var running = rig.Runner.RunAsync(ScriptRig.Bash($"printf 'Do you want to con'; until [ -e {place}/go ]; do sleep 0.05; done"), log.Activity, rig.Mask, default);
        await Support.Eventually.TrueAsync(() => log.Lines.Contains("Info: Do you want to con"), "the prompt shows");
        File.WriteAllText(Path.Combine(place, "go"), "");
        (await running).Failed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_trace_of_the_script_obeys_nothing_twice()
    {
        var ran = await rig.RunAsync("set -x\necho \"##octopus[setVariable name='QQ==' value='QQ==']\"\necho '##octopus[stdout-verbose]'\nwrite_verbose more\necho line");
        ran.Succeeded().Lines.ShouldContain("Info: line");
        ran.Result.HasWarnings.ShouldBeFalse();
        ran.Result.Outputs.ShouldBe([new OutputVariable("A", "A", false)]);
    }

    [Fact]
    public void Output_is_read_fast_enough()
    {
        for (var i = 0; i < 50; i++)
        {
            rig.Mask.Add($"secret-number-{i:D5}-with-some-length");
        }
        var text = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            text.Append("2025-01-01 10:00:00 an ordinary line of a log, number ").Append(i).Append('\n');
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var taken = Stopwatch.StartNew();
        var lines = 0;
        var channel = Channel(_ => lines++);
        for (var at = 0; at < bytes.Length; at += ScriptOutput.BufferSize)
        {
            channel.Read(bytes.AsSpan(at, Math.Min(ScriptOutput.BufferSize, bytes.Length - at)));
        }
        channel.End();
        lines.ShouldBe(100_000);
        taken.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1), $"{bytes.Length / 1e6 / taken.Elapsed.TotalSeconds:0} MB/s");
        TestContext.Current.SendDiagnosticMessage($"{bytes.Length / 1e6 / taken.Elapsed.TotalSeconds:0} MB/s");
    }

    private OutputChannel Channel(Action<string> line) => new(LogCategory.Info, rig.Mask, (_, text) => line(text), _ => { }, _ => { });

    public void Dispose() => rig.Dispose();
}
