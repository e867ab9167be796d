using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OctoLogin.Tests.Support;

/// <summary>
/// Runs the action as GitHub's runner does: its program as a child process, or with <see cref="Image"/> its container, each stage with an
/// environment of its own (nothing of this process's leaks in) and empty files for GITHUB_ENV and the others.
/// </summary>
public sealed class ActionRunner
{
    private static readonly string[] FileCommands = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];

    /// <summary>The program; by default the one that the build put beside the tests.</summary>
    public string Program { get; init; } = Path.Combine(AppContext.BaseDirectory, "octologin-action");

    /// <summary>Run this image with `docker run`, on the host's network, instead of the program.</summary>
    public string? Image { get; init; }

    /// <summary>Mounted on /github/workspace of the container; where a program's working directory is otherwise.</summary>
    public string? Workspace { get; init; }

    /// <summary>As in the workflow's `with:`.</summary>
    public Dictionary<string, string> Inputs { get; } = [];

    /// <summary>The step's other variables: SSL_CERT_FILE, HTTPS_PROXY, …</summary>
    public Dictionary<string, string> Environment { get; } = new()
    {
        ["GITHUB_ACTIONS"] = "true",
        ["CI"] = "true",
        ["GITHUB_REPOSITORY"] = "octo-org/hello-octopus",
        ["GITHUB_REF"] = "refs/heads/main",
    };

    /// <summary>`permissions: id-token: write`.</summary>
    public ActionRunner WithIdTokens(FakeIdTokenService service)
    {
        Environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = service.RequestUrl;
        Environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = service.RequestToken;
        return this;
    }

    public Task<ActionRun> RunAsync() => StartAsync(post: false, new Dictionary<string, string>());

    /// <summary>The post step, with what the main step saved.</summary>
    public Task<ActionRun> RunPostAsync(ActionRun main) => StartAsync(post: true, main.State);

    private async Task<ActionRun> StartAsync(bool post, IReadOnlyDictionary<string, string> state)
    {
        var folder = Directory.CreateTempSubdirectory("octologin-step-");
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);   // a container may have another user
            }
            foreach (var file in FileCommands)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), "");
            }
            using var process = Process.Start(Image is null ? ProgramStart(folder.FullName, post, state) : ContainerStart(folder.FullName, post, state))!;
            var clock = Stopwatch.StartNew();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"The action ran for 3 minutes: {await output}");
            }
            return new ActionRun
            {
                ExitCode = process.ExitCode,
                Duration = clock.Elapsed,
                StandardOutput = await output,
                StandardError = await error,
                Files = FileCommands.ToDictionary(file => file, file => File.ReadAllText(Path.Combine(folder.FullName, file))),
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private ProcessStartInfo ProgramStart(string folder, bool post, IReadOnlyDictionary<string, string> state)
    {
        var start = Start(Program, post ? ["revoke"] : []);
        start.WorkingDirectory = Workspace ?? folder;
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = folder;
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach (var (name, value) in StepEnvironment(folder, state))
        {
            start.Environment[name] = value;
        }
        return start;
    }

    private ProcessStartInfo ContainerStart(string folder, bool post, IReadOnlyDictionary<string, string> state)
    {
        var environment = StepEnvironment("/github/file_commands", state);
        var names = environment.Keys.SelectMany(name => new[] { "-e", name });   // names only: no value in any argv
        string[] mounts = ["-v", $"{folder}:/github/file_commands", .. Workspace is null ? [] : new[] { "-v", $"{Workspace}:/github/workspace" }];
        var start = Start("docker", ["run", "--rm", "--workdir", "/github/workspace", "--network", "host", "-e", "HOME=/github/home", .. names, .. mounts,
            "--entrypoint", post ? "/action/revoke" : "/action/octologin-action", Image!]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        return start;
    }

    private Dictionary<string, string> StepEnvironment(string folder, IReadOnlyDictionary<string, string> state)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var file in FileCommands)
        {
            environment.TryAdd(file, $"{folder}/{file}");
        }
        foreach (var (name, value) in Inputs)
        {
            // The runner's rule: upper case, spaces to underscores, nothing else.
            environment["INPUT_" + name.Replace(' ', '_').ToUpperInvariant()] = value;
        }
        foreach (var (name, value) in state)
        {
            environment["STATE_" + name] = value;
        }
        return environment;
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
}
