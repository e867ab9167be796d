using System.Text;
using System.Text.RegularExpressions;
using OctoLogin.Database;
using OctoLogin.Database.Embedded;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Scripts;

/// <summary>Runs one script, in a process group and a folder of its own.</summary>
public sealed partial class ScriptRunner
{
    private readonly ScriptOptions options;
    private readonly ScriptFolders folders;
    private readonly DeathWatch watch;

    internal ScriptRunner(ScriptOptions options, ScriptFolders folders, DeathWatch watch) => (this.options, this.folders, this.watch) = (options, folders, watch);

    /// <summary>Returns when nothing of the script is left, however it ended. Why it failed is not logged here.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing of it is left.</exception>
    public async Task<ScriptResult> RunAsync(ScriptRequest request, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        foreach (var name in request.SensitiveNames)
        {
            mask.Add(request.Variables.GetValueOrDefault(name));
        }
        if (await FaultAsync(request, cancel) is { } fault)
        {
            return Failure(mask.Apply(fault));
        }
        var (folder, noFolder) = await CreateFolderAsync(cancel);
        if (folder is null)
        {
            return Failure(noFolder!);
        }
        await using var removed = folder;
        var script = await PrepareAsync(folder, request, cancel);
        if (script is null)
        {
            return Failure($"There is no script '{Printable.Of(request.ScriptFile)}' in the package.");
        }
        var directory = request.ScriptFile is null ? folder.Work : Path.GetDirectoryName(script)!;
        folder.HandOver();
        return await RunAsync(folder, request, directory, log, mask, cancel);
    }

