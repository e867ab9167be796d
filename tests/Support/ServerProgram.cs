using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Tests.Support;

/// <summary>What a verb's process left behind.</summary>
public sealed record ProgramRun(int ExitCode, string Output, string Error, TimeSpan Duration)
{
    public string All => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>
/// The built program (octologin.dll) as a child process with an environment of its own, as an operator starts it: to be waited for,
/// stopped and killed.
/// </summary>
public sealed class ServerProgram : IAsyncDisposable
{
    public const string AdminApiKey = "API-PROGRAMADMINPROGRAMADMIN00";

    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();

    private ServerProgram(Process process, string url)
    {
        this.process = process;
        Url = url;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;
    public string Url { get; }
    public IReadOnlyCollection<string> Output => output;
    public string Errors => string.Join('\n', errors);

    /// <summary>On a free port of loopback, with the administrator's API key <see cref="AdminApiKey"/>.</summary>
    /// <param name="args">Null: no verb, which is the server.</param>
    public static ServerProgram Start(string dataDirectory, IReadOnlyDictionary<string, string>? settings = null, string[]? args = null)
    {
        var environment = Environment(dataDirectory, settings);
        return new ServerProgram(Process.Start(Info(args ?? [], environment))!, environment["Urls"]);
    }

    public static async Task<ServerProgram> StartReadyAsync(string dataDirectory, IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = Start(dataDirectory, settings);
        await server.ReadyAsync();
        return server;
    }

    public static Dictionary<string, string> Environment(string dataDirectory, IReadOnlyDictionary<string, string>? settings = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["Urls"] = $"http://127.0.0.1:{FreePort.Next()}", ["DataDirectory"] = dataDirectory, ["Admin__Username"] = "admin", ["Admin__ApiKey"] = AdminApiKey,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }
        return environment;
    }

    /// <summary>A verb, or a server that is expected to refuse its start.</summary>
    public static async Task<ProgramRun> RunAsync(IReadOnlyDictionary<string, string> environment, string[] args, string input = "")
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(Info(args, environment))!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', args)} ran for 90 s: {await output} {await error}");
        }
        return new ProgramRun(process.ExitCode, await output, await error, clock.Elapsed);
    }

    public HttpClient Client(string? apiKey = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(Url) };
        if (apiKey is not null)
        {
            client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", apiKey);
        }
        return client;
    }

    public async Task ReadyAsync()
    {
        using var client = Client();
        await Eventually.TrueAsync(async () =>
        {
            process.HasExited.ShouldBeFalse($"The server ended: {string.Join('\n', output)} {Errors}");
            try
            {
                using var answer = await client.GetAsync("/health/ready");
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the server is ready", TimeSpan.FromMinutes(2));
    }

    /// <summary>kill -9: no handler of the process runs.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM (or another); returns its exit code and how long it took to end.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync(int signal = 15)
    {
        var clock = Stopwatch.StartNew();
        LibC.Signal(process.Id, signal);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(40));
        return (process.ExitCode, clock.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }
        process.Dispose();
    }

    private static ProcessStartInfo Info(string[] args, IReadOnlyDictionary<string, string> environment)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "octologin.dll"), .. args])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        var kept = info.Environment.Where(variable => variable.Key is "PATH" or "HOME" or "DOTNET_ROOT").ToList();
        info.Environment.Clear();
        foreach (var (name, value) in kept.Select(variable => (variable.Key, variable.Value)).Concat(environment.Select(variable => (variable.Key, (string?)variable.Value))))
        {
            info.Environment[name] = value;
        }
        return info;
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
