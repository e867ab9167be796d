using OctoLogin.Action;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

public sealed class WorkflowCommandsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly WorkflowCommands commands;

    public WorkflowCommandsTests() => commands = new WorkflowCommands(output, _ => file);

    public void Dispose()
    {
        File.Delete(file);
        output.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\ntwo\n")]
    [InlineData("\n")]
    [InlineData("a\r\nb")]
    [InlineData("octologin_\nEVIL=1\nEVIL<<x\n1\nx")]
    [InlineData("EOF\nghadelimiter_x")]
    public void A_value_comes_through_the_file_whole_and_alone(string value)
    {
        commands.SetEnvironment("FIRST", "1");
        commands.SetEnvironment("VALUE", value);
        commands.SetEnvironment("LAST", "2");

        RunnerFiles.Parse(File.ReadAllText(file)).ShouldBe(new Dictionary<string, string> { ["FIRST"] = "1", ["VALUE"] = value, ["LAST"] = "2" });
    }

    [Fact]
    public void No_delimiter_is_used_twice()
    {
        commands.SetOutput("a", "1");
        commands.SetOutput("b", "1");

        File.ReadAllLines(file).Where(line => line.Contains("<<", StringComparison.Ordinal)).Select(line => line.Split("<<")[1]).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void A_mask_is_one_command_whatever_the_secret_holds()
    {
        commands.Mask("50%\r\n::warning::two");

        output.ToString().ShouldBe("::add-mask::50%25%0D%0A::warning::two\n");
    }

    [Fact]
    public void A_masked_secret_is_printed_nowhere_else()
    {
        commands.Mask("s3cr3t");
        commands.Info("info s3cr3t");
        commands.Warning("warning s3cr3t");
        commands.Error("error s3cr3t");
        commands.AppendSummary("summary s3cr3t");

        (output.ToString() + File.ReadAllText(file)).Split("s3cr3t").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("::error::x")]
    [InlineData("  ::error::x")]
    [InlineData("\u00a0::error::x")]
    [InlineData("a\n::error::x")]
    [InlineData("a\r::error::x")]
    [InlineData("a ##[error]x")]
    public void Information_is_never_a_command(string text)
    {
        commands.Info(text);

        var run = new ActionRun { ExitCode = 0, Duration = default, StandardError = "", StandardOutput = output.ToString(), Files = new Dictionary<string, string>() };
        run.Commands.ShouldBeEmpty();
        run.Lines.Count.ShouldBe(1);
    }
}
