using System.Diagnostics;

namespace OctoLogin.Tests.Containers;

/// <summary>This machine's Docker engine, by its command line. Without an engine or an image these tests are skipped.</summary>
internal static class Docker
{
    // Where ../shared/containers/get-compose.sh puts `docker compose` on a machine whose packages lack it.
    private const string SparePlugins = "/tmp/standin/docker-config";

    private static readonly Lazy<Task<bool>> NeedsSparePlugins = new(async () =>
        Directory.Exists(SparePlugins) && !(await StartAsync("docker", ["compose", "version"], null)).Succeeded);

    private static readonly Lazy<Task<bool>> HasBuildKit = new(async () => (await RunAsync(["buildx", "version"])).Succeeded);

    public static string Repository { get; } = FindRepository();

    /// <returns>Why the images cannot be used here, or null.</returns>
    public static async Task<string?> WhatIsMissingAsync(params string[] images)
    {
        try
        {
            if (!(await RunAsync(["version", "--format", "{{.Server.Version}}"])).Succeeded)
            {
                return "no Docker engine answers";
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no docker command";
        }

        foreach (var image in images)
        {
            if (!(await RunAsync(["image", "inspect", image])).Succeeded
                && !(await RunAsync(["pull", "--quiet", image], within: TimeSpan.FromMinutes(5))).Succeeded)
            {
                return $"the image {image} is not here and cannot be pulled";
            }
        }

        return null;
    }

    public static async Task<string?> WhatIsMissingForComposeAsync() =>
        (await RunAsync(["compose", "version"])).Succeeded ? null : "there is no `docker compose`";

    /// <summary>Runs `docker …` in the repository's root.</summary>
    public static Task<Output> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? within = null) =>
        RunAsync("docker", arguments, environment, within);

    /// <param name="program">docker, or a program that calls it.</param>
    public static async Task<Output> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan? within)
    {
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        if (await NeedsSparePlugins.Value)
        {
            variables["DOCKER_CONFIG"] = SparePlugins;
        }

        return await StartAsync(program, arguments, variables, within);
    }

    public static async Task<Output> BuildAsync(string dockerfile, string context, string tag, params string[] more) =>
        await RunAsync(
            ["build", "--file", dockerfile, "--tag", tag, .. more, context],
            await HasBuildKit.Value ? null : new Dictionary<string, string> { ["DOCKER_BUILDKIT"] = "0" },
            TimeSpan.FromMinutes(10));

    public static async Task<Output> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan? within = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new Output(-1, await output, await errors + "\nended: it took too long");
        }

        return new Output(process.ExitCode, await output, await errors);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OctoLogin.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }

    internal sealed record Output(int ExitCode, string Text, string Errors)
    {
        public bool Succeeded => ExitCode == 0;

        public string Require() => Succeeded ? Text : throw new InvalidOperationException($"exit code {ExitCode}\n{Text}\n{Errors}");
    }
}
