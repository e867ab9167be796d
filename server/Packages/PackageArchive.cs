namespace OctoLogin.Packages;

/// <summary>
/// Unpacks a package for a step. Whoever pushed it may be an attacker, and the folder is on a machine with other people's things: nothing is
/// written outside of it, no device, no setuid file, no link that leads out; and all or nothing is there afterwards.
/// </summary>
public static class PackageArchive
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="archive">Zips are read from any position, so it must be able to seek.</param>
    /// <param name="fileExtension">As <see cref="Package.FileExtension"/>.</param>
    /// <param name="folder">Is there; may hold other things, which are not replaced.</param>
    /// <exception cref="UnpackException">Nothing was put into the folder.</exception>
    public static async Task ExtractAsync(Stream archive, string fileExtension, string folder, UnpackLimits limits, CancellationToken cancel)
    {
        // In the folder itself: a rename at the end is then within one file system.
        var staging = Directory.CreateDirectory(Path.Combine(folder, $".unpack-{Guid.NewGuid():N}"), OwnerOnly);
        try
        {
            var unpacked = new UnpackFolder(staging.FullName, limits, archive.Length);
            await UnpackAsync(archive, fileExtension, unpacked, cancel);
            unpacked.MakeLinks();
            MoveUp(staging, folder);
        }
        // What the readers throw at bytes that are no archive, or one that is cut off or was made to break them.
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new UnpackException($"The package is not a {fileExtension} file, or it is damaged: {fault.Message}", fault);
        }
        finally
        {
            staging.Delete(recursive: true);
        }
    }

    private static Task UnpackAsync(Stream archive, string fileExtension, UnpackFolder folder, CancellationToken cancel) => fileExtension.ToLowerInvariant() switch
    {
        ".nupkg" => ZipUnpacking.UnpackAsync(archive, isNuGet: true, folder, cancel),
        ".zip" or ".jar" or ".war" or ".ear" => ZipUnpacking.UnpackAsync(archive, isNuGet: false, folder, cancel),
        ".tar" => TarUnpacking.UnpackAsync(archive, folder, cancel),
        ".tar.gz" or ".tgz" => TarUnpacking.UnpackGzipAsync(archive, folder, cancel),
        _ => throw new UnpackException($"A {fileExtension} file is stored and can be downloaded, but not unpacked here. What can be: .nupkg, .zip, .jar, .war, .ear, .tar, .tar.gz, .tgz."),
    };

    private static void MoveUp(DirectoryInfo staging, string folder)
    {
        var entries = staging.GetFileSystemInfos();
        foreach (var entry in entries)
        {
            var place = Path.Combine(folder, entry.Name);
            // A link that leads nowhere exists for neither of the two questions.
            if (Path.Exists(place) || new FileInfo(place).LinkTarget is not null)
            {
                throw new UnpackException($"The package holds '{UnpackFolder.Shown(entry.Name)}', which is in the folder already.");
            }
        }
        foreach (var entry in entries)
        {
            Directory.Move(entry.FullName, Path.Combine(folder, entry.Name));
        }
    }
}
