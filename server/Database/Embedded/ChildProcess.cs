using System.ComponentModel;
using System.Diagnostics;

namespace OctoLogin.Database.Embedded;

/// <summary>Starts the programs of PostgreSQL and of the system, with nothing of this process that they do not need.</summary>
internal static class ChildProcess
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static Process Start(IEnumerable<string> command)
    {
        var words = command.ToList();
        var info = new ProcessStartInfo(words[0], words.Skip(1))
        {
            // The current directory may be closed to the user that the program runs as.
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The environment of the server may hold its secrets, and PG… variables that would lead initdb astray.
        info.Environment.Clear();
        info.Environment["PATH"] = SystemPath;
        info.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new StartupException($"The program {words[0]} cannot be started: {e.Message}. setpriv and setsid are in the package util-linux, find in findutils: apt-get install util-linux findutils", e);
        }
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
