using OctoLogin.Database;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>Makes scripts' folders, and removes those that a killed server left, with what still runs in them. At the start of the server.</summary>
internal sealed class ScriptFolders(ScriptOptions options, DatabaseOptions database, ILogger<ScriptFolders> logger) : IHostedService
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly ScriptGroups groups = new(options);
    private bool isReachable;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (LibC.EffectiveUser != 0)
        {
            // Scripts run as the server's own user: at least they shall not read the master key from its memory.
            LibC.CloseToOthers();
        }
        try
        {
            Open();
        }
        catch (StartupException fault)
        {
            // A server that runs no script needs no place for one.
            logger.LogError(fault, "Scripts cannot run: {Fault}", fault.Message);
            return;
        }
        foreach (var directory in Directory.EnumerateDirectories(options.WorkDirectory))
        {
            await CleanAsync(directory);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="IOException">There is no place or no group for one more.</exception>
    public async Task<ScriptFolder> CreateAsync(CancellationToken cancel)
    {
        Open();
        var path = Path.Combine(options.WorkDirectory, Guid.CreateVersion7().ToString("N"));
        // Before the folder is there: a folder that nobody holds is a dead server's.
        var held = LockFile.TryTake(path + ".lock")!;
        LockFile? groupLock = null;
        try
        {
            var group = 0u;
            (group, groupLock) = LibC.EffectiveUser == 0 ? groups.Take() : (0, null);
            var user = ScriptUser.For(options, database, group);
            var mark = ScriptMark.Of(user);
            held.Text = mark.Text;
            var processes = new ScriptProcesses(mark);
            // Of a dead server that had this number.
            if (await processes.KillAsync() is null)
            {
                throw new IOException($"Processes of an earlier script with the group {group} do not end: {string.Join(", ", processes.Running().Select(process => process.Pid))}.");
            }
            var folder = new ScriptFolder(path, user, mark, processes, groupLock is null ? [held] : [held, groupLock]);
            folder.Make();
            await RefuseUnreachableAsync(user, cancel);
            return folder;
        }
        catch
        {
            using (held)
            using (groupLock)
            {
                await ScriptFolder.RemoveAsync(path);
                File.Delete(path + ".lock");
            }
            throw;
        }
    }

    /// <exception cref="IOException">There is no place for it.</exception>
    public DockerConfig WriteDockerConfig(string content)
    {
        Open();
        return DockerConfig.Write(options.WorkDirectory, content);
    }

    private async Task RefuseUnreachableAsync(SystemUser user, CancellationToken cancel)
    {
        if (!isReachable && await user.FindClosedAsync(options.WorkDirectory, cancel) is { } closed)
        {
            throw new IOException($"Scripts run as user {user.Name}, who cannot reach {options.WorkDirectory} (Scripts:WorkDirectory): {closed} has mode {LibC.Owner(closed)?.ModeText}.");
        }
        isReachable = true;
    }

    private void Open()
    {
        var path = options.WorkDirectory;
        try
        {
            if (LibC.Owner(path) is null)
            {
                Directory.CreateDirectory(path);
                File.SetUnixFileMode(path, Passable);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The folder {path} (Scripts:WorkDirectory) cannot be made: {fault.Message}", fault);
        }
        // In /tmp anyone may have made it before us, to exchange what is in it.
        if (LibC.Owner(path) is not { IsDirectory: true } owner || owner.User != LibC.EffectiveUser || (owner.Mode & 0x12) != 0)
        {
            throw new StartupException($"{path} (Scripts:WorkDirectory) must be a folder of user {Environment.UserName} that nobody else may write to. Remove it, or set another.");
        }
    }

    private async Task CleanAsync(string directory)
    {
        try
        {
            using var held = LockFile.TryTake(directory + ".lock");
            if (held is null)
            {
                // Another server's, which lives.
                return;
            }
            if (!Directory.Exists(directory))
            {
                File.Delete(directory + ".lock");
                return;
            }
            logger.LogWarning("Removing {Directory}, which a server that was killed left while a script ran", directory);
            if (ScriptMark.Parse(held.Text) is { } mark)
            {
                await EndAsync(mark);
            }
            await ContainerScript.RemoveAsync(Path.GetFileName(directory));
            await ScriptFolder.RemoveAsync(directory);
            File.Delete(directory + ".lock");
        }
        catch (IOException fault)
        {
            logger.LogError(fault, "{Directory}, which a server that was killed left, cannot be removed", directory);
        }
    }

    private async Task EndAsync(ScriptMark mark)
    {
        using var group = mark.Group is { } number ? groups.TryTake(number) : null;
        // Else another script has the number by now, and has ended what had it before.
        if (mark.Group is null || group is not null)
        {
            await new ScriptProcesses(mark).KillAsync();
        }
    }
}
