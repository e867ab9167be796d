namespace OctoLogin.DevIssuer;

/// <summary>A small file that only its owner may read, made once and kept.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;

    public static string ReadOrMake(string path, Func<string> make)
    {
        if (!File.Exists(path))
        {
            Write(path, make());
        }
        return File.ReadAllText(path).Trim();
    }

    public static void Write(string path, string text)
    {
        var unfinished = $"{path}.new";
        using (var file = new StreamWriter(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.WriteLine(text);
        }
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>PostgreSQL runs as another user when the server is root, and must get through to its own directory in there.</summary>
    public static void MakeDirectory(string path, bool othersPassThrough) =>
        Directory.CreateDirectory(path, othersPassThrough ? OwnerDirectory | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : OwnerDirectory);
}
