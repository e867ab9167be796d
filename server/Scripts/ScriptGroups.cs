using System.Globalization;

namespace OctoLogin.Scripts;

/// <summary>
/// Gives each running script a group number of its own. It keeps scripts that run as the same user out of each other's folders (the folder's group)
/// and processes (the kernel compares groups too before one may look into another), and finds all that a script has started.
/// </summary>
internal sealed class ScriptGroups(ScriptOptions options)
{
    private const string MachineWide = "/run/octologin-script-groups";

    private int last = Random.Shared.Next(options.Groups);

    /// <exception cref="IOException">All are in use.</exception>
    public (uint Group, LockFile Lock) Take()
    {
        var named = NamedGroups();
        for (var tried = 0; tried < options.Groups; tried++)
        {
            var group = options.FirstGroup + (uint)(Interlocked.Increment(ref last) & int.MaxValue) % (uint)options.Groups;
            if (!named.Contains(group) && TryTake(group) is { } taken)
            {
                return (group, taken);
            }
        }
        throw new IOException($"All {options.Groups} group numbers from {options.FirstGroup} on (Scripts:Groups) are in use by running scripts or have a name in /etc/group.");
    }

    public LockFile? TryTake(uint group) => LockFile.TryTake(Path.Combine(Locks(), string.Create(CultureInfo.InvariantCulture, $"group-{group}")));

    // One place for all servers of a machine, whatever their work directories: whoever takes a number ends what still runs under it.
    private string Locks()
    {
        try
        {
            Directory.CreateDirectory(MachineWide, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return MachineWide;
        }
        // A container that is read-only but for its work directory has that one server.
        catch (Exception readOnly) when (readOnly is IOException or UnauthorizedAccessException)
        {
            return options.WorkDirectory;
        }
    }

    // A group that has a name may have files.
    private static HashSet<uint> NamedGroups() => File.ReadLines("/etc/group")
        .Select(line => line.Split(':')).Where(fields => fields.Length >= 3)
        .Select(fields => uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToHashSet();
}
