using System.Diagnostics;
using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>The action's program, start to exit, beside a Node script that makes the same three calls; the other side answers at once.</summary>
internal static class ActionMeasure
{
    // The official Node action on the machine of the issue, http and https.
    private static readonly Dictionary<string, int> Targets = new() { ["http"] = 97, ["https"] = 121 };

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        var rows = new List<Row>();
        var script = Path.Combine(AppContext.BaseDirectory, "References", "three-calls.mjs");
        var roots = Directory.CreateDirectory(Path.Combine(setting.Programs, "roots")).FullName;
        if (!File.Exists(Path.Combine(roots, "system.crt")))
        {
            File.CreateSymbolicLink(Path.Combine(roots, "system.crt"), "/etc/ssl/certs/ca-certificates.crt");
        }
        foreach (var (scheme, most) in Targets)
        {
            var port = SubjectTokens.FreePort();
            var url = $"{scheme}://localhost:{port}";
            await using var standIn = await StandIn.ForActionAsync(url, port, scheme == "https" ? setting.Certificates.Localhost : null, setting.Tokens.Take(1)[0]);
            var (actions, scripts) = (new List<double>(), new List<double>());
            var hasNode = Machine.FirstLine("node", "--version") is not null;
            for (var i = 0; i < setting.Starts * 2; i++)
            {
                actions.Add(await TimeAsync(setting, url, Path.Combine(setting.Programs, "action", "octologin-action")));
                if (hasNode)
                {
                    scripts.Add(await TimeAsync(setting, url, "node", script));
                }
            }
            var (action, node) = (Figures.Median(actions), Figures.Median(scripts));
            rows.Add(new($"the action's program, local {scheme}", Figures.Milliseconds(action), hasNode ? $"Node, three calls: {Figures.Milliseconds(node)}" : "no Node here",
                hasNode ? $"{action / node:0.00}" : "", $"≤ {most} ms", action <= most));
            Console.Error.WriteLine($"   action by {scheme}: {action:0} ms, Node {node:0} ms");
        }
        return rows;
    }

    private static async Task<double> TimeAsync(Setting setting, string url, string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("octologin-bench-step-");
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
        foreach (var file in (string[])["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"])
        {
            info.Environment[file] = Path.Combine(folder.FullName, file);
            await File.WriteAllTextAsync(info.Environment[file]!, "");
        }
        info.Environment["INPUT_SERVER"] = url;
        info.Environment["INPUT_SERVICE_ACCOUNT_ID"] = "0ec7b9b5-4f4c-4a2a-9a3c-0b6a0f8c6c51";
        info.Environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"{url}/idtoken?api-version=2.0";
        info.Environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "bench";
        info.Environment["SSL_CERT_FILE"] = setting.Certificates.CaFile;
        // As in the image: see action/Dockerfile.
        info.Environment["SSL_CERT_DIR"] = Path.Combine(setting.Programs, "roots");
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        info.Environment["DOTNET_EnableAVX"] = "0";
        info.Environment["NODE_EXTRA_CA_CERTS"] = setting.Certificates.CaFile;
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(start);
        folder.Delete(recursive: true);
        return process.ExitCode == 0 ? elapsed.TotalMilliseconds : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }
}
