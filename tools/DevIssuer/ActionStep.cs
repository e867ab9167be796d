using System.Collections;

namespace OctoLogin.DevIssuer;

/// <summary>What a step of the action left behind, as the runner reads it.</summary>
internal sealed record StepResult(int ExitCode, IReadOnlyList<string> Lines, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> State);

/// <summary>
/// Runs the action's own program as GitHub's runner does: inputs as INPUT_…, a file for each of GITHUB_ENV and the others, nothing else
/// of this process's environment but what any program needs.
/// </summary>
internal sealed class ActionStep(string program)
{
    private static readonly string[] Files = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];
    private static readonly string[] Kept = ["PATH", "HOME", "DOTNET_ROOT", "LANG"];

    public async Task<StepResult> RunAsync(IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>> variables, CancellationToken cancel)
    {
        // Mode 700: the files hold the access token for as long as the step takes.
        var folder = Directory.CreateTempSubdirectory("octologin-step-");
        try
        {
            var info = Programs.DotNet(program, args, []);
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                if (!Kept.Contains((string)variable.Key))
                {
                    info.Environment.Remove((string)variable.Key);
                }
            }
            foreach (var file in Files)
            {
                var path = Path.Combine(folder.FullName, file);
                await File.WriteAllTextAsync(path, "", cancel);
                info.Environment[file] = path;
            }
            foreach (var (name, value) in variables)
            {
                info.Environment[name] = value;
            }
            var run = await Programs.RunAsync(info, cancel);
            return new StepResult(run.ExitCode, Shown(run.Output + run.Error), Read(folder, "GITHUB_ENV"), Read(folder, "GITHUB_STATE"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The log as the runner shows it: masks are carried out and not shown, an annotation by its text.</summary>
    private static List<string> Shown(string log)
    {
        const string Mask = "::add-mask::";
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var secrets = lines.Where(line => line.StartsWith(Mask, StringComparison.Ordinal)).Select(line => line[Mask.Length..]).ToList();
        return [.. lines.Where(line => !line.StartsWith(Mask, StringComparison.Ordinal))
            .SelectMany(line => (line.StartsWith("::", StringComparison.Ordinal) && line.IndexOf("::", 2, StringComparison.Ordinal) is > 0 and var end ? line[(end + 2)..].Replace("%0A", "\n") : line).Split('\n'))
            .Select(line => secrets.Aggregate(line, (text, secret) => text.Replace(secret, "***", StringComparison.Ordinal)))];
    }

    /// <summary>NAME&lt;&lt;DELIMITER, the value's lines, DELIMITER.</summary>
    private static Dictionary<string, string> Read(DirectoryInfo folder, string file)
    {
        var values = new Dictionary<string, string>();
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, file));
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Split("<<", 2) is [var name, var delimiter])
            {
                values[name] = string.Join('\n', lines.Skip(i + 1).TakeWhile(line => line != delimiter));
                i = Array.IndexOf(lines, delimiter, i + 1);
            }
        }
        return values;
    }
}
