using System.Text;
using Microsoft.Win32.SafeHandles;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>A lock of the kernel, gone when its process is, however that ended.</summary>
internal sealed class LockFile : IDisposable
{
    private readonly SafeFileHandle file;

    private LockFile(SafeFileHandle file) => this.file = file;

    /// <returns>Null when somebody else holds it.</returns>
    public static LockFile? TryTake(string path)
    {
        var file = LibC.Open(path);
        try
        {
            if (LibC.TryLock(file))
            {
                return new LockFile(file);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Dispose();
        return null;
    }

    public string Text
    {
        get
        {
            var bytes = new byte[256];
            return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
        }
        set
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(value), 0);
        }
    }

    public void Dispose() => file.Dispose();
}
