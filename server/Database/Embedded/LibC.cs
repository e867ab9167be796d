using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OctoLogin.Database.Embedded;

/// <summary>The few calls to Linux that .NET has no form of.</summary>
internal static class LibC
{
    public const int Interrupt = 2, Quit = 3, Kill = 9, Terminate = 15;

    private const int ReadWrite = 2, Create = 0x40, CloseOnExec = 0x80000;
    private const int LockExclusive = 2, LockNonBlocking = 4, WouldBlock = 11;
    private const int CurrentDirectory = -100, SymlinkNoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int DoNotWait = 1, SetDumpable = 4;

    public static uint EffectiveUser => geteuid();

    public static void Signal(int pid, int signal) => _ = kill(pid, signal);

    /// <summary>Takes the end of a child process that .NET does not know of, if it has ended; else it would stay in the table of processes.</summary>
    public static void Reap(int pid) => _ = waitpid(pid, out _, DoNotWait);

    /// <summary>Other processes of the same user may no longer look into this one's memory, environment and open files.</summary>
    public static void CloseToOthers() => _ = prctl(SetDumpable, 0, 0, 0, 0);

    /// <summary>Opens without the lock that every file opened by .NET takes, so that the file can be read while another process holds the lock.</summary>
    public static SafeFileHandle Open(string path)
    {
        var handle = open(Bytes(path), ReadWrite | Create | CloseOnExec, Convert.ToInt32("600", 8));
        return handle >= 0 ? new SafeFileHandle(handle, ownsHandle: true) : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <returns>False when another open file holds the lock. The kernel releases it when its process dies.</returns>
    public static bool TryLock(SafeFileHandle file)
    {
        if (flock(file, LockExclusive | LockNonBlocking) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw new IOException($"The lock file cannot be locked: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    public static void SetOwner(string path, uint user, uint group)
    {
        if (lchown(Bytes(path), user, group) != 0)
        {
            throw new IOException($"{path} cannot be given to user {user}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>The path without symbolic links, as /proc shows it.</summary>
    public static string RealPath(string path)
    {
        var resolved = new byte[4097];
        return realpath(Bytes(path), resolved) != 0
            ? Encoding.UTF8.GetString(resolved, 0, Array.IndexOf(resolved, (byte)0))
            : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Of the path itself, not of what a symbolic link points to; null when there is none.</summary>
    public static FileOwner? Owner(string path)
    {
        // struct statx is the same on every processor, which struct stat is not.
        var status = new byte[256];
        return statx(CurrentDirectory, Bytes(path), SymlinkNoFollow, BasicStats, status) == 0
            ? new FileOwner(BitConverter.ToUInt32(status, 20), BitConverter.ToUInt32(status, 24), BitConverter.ToUInt16(status, 28))
            : null;
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + "\0");

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);

    [DllImport("libc")]
    private static extern int waitpid(int pid, out int status, int options);

    [DllImport("libc")]
    private static extern int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int flock(SafeFileHandle file, int operation);

    [DllImport("libc", SetLastError = true)]
    private static extern int lchown(byte[] path, uint user, uint group);

    [DllImport("libc", SetLastError = true)]
    private static extern nint realpath(byte[] path, [Out] byte[] resolved);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int directory, byte[] path, int flags, uint mask, [Out] byte[] status);
}

internal readonly record struct FileOwner(uint User, uint Group, ushort TypeAndMode)
{
    public bool IsDirectory => (TypeAndMode & 0xF000) == 0x4000;

    public int Mode => TypeAndMode & 0x1FF;

    public string ModeText => Convert.ToString(Mode, 8);
}
