namespace OctoLogin.Scripts;

/// <summary>
/// A folder of the server's own with the config.json that <c>docker</c> logs in to registries with; there for as long as a pull takes. One that a
/// killed server left is removed as its scripts' folders are.
/// </summary>
internal sealed class DockerConfig : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly LockFile held;

    private DockerConfig(string path, LockFile held) => (Path, this.held) = (path, held);

    public string Path { get; }

    private string LockPath => Path + ".lock";

    /// <param name="directory">Where the folders of scripts are.</param>
    public static DockerConfig Write(string directory, string content)
    {
        var path = System.IO.Path.Combine(directory, $"docker-{Guid.CreateVersion7():N}");
        // Before the folder is there: a folder that nobody holds is a dead server's.
        var config = new DockerConfig(path, LockFile.TryTake(path + ".lock")!);
        try
        {
            Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
            using var file = new FileStream(System.IO.Path.Combine(path, "config.json"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private });
            file.Write(System.Text.Encoding.UTF8.GetBytes(content));
            return config;
        }
        catch
        {
            config.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        using (held)
        {
            if (Directory.Exists(Path))
            {
                Directory.Delete(Path, recursive: true);
            }
            File.Delete(LockPath);
        }
    }
}
