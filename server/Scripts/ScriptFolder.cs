using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>
/// What one running script has for itself: a folder, a user and the mark of its processes. Around the folders that are the script's is one that is not:
/// only the script's group may pass it, so that other scripts of the same user cannot.
/// </summary>
internal sealed class ScriptFolder(string path, SystemUser user, ScriptMark mark, ScriptProcesses processes, params LockFile[] locks) : IAsyncDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Id => Path.GetFileName(path);
    public string Work => Path.Combine(path, "work");
    public string Bootstrap => Path.Combine(path, "script");
    public string Temporary => Path.Combine(path, "tmp");

    /// <summary>The script may read in it and only the server write.</summary>
    public string Served => Path.Combine(path, "served");
    public SystemUser User => user;
    public ScriptMark Mark => mark;
    public ScriptProcesses Processes => processes;

    public string LockPath => path + ".lock";

    public void Make()
    {
        Directory.CreateDirectory(path, Private);
        foreach (var part in new[] { Work, Bootstrap, Temporary, Served })
        {
            Directory.CreateDirectory(part, Private);
        }
    }

    /// <summary>Until here the folder was the server's alone, so that nothing in it could be exchanged while it was written.</summary>
    public void HandOver()
    {
        if (!user.Drops)
        {
            return;
        }
        foreach (var part in new[] { Work, Bootstrap, Temporary })
        {
            Own(part);
        }
        foreach (var part in new[] { Served, path })
        {
            LibC.SetOwner(part, 0, user.Group);
            File.SetUnixFileMode(part, Private | UnixFileMode.GroupExecute);
        }
    }

    /// <summary>A file in the folder that has no name any more, and that only the server can read.</summary>
    public FileStream MakeNameless()
    {
        var name = Path.Combine(path, Guid.NewGuid().ToString("N"));
        var file = new FileStream(name, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(name);
        return file;
    }

    public static async Task RemoveAsync(string path)
    {
        // Not .NET's way, which goes by whole paths: a script can nest folders deeper than a path may be long. rm follows no links.
        if ((await ChildProcess.RunAsync(["rm", "-rf", "--one-file-system", "--", path], CancellationToken.None)).ExitCode != 0)
        {
            // Whoever is not root must be let into what was closed.
            await ChildProcess.RunAsync(["chmod", "-R", "u+rwX", "--", path], CancellationToken.None);
            var (code, output) = await ChildProcess.RunAsync(["rm", "-rf", "--one-file-system", "--", path], CancellationToken.None);
            if (code != 0)
            {
                throw new IOException($"The folder {path} of a script cannot be removed: {output}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RemoveAsync(path);
            File.Delete(LockPath);
        }
        finally
        {
            foreach (var held in locks)
            {
                held.Dispose();
            }
        }
    }

    private void Own(string directory)
    {
        user.Own(directory);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            user.Own(entry.FullName);
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                Own(entry.FullName);
            }
        }
    }
}