    // What keeps scripts from running here is for the people of this server to mend, and they are told where they look: in the log of the task.
    private async Task<(ScriptFolder? Folder, string? Fault)> CreateFolderAsync(CancellationToken cancel)
    {
        try
        {
            return (await folders.CreateAsync(cancel), null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or StartupException)
        {
            return (null, $"Scripts cannot run on {Environment.MachineName}: {fault.Message}");
        }
    }

    private async Task<ScriptResult> RunAsync(ScriptFolder folder, ScriptRequest request, string directory, ActivityLog log, SecretMask mask, CancellationToken cancel)
    {
        var output = new ScriptOutput(log, mask, options);
        string[] command = request.Syntax == ScriptSyntax.Bash
            ? ["bash", "--noprofile", "--norc", BootstrapFile(folder, request)]
            : ["pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File", BootstrapFile(folder, request)];
        IScriptPlace place = request.ContainerImage is null
            ? new HostScript(folder, options, directory, command)
            : new ContainerScript(folder, options, directory, request, command);
        var run = new ScriptRun(place, output, options);
        var limit = request.TimeLimit is { } wanted && wanted < options.TimeLimit ? wanted : options.TimeLimit;
        using var watched = watch.Add(folder, request.ContainerImage is not null);
        var (exitCode, stopped) = await BesideAsync(request.Beside, () => run.RunAsync(limit, cancel), cancel);
        cancel.ThrowIfCancellationRequested();
        if (run.Left > 0)
        {
            log.Verbose($"{run.Left} process{(run.Left == 1 ? "" : "es")} that the script left running {(run.Left == 1 ? "was" : "were")} ended.");
        }
        var collector = new ScriptArtifacts(folder, options, log);
        var artifacts = await collector.CollectAsync(output.Artifacts, directory, cancel);
        return new ScriptResult
        {
            ExitCode = exitCode,
            FailMessage = stopped ?? FailMessage(request, output, exitCode),
            HasWarnings = output.HasWarnings,
            HasErrors = output.HasErrors || collector.HasErrors,
            Outputs = output.Variables,
            Artifacts = artifacts,
        };
    }

    private static async Task<T> BesideAsync<T>(Func<CancellationToken, Task>? beside, Func<Task<T>> run, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var other = beside?.Invoke(ended.Token) ?? Task.CompletedTask;
        try
        {
            return await run();
        }
        finally
        {
            await ended.CancelAsync();
            // It writes into the folder that is removed next. What can go wrong with it, it tells by itself.
            await other.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // In Octopus's words. There -1 is what a script ends with that wrote to stderr and should not.
    private static string? FailMessage(ScriptRequest request, ScriptOutput output, int exitCode)
    {
        var failsOnErrors = bool.TryParse(request.Variables.GetValueOrDefault("Octopus.Action.FailScriptOnErrorOutput"), out var set) && set;
        var code = exitCode == 0 && failsOnErrors && output.HasStandardError ? -1 : exitCode;
        return code == 0 ? null : string.IsNullOrEmpty(output.ResultMessage) ? $"The remote script failed with exit code {code}" : output.ResultMessage;
    }

    private async Task<string?> FaultAsync(ScriptRequest request, CancellationToken cancel)
    {
        if (request.Environment.Keys.FirstOrDefault(name => !EnvironmentName().IsMatch(name)) is { } wrong)
        {
            return $"'{Printable.Of(wrong)}' is no name for an environment variable.";
        }
        if (request.Files.FirstOrDefault(file => !IsInside(file.Name)) is { } outside)
        {
            return $"The file '{Printable.Of(outside.Name)}' is not in the script's folder.";
        }
        if (request.ScriptFile is { } script && !IsInside(script))
        {
            return $"The script '{Printable.Of(script)}' is not in the package.";
        }
        if (request.ContainerImage is { } image)
        {
            return ImageName().IsMatch(image) ? await ContainerScript.FaultAsync(request, folders, cancel) : $"'{Printable.Of(image)}' is no name of a container image.";
        }
        return request.Syntax == ScriptSyntax.PowerShell && !HostScript.Path.Split(':').Any(directory => File.Exists(Path.Combine(directory, "pwsh")))
            ? "The script is a PowerShell script, and PowerShell (pwsh) is not on this machine. Install it, or run the step in a container image that has it."
            : null;
    }

    /// <returns>The path of the script; null when the package has none of that name.</returns>
    private static async Task<string?> PrepareAsync(ScriptFolder folder, ScriptRequest request, CancellationToken cancel)
    {
        // Before the packages, which may have links: these are written where they say.
        foreach (var file in request.Files)
        {
            await WriteAsync(Path.Combine(folder.Work, file.Name), file.Content, cancel);
        }
        await (request.Prepare?.Invoke(folder.Work, cancel) ?? Task.CompletedTask);
        request.Serve?.Invoke(new ServedFiles(folder.Served, folder.User));
        var script = Path.Combine(request.ScriptFile is null ? folder.Bootstrap : folder.Work, request.ScriptFile ?? $"Script.{Bootstrap.Extension(request.Syntax)}");
        if (request.ScriptFile is null)
        {
            await WriteAsync(script, WithUnixLines(request.Body), cancel);
        }
        else if (!File.Exists(script))
        {
            return null;
        }
        // A link is left as it is; the script's user follows it, and not the server.
        else if (LibC.RealPath(script) == Path.Combine(LibC.RealPath(folder.Work), request.ScriptFile) && new FileInfo(script).Length < 16 * 1024 * 1024)
        {
            await File.WriteAllBytesAsync(script, WithUnixLines(await File.ReadAllTextAsync(script, cancel)), cancel);
        }
        await WriteAsync(BootstrapFile(folder, request), Encoding.UTF8.GetBytes(Bootstrap.Of(request, script)), cancel);
        return script;
    }

    private static string BootstrapFile(ScriptFolder folder, ScriptRequest request) => Path.Combine(folder.Bootstrap, $"Bootstrap.{Bootstrap.Extension(request.Syntax)}");

    // Written on Windows.
    private static byte[] WithUnixLines(string text) => Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal));

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await file.WriteAsync(content, cancel);
    }

    private static bool IsInside(string name) => name.Length > 0 && !name.Contains('\0') && !Path.IsPathRooted(name) && !name.Split('/').Any(part => part is "" or "." or "..");

    private static ScriptResult Failure(string message) => new() { ExitCode = -1, FailMessage = message };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentName();

    // Above all it is no option of docker's.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._/:@-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ImageName();
}
