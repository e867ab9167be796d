using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OctoLogin.Tests.Clients;

/// <summary>A script of this folder, run by node with the packages that <c>./test</c> restores.</summary>
public sealed record NodeScript(int ExitCode, string Output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <param name="environment">Secrets too: unlike arguments, other users of the machine cannot read them.</param>
    public static async Task<NodeScript> RunAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder(), "node_modules", "@octopusdeploy", "api-client")),
            "tests/Clients/node_modules is missing: ./test installs it (npm ci --prefix tests/Clients).");
        var start = new ProcessStartInfo("node", [Path.Combine(Folder(), script)]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder() };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var node = Start(start);
        Assert.SkipWhen(node is null, "node is missing: ./test installs it.");
        using var timeout = new CancellationTokenSource(Longest);
        var output = Task.WhenAll(node!.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        try
        {
            await node.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
        }
        return new(node.HasExited ? node.ExitCode : -1, string.Concat(await output));
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception missing) when (missing.NativeErrorCode == 2)
        {
            return null;
        }
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
