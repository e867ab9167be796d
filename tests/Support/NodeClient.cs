using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OctoLogin.Tests.Support;

/// <summary>
/// Runs a script of tests/Clients with Node.js and the packages that <c>./test</c> restores. What it was told stands in its environment,
/// secrets too: unlike arguments, other users of the machine cannot read it.
/// </summary>
public static class NodeClient
{
    /// <summary>Of a script whose one line of output is JSON.</summary>
    public static async Task<JsonElement> RunAsync(string script, IReadOnlyDictionary<string, string> environment) =>
        JsonDocument.Parse(await OutputAsync(script, environment)).RootElement;

    public static async Task<string> OutputAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Folder();
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "tests/Clients/node_modules is missing: ./test installs it (npm ci --prefix tests/Clients).");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, script)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var node = Start(start);
        Assert.SkipWhen(node is null, "Node.js is missing: ./test installs it.");
        var (output, error) = (node!.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} ran for two minutes: {await output}{await error}");
        }
        node.ExitCode.ShouldBe(0, $"{script}: {await output}{await error}");
        return await output;
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception missing) when (missing.NativeErrorCode == 2)
        {
            return null;
        }
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../Clients"));
}
