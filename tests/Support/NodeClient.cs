using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OctoLogin.Tests.Support;

/// <summary>Runs a script of tests/Clients with Node.js; what it was told stands in its environment, its one line of output is JSON.</summary>
public static class NodeClient
{
    public static async Task<JsonElement> RunAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Folder();
        Directory.Exists(Path.Combine(folder, "node_modules")).ShouldBeTrue($"The npm clients are not restored: npm ci --prefix {folder}");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, script)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var node = Process.Start(start)!;
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} ran for a minute: {await output}{await error}");
        }
        node.ExitCode.ShouldBe(0, $"{script}: {await output}{await error}");
        return JsonDocument.Parse(await output).RootElement;
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../Clients"));
}
