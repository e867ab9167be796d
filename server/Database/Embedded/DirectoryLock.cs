using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OctoLogin.Database.Embedded;

/// <summary>One server for each data directory: a lock of the kernel, gone when its process is, however that ended.</summary>
internal sealed class DirectoryLock : IDisposable
{
    // A program that this process starts has the lock as well, for the moment until it runs; also one that was given up just now.
    private const int MostTries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);

    private readonly SafeFileHandle _file;

    private DirectoryLock(SafeFileHandle file) => _file = file;

    /// <returns>Null when another server holds it.</returns>
    public static DirectoryLock? TryTake(DataPaths paths)
    {
        SafeFileHandle? file = null;
        try
        {
            file = LibC.Open(paths.Lock);
            for (var tries = 1; !LibC.TryLock(file); tries++)
            {
                if (tries == MostTries)
                {
                    file.Dispose();
                    return null;
                }
                Thread.Sleep(BetweenTries);
            }

            // For people and for the message to a second server; the lock is what counts.
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return new DirectoryLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw DataPaths.Unusable(paths.Root, e);
        }
    }

    public static string Holder(DataPaths paths)
    {
        using var file = LibC.Open(paths.Lock);
        var text = new byte[32];
        var length = RandomAccess.Read(file, text, 0);
        return Encoding.ASCII.GetString(text, 0, length).Trim() is { Length: > 0 } pid ? $"process {pid}" : "another process";
    }

    // The file stays: deleting it would let a third process lock a new file while a second still waits on the old one.
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            RandomAccess.SetLength(_file, 0);
            _file.Dispose();
        }
    }
}
