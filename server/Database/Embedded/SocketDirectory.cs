using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OctoLogin.Database.Embedded;

/// <summary>
/// The private directory of the unix socket. Its mode is the access control of the embedded PostgreSQL: only its own user and root reach the socket.
/// </summary>
internal static partial class SocketDirectory
{
    public const string SocketName = ".s.PGSQL.5432";

    // sockaddr_un.sun_path is 108 bytes and ends with a zero.
    private const int LongestSocketPath = 107;
    private const int PrivateMode = 0x1C0; // 0700

    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>In the data directory, or when its path is too long in /tmp (and not TMPDIR, which a second process may see differently), under a name made from that path.</summary>
    public static string PathFor(DataPaths paths)
    {
        var inside = Path.Combine(paths.Root, "socket");
        // Npgsql reads a comma as a list of hosts and a colon as a port, PostgreSQL reads a list too: only plain names are not worth a doubt.
        return Encoding.UTF8.GetByteCount(Path.Combine(inside, SocketName)) <= LongestSocketPath && PlainPath().IsMatch(inside)
            ? inside
            : $"/tmp/octologin-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Root)))[..24]}";
    }

    public static void Create(string path, SystemUser user)
    {
        if (LibC.Owner(path) is null)
        {
            Directory.CreateDirectory(path, OwnerAll);
        }

        // A start that was killed between these two lines left a directory of root's, which nobody else can have made.
        if (LibC.Owner(path) is { IsDirectory: true, User: 0, Mode: PrivateMode })
        {
            user.Own(path);
        }

        Verify(path, user);
    }

    /// <summary>In /tmp anyone may have made the directory before us, to stand between the server and its database.</summary>
    public static void Verify(string path, SystemUser user)
    {
        if (LibC.Owner(path) is not { IsDirectory: true, Mode: PrivateMode } owner || owner.User != user.Id)
        {
            var seen = LibC.Owner(path);
            throw new StartupException(
                $"The directory of the database's socket, {path}, must be a directory of user {user.Name} ({user.Id}) with mode 700, and is "
                + (seen is null ? "not there." : $"a {(seen.Value.IsDirectory ? "directory" : "file")} of user {seen.Value.User} with mode {seen.Value.ModeText}.")
                + " Somebody else made it: find out who, remove it, and start again.");
        }
    }

    /// <summary>What a killed PostgreSQL left; its lock file names a process id that may be another's by now. Only when none runs.</summary>
    public static void Clear(string path)
    {
        File.Delete(Path.Combine(path, SocketName));
        File.Delete(Path.Combine(path, SocketName + ".lock"));
    }

    public static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Clear(path);
            Directory.Delete(path);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9/._+-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainPath();
}
