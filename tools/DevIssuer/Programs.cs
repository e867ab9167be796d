using System.Diagnostics;

namespace OctoLogin.DevIssuer;

internal sealed record Finished(int ExitCode, string Output, string Error);

/// <summary>Starts our own programs as their users do: processes with an environment.</summary>
internal static class Programs
{
    public static ProcessStartInfo DotNet(string program, IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>> environment)
    {
        // The very dotnet that runs this, which may not be on PATH.
        var info = new ProcessStartInfo(Environment.ProcessPath!, [program, .. args]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }
        return info;
    }

    public static async Task<Finished> RunAsync(ProcessStartInfo info, CancellationToken cancel)
    {
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new Finished(process.ExitCode, await output, await error);
    }
}
