using OctoLogin.Database.Embedded;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.Scripts;

/// <summary>Fetches what a script wants to be kept. Files are opened by a process of the script's user, so that a path or a link can lead to nothing that is closed to the script.</summary>
internal sealed class ScriptArtifacts(ScriptFolder folder, ScriptOptions options, ActivityLog log)
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(10);

    // Not a pipe or a device, which might never end. Nothing of the script runs any more that could exchange the file in between.
    private const string Read = """
        cd -- "$1" || exit 1
        [ -e "$2" ] || { echo "there is no such file" >&2; exit 1; }
        [ -f "$2" ] || { echo "it is no file" >&2; exit 1; }
        exec head -c "$3" -- "$2"
        """;

    public bool HasErrors { get; private set; }

    public async Task<IReadOnlyList<ScriptArtifact>> CollectAsync(IEnumerable<(string Path, string Name)> wanted, string directory, CancellationToken cancel)
    {
        var collected = new List<ScriptArtifact>();
        var room = options.ArtifactMegabytes * 1024L * 1024;
        try
        {
            foreach (var (path, name) in wanted)
            {
                if (await CollectAsync(path, name, directory, room, cancel) is { } artifact)
                {
                    collected.Add(artifact);
                    room -= artifact.Length;
                }
            }
            return collected;
        }
        catch
        {
            collected.ForEach(artifact => artifact.Dispose());
            throw;
        }
    }

    private async Task<ScriptArtifact?> CollectAsync(string path, string name, string directory, long room, CancellationToken cancel)
    {
        if (path.Contains('\0'))
        {
            return Refuse(name, "its path has a zero");
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ReadLimit);
        var file = folder.MakeNameless();
        try
        {
            using var reader = ChildProcess.Start(folder.User.Command(["bash", "--noprofile", "--norc", "-c", Read, "bash", directory, path, $"{room + 1}"]));
            reader.StandardInput.Close();
            var errors = reader.StandardError.ReadToEndAsync(limit.Token);
            await reader.StandardOutput.BaseStream.CopyToAsync(file, limit.Token);
            await reader.WaitForExitAsync(limit.Token);
            var fault = reader.ExitCode != 0 ? (await errors).Trim() : file.Length > room ? $"the artifacts of the script have more than {options.ArtifactMegabytes} MiB (Scripts:ArtifactMegabytes)" : null;
            if (fault is not null)
            {
                await file.DisposeAsync();
                return Refuse(name, fault);
            }
            file.Position = 0;
            return new ScriptArtifact(name, file.Length, file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private ScriptArtifact? Refuse(string name, string fault)
    {
        HasErrors = true;
        log.Error($"The artifact '{Printable.Of(name)}' cannot be collected: {fault}.");
        return null;
    }
}
