using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>
/// Files that a running script may read and that the server writes anew meanwhile, such as a token. Their folder is not the script's: where a
/// script could put a link, the server, which may be root, must not write.
/// </summary>
public sealed class ServedFiles
{
    private readonly string directory;
    private readonly SystemUser user;

    internal ServedFiles(string directory, SystemUser user) => (this.directory, this.user) = (directory, user);

    /// <summary>As the script sees it, also in a container.</summary>
    public string PathOf(string name) => Path.Combine(directory, name);

    /// <summary>Whoever reads gets all of the old content or all of the new. The file is the script's user's alone.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var fresh = PathOf($".{name}.new");
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(content);
        }
        user.Own(fresh);
        File.Move(fresh, PathOf(name), overwrite: true);
    }
}
