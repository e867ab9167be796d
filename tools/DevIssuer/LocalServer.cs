using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OctoLogin.DevIssuer;

/// <summary>The server as a child process, in Development, logging to a file; and the command line on the same settings.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly RunOptions options;
    private readonly Dictionary<string, string> environment;
    private readonly Process process;
    private readonly Task<string> errors;
    private readonly Task log;

    private LocalServer(RunOptions options, Dictionary<string, string> environment, Process process)
    {
        (this.options, this.environment, this.process) = (options, environment, process);
        // Standard error has what stopped a start; standard output is the log.
        errors = process.StandardError.ReadToEndAsync();
        log = KeepLogAsync();
        Ended = process.WaitForExitAsync();
    }

    public Task Ended { get; }

    public string AdminApiKey => environment["Admin__ApiKey"];

    public static LocalServer Start(RunOptions options)
    {
        var key = PrivateFile.ReadOrMake(options.AdminKeyFile, () => "API-" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32));
        // Set when the administrator is made, at the first start; afterwards it is whatever they changed it to.
        var password = PrivateFile.ReadOrMake(options.AdminPasswordFile, () => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 20));
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Urls"] = options.Url, ["DataDirectory"] = options.DataDirectory, ["Admin__Username"] = "admin", ["Admin__ApiKey"] = key, ["Admin__Password"] = password,
        };
        var process = Process.Start(Programs.DotNet(options.ServerProgram, ["serve"], environment))!;
        process.StandardInput.Close();
        return new LocalServer(options, environment, process);
    }

    public async Task<TimeSpan> ReadyAsync(CancellationToken cancel)
    {
        var waited = Stopwatch.StartNew();
        // With the key that only this server knows: another one that has the port already is ready too, and ours will end for it.
        using var admin = Api.WithKey(options.Url, AdminApiKey);
        while (!Ended.IsCompleted)
        {
            if (await AnswersAsync(admin, cancel))
            {
                return waited.Elapsed;
            }
            if (waited.Elapsed > Patience)
            {
                throw new DemoException($"The server is not ready after {Patience.TotalSeconds:0} s. Its log: {options.ServerLog}");
            }
            await Task.WhenAny(Ended, Task.Delay(100, cancel));
            cancel.ThrowIfCancellationRequested();
        }
        throw await EndedFaultAsync();
    }

    private static async Task<bool> AnswersAsync(Api admin, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            return await admin.StatusAsync("/health/ready", limit.Token) == HttpStatusCode.OK && await admin.StatusAsync("/api/users/me", limit.Token) == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // Not there yet; or somebody who has the port and never answers.
            return false;
        }
    }

    public async Task<DemoException> EndedFaultAsync() =>
        new($"The server ended by itself (exit code {process.ExitCode}). It says:\n{(await errors).Trim()}\nIts log: {options.ServerLog}");

    /// <summary>A verb of the command line, which works beside the running server; its JSON.</summary>
    public async Task<string> VerbAsync(IEnumerable<string> args, CancellationToken cancel)
    {
        var run = await Programs.RunAsync(Programs.DotNet(options.ServerProgram, [.. args, "--json"], environment), cancel);
        return run.ExitCode == 0 ? run.Output : throw new DemoException($"octologin {string.Join(' ', args)} failed: {run.Error.Trim()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, Terminate);
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(20)));
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
        await Ended;
        await log;
        process.Dispose();
    }

    private async Task KeepLogAsync()
    {
        await using var file = new FileStream(options.ServerLog, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await process.StandardOutput.BaseStream.CopyToAsync(file);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
