using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace OctoLogin.Scripts;

/// <summary>A script in a container of the Docker engine of this machine, by the command <c>docker</c>.</summary>
internal sealed class ContainerScript(ScriptFolder folder, ScriptOptions options, string directory, ScriptRequest request, IEnumerable<string> command) : IScriptPlace
{
    private static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(30);

    private readonly string image = request.ContainerImage!;
    private Process? client;

    private string Name => NameOf(folder.Id);

    /// <returns>Why a container of the image cannot run here; null: it can.</returns>
    public static async Task<string?> FaultAsync(ScriptRequest request, ScriptFolders folders, CancellationToken cancel)
    {
        var image = request.ContainerImage!;
        if (await DockerAsync(null, ["version", "--format", "{{.Server.Version}}"], cancel) is not { ExitCode: 0 })
        {
            return $"The step runs in a container of the image '{image}', and no Docker engine answers on this machine.";
        }
        if (await DockerAsync(null, ["image", "inspect", "--format", "{{.Id}}", image], cancel) is { ExitCode: 0 })
        {
            return null;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(PullLimit);
        try
        {
            using var config = request.DockerLogin is null ? null : folders.WriteDockerConfig(await request.DockerLogin(limit.Token));
            var pull = await DockerAsync(config?.Path, ["pull", "--quiet", image], limit.Token);
            return pull is { ExitCode: 0 } ? null : $"The container image '{image}' cannot be pulled: {pull?.Output}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"The container image '{image}' cannot be pulled: it took longer than {PullLimit.TotalMinutes:0} minutes.";
        }
    }

    /// <summary>Of a server that was killed.</summary>
    public static async Task RemoveAsync(string id) => await DockerAsync(null, ["rm", "--force", "--volumes", NameOf(id)], CancellationToken.None);

    public Process Start()
    {
        var info = Docker(null, [
            "run", "--rm", "--init", "--pull", "never", "--name", Name, "--network", "default", "--user", User(),
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", Text(options.Processes),
            .. options.MemoryMegabytes > 0 ? new[] { "--memory", $"{options.MemoryMegabytes}m" } : [],
            "--ulimit", "core=0", "--ulimit", $"nofile={options.OpenFiles}", "--ulimit", $"fsize={options.FileMegabytes * 1024L * 1024}",
            "--volume", $"{folder.Work}:{folder.Work}", "--volume", $"{folder.Temporary}:{folder.Temporary}", "--volume", $"{folder.Bootstrap}:{folder.Bootstrap}:ro",
            // The folder and not its files: a file that is replaced would stay the old one in the container.
            "--volume", $"{folder.Served}:{folder.Served}:ro",
            "--env", $"HOME={folder.Work}", "--env", $"TMPDIR={folder.Temporary}", "--env", "LANG=C.UTF-8", "--env", "TERM=dumb",
            "--workdir", directory, "--entrypoint", command.First(), image, .. command.Skip(1)]);
        client = Process.Start(info)!;
        client.StandardInput.Close();
        return client;
    }

    // The engine holds the limits.
    public (int Processes, long Kilobytes) Measure() => (0, 0);

    public async Task AskToEndAsync(TimeSpan within)
    {
        var seconds = Text((int)Math.Ceiling(within.TotalSeconds));
        await DockerAsync(null, ["stop", "--time", seconds, Name], CancellationToken.None);
    }

    public async Task<int?> EndAsync()
    {
        // First what would make the container, if there is none yet.
        client?.Kill();
        await (client?.WaitForExitAsync() ?? Task.CompletedTask);
        var removed = await DockerAsync(null, ["rm", "--force", "--volumes", Name], CancellationToken.None);
        // --rm may have been faster, or be at it.
        return removed is { ExitCode: 0 } || removed?.Output.Contains("No such container", StringComparison.OrdinalIgnoreCase) == true ? 0
            : removed?.Output.Contains("already in progress", StringComparison.OrdinalIgnoreCase) == true && await IsGoneAsync() ? 0
            : null;
    }

    private async Task<bool> IsGoneAsync()
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (await DockerAsync(null, ["container", "inspect", "--format", "{{.Id}}", Name], CancellationToken.None) is not { ExitCode: 0 })
            {
                return true;
            }
            await Task.Delay(100);
        }
        return false;
    }

    private static string NameOf(string id) => $"octologin-{id}";

    private string User() => folder.User.Drops ? $"{folder.User.Id}:{folder.User.Group}" : $"{folder.User.Id}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ProcessStartInfo Docker(string? config, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("docker", config is null ? arguments : ["--config", config, .. arguments])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of the server's environment only where the engine is.
        foreach (var name in info.Environment.Keys.Where(name => !name.StartsWith("DOCKER_", StringComparison.Ordinal) && name is not ("PATH" or "HOME")).ToList())
        {
            info.Environment.Remove(name);
        }
        return info;
    }

    /// <returns>Null when there is no command <c>docker</c>.</returns>
    private static async Task<(int ExitCode, string Output)?> DockerAsync(string? config, IEnumerable<string> arguments, CancellationToken cancel)
    {
        try
        {
            using var process = Process.Start(Docker(config, arguments))!;
            process.StandardInput.Close();
            try
            {
                var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
                await process.WaitForExitAsync(cancel);
                return (process.ExitCode, (await output + await errors).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
