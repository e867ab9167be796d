namespace OctoLogin.Tests.Support;

/// <summary>A command that the runner would obey, unescaped as it does.</summary>
public sealed record RunnerCommand(string Name, string Properties, string Data);

/// <summary>What a step left behind, read by the runner's rules.</summary>
public sealed class ActionRun
{
    public required int ExitCode { get; init; }
    public required string StandardOutput { get; init; }
    public required string StandardError { get; init; }
    public required TimeSpan Duration { get; init; }
    /// <summary>The file's text by the variable that names it: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public IReadOnlyDictionary<string, string> Env => RunnerFiles.Parse(Files["GITHUB_ENV"]);
    public IReadOnlyDictionary<string, string> Output => RunnerFiles.Parse(Files["GITHUB_OUTPUT"]);
    public IReadOnlyDictionary<string, string> State => RunnerFiles.Parse(Files["GITHUB_STATE"]);
    public string Summary => Files["GITHUB_STEP_SUMMARY"];

    /// <summary>As the runner reads them: carriage returns end lines too.</summary>
    public IReadOnlyList<string> Lines => (StandardOutput + StandardError).Split(["\r\n", "\r", "\n"], StringSplitOptions.RemoveEmptyEntries);
    public IReadOnlyList<RunnerCommand> Commands => [.. Lines.Select(Command).OfType<RunnerCommand>()];
    public IReadOnlyList<string> Masks => Data("add-mask");
    public IReadOnlyList<string> Errors => Data("error");
    public IReadOnlyList<string> Warnings => Data("warning");

    /// <summary>Everything a person can see when the runner masks nothing: no secret may be in it.</summary>
    public string Visible => string.Join('\n', Lines.Where(line => Command(line)?.Name != "add-mask")) + "\n" + Summary;

    public override string ToString() => $"exit code {ExitCode}\n{StandardOutput}\n{StandardError}\n{Summary}";

    private string[] Data(string command) => [.. Commands.Where(each => each.Name == command).Select(each => each.Data)];

    private static RunnerCommand? Command(string line)
    {
        var text = line.TrimStart();
        if (text.StartsWith("::", StringComparison.Ordinal) && text.IndexOf("::", 2, StringComparison.Ordinal) is > 2 and var end)
        {
            var (name, properties) = Split(text[2..end]);
            return new RunnerCommand(name, properties, text[(end + 2)..].Replace("%0D", "\r").Replace("%0A", "\n").Replace("%25", "%"));
        }
        // The first form of commands, which the runner still obeys, wherever in a line it stands.
        if (text.IndexOf("##[", StringComparison.Ordinal) is >= 0 and var start && text.IndexOf(']', start) is > 0 and var close)
        {
            var (name, properties) = Split(text[(start + 3)..close]);
            return new RunnerCommand(name, properties, text[(close + 1)..]);
        }
        return null;
    }

    private static (string Name, string Properties) Split(string info) =>
        info.IndexOf(' ') is > 0 and var space ? (info[..space], info[(space + 1)..]) : (info, "");
}
