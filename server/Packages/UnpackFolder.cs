using System.Buffers;
using System.Text;
using OctoLogin.Http;

namespace OctoLogin.Packages;

/// <summary>
/// The folder that a package is unpacked into: decides about every name, link and byte of it. Links are made last of all
/// (<see cref="MakeLinks"/>), so no file is ever written through one.
/// </summary>
internal sealed class UnpackFolder(string root, UnpackLimits limits, long packageBytes)
{
    private const int MostPathBytes = 1024;
    private const int MostNameBytes = 255;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>A file of which the archive has no mode.</summary>
    public const UnixFileMode FileMode = Readable;
    public const UnixFileMode FolderMode = Readable | Enterable;

    private readonly Dictionary<string, Kind> entries = new(StringComparer.Ordinal);
    private readonly List<(string Path, string Target)> links = [];
    private long bytes;
    private long read;

    private enum Kind
    {
        Folder,
        File,
        Link,
    }

    public UnpackLimits Limits => limits;

    public void AddFolder(string name, UnixFileMode mode)
    {
        var path = Clean(name);
        if (path.Length > 0)
        {
            Claim(path, Kind.Folder);
            File.SetUnixFileMode(Path.Combine(root, path), Safe(mode) | UnixFileMode.UserExecute);
        }
    }

    public async Task AddFileAsync(string name, Stream content, UnixFileMode mode, CancellationToken cancel)
    {
        var path = Claim(Clean(name), Kind.File);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            await using var file = new FileStream(Path.Combine(root, path), new FileStreamOptions
            {
                Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous, UnixCreateMode = Safe(mode),
            });
            // What a header says of its length is the archive's word: what counts is what comes.
            while (await content.ReadAsync(buffer, cancel) is > 0 and var count)
            {
                CountBytes(count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancel);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A hard link, of which a second file is made: a change of one by a script must not reach what it does not name.</summary>
    public async Task AddCopyAsync(string name, string of, UnixFileMode mode, CancellationToken cancel)
    {
        var source = Clean(of);
        if (!entries.TryGetValue(source, out var kind) || kind != Kind.File)
        {
            throw new UnpackException($"'{Shown(name)}' of the package is a hard link to '{Shown(of)}', which is no file before it in the package.");
        }
        await using var file = File.OpenRead(Path.Combine(root, source));
        await AddFileAsync(name, file, mode, cancel);
    }

    public void AddLink(string name, string target)
    {
        var path = Claim(Clean(name), Kind.Link);
        // Up and then down, never up again: "a/.." may be anywhere when a is a link itself.
        var parts = target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        var up = parts.TakeWhile(part => part == "..").Count();
        if (target.Length is 0 or > MostPathBytes || target[0] == '/' || target.Contains('\\') || target.Any(char.IsControl)
            || up > path.Count(c => c == '/') || parts.Skip(up).Contains(".."))
        {
            throw new UnpackException($"'{Shown(name)}' of the package is a link to '{Shown(target)}', which leads or may lead out of the folder.");
        }
        links.Add((path, target));
    }

    public void MakeLinks()
    {
        foreach (var (path, target) in links)
        {
            File.CreateSymbolicLink(Path.Combine(root, path), target);
        }
    }

    public static UnpackException Device(string name) => new($"'{Shown(name)}' of the package is a device, a pipe or another special file; only files, folders and links are unpacked.");

    /// <summary>Bytes that a decompressor gave, also those between the files.</summary>
    public void CountRead(long count)
    {
        read += count;
        if (read > limits.MostBytes + (2048L * limits.MostEntries))
        {
            throw TooManyBytes();
        }
    }

    private void CountBytes(int count)
    {
        bytes += count;
        if (bytes > limits.MostBytes)
        {
            throw TooManyBytes();
        }
        if (bytes > limits.RatioFromBytes && bytes / limits.MostRatio > packageBytes)
        {
            throw new UnpackException($"The package's files are more than {limits.MostRatio} times as large as the package itself, as those of a bomb are; it was not unpacked.");
        }
    }

    private UnpackException TooManyBytes() => new($"The package's files have more than {limits.MostBytes} bytes together; it was not unpacked.");

    public UnpackException TooManyEntries() => new($"The package has more than {limits.MostEntries} files and folders; it was not unpacked.");

    /// <summary>Takes the place for this entry, and makes the folders that lead to it.</summary>
    private string Claim(string path, Kind kind)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            Take(path[..slash], Kind.Folder);
        }
        return Take(path, kind);
    }

    private string Take(string path, Kind kind)
    {
        if (path.Length == 0)
        {
            throw new UnpackException("An entry of the package that is no folder has no name.");
        }
        if (entries.TryGetValue(path, out var present))
        {
            return kind == Kind.Folder && present == Kind.Folder ? path
                : throw new UnpackException($"The package has '{Shown(path)}' more than once, or as a {(kind == Kind.Folder ? "folder" : "file")} where it has something else.");
        }
        if (entries.Count >= limits.MostEntries)
        {
            throw TooManyEntries();
        }
        entries.Add(path, kind);
        if (kind == Kind.Folder)
        {
            Directory.CreateDirectory(Path.Combine(root, path), FolderMode);
        }
        return path;
    }

    /// <summary>The path below the folder, with single slashes; empty: the folder itself.</summary>
    private static string Clean(string name)
    {
        // Zips made on Windows may have backslashes; taken for separators everywhere, they cannot smuggle a "..".
        var slashed = name.Replace('\\', '/');
        if (slashed.Any(char.IsControl) || slashed.Contains('\uFFFD'))
        {
            throw new UnpackException($"'{Shown(name)}' of the package has characters in its name that no file's name should have.");
        }
        if (slashed.StartsWith('/') || (slashed.Length > 1 && slashed[1] == ':' && char.IsAsciiLetter(slashed[0])))
        {
            throw new UnpackException($"'{Shown(name)}' of the package is an absolute path or a device's; only paths below the folder are unpacked.");
        }
        var parts = slashed.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        if (parts.Contains(".."))
        {
            throw new UnpackException($"'{Shown(name)}' of the package leads out of the folder ('..'); it was not unpacked.");
        }
        var path = string.Join('/', parts);
        if (Encoding.UTF8.GetByteCount(path) > MostPathBytes || parts.Exists(part => Encoding.UTF8.GetByteCount(part) > MostNameBytes))
        {
            throw new UnpackException($"'{Shown(name)}' of the package is too long: a path may have {MostPathBytes} bytes here, each name in it {MostNameBytes}.");
        }
        return path;
    }

    /// <summary>Without setuid, setgid and sticky, and writable for nobody else.</summary>
    private static UnixFileMode Safe(UnixFileMode mode) => (mode & (Readable | Enterable)) | Owner;

    public static string Shown(string name) => Printable.Of(name, 120);
}
