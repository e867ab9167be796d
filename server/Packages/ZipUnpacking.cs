using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace OctoLogin.Packages;

/// <summary>Reads a zip, which a NuGet package and Java's archives are too.</summary>
internal static class ZipUnpacking
{
    /// <summary>.NET reads the whole directory at the zip's end into memory, where a real one has about 100 bytes for each entry.</summary>
    private const long MostDirectoryBytes = 64 << 20;
    private const int EndBytes = 22;
    private const int HeaderBytes = 46;

    // The upper half of the external attributes, as made on Unix: stat's st_mode. https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html
    private const int TypeMask = 0xF000;
    private const int Folder = 0x4000;
    private const int RegularFile = 0x8000;
    private const int Link = 0xA000;

    public static async Task UnpackAsync(Stream archive, bool isNuGet, UnpackFolder folder, CancellationToken cancel)
    {
        await CheckDirectoryAsync(archive, folder, cancel);
        await using var zip = await ZipArchive.CreateAsync(archive, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancel);
        foreach (var entry in zip.Entries)
        {
            if ((isNuGet ? NuGetName(entry.FullName) : entry.FullName) is { } name)
            {
                await AddAsync(entry, name, folder, cancel);
            }
        }
    }

    private static async Task AddAsync(ZipArchiveEntry entry, string name, UnpackFolder folder, CancellationToken cancel)
    {
        if (entry.IsEncrypted)
        {
            throw new UnpackException($"'{UnpackFolder.Shown(name)}' of the package is encrypted; there is no password to unpack it with.");
        }
        var unix = (entry.ExternalAttributes >> 16) & 0xFFFF;
        var mode = (UnixFileMode)(unix & 0x1FF);
        var isFolder = name.EndsWith('/') || name.EndsWith('\\');
        switch (unix & TypeMask)
        {
            case Folder or 0 or RegularFile when isFolder:
            case Folder:
                folder.AddFolder(name, mode == 0 ? UnpackFolder.FolderMode : mode);
                break;
            case 0 or RegularFile:
                await using (var content = await entry.OpenAsync(cancel))
                {
                    await folder.AddFileAsync(name, content, mode == 0 ? UnpackFolder.FileMode : mode, cancel);
                }
                break;
            case Link:
                folder.AddLink(name, await ReadTargetAsync(entry, cancel));
                break;
            default:
                throw UnpackFolder.Device(name);
        }
    }

    private static async Task<string> ReadTargetAsync(ZipArchiveEntry entry, CancellationToken cancel)
    {
        var target = new byte[4097];
        await using var content = await entry.OpenAsync(cancel);
        var length = await content.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(target, 0, length);
    }

    /// <summary>A NuGet package's names are those of parts of an OPC package, some of which are not the author's; null: such a one.</summary>
    private static string? NuGetName(string name) =>
        name is "[Content_Types].xml" || name.StartsWith("_rels/", StringComparison.Ordinal) || name.StartsWith("package/services/metadata/", StringComparison.Ordinal)
            ? null
            : Uri.UnescapeDataString(name);

    /// <summary>Counts the entries as the directory has them, and not as its end says, before .NET makes an object for each.</summary>
    private static async Task CheckDirectoryAsync(Stream archive, UnpackFolder folder, CancellationToken cancel)
    {
        var header = new byte[HeaderBytes];
        foreach (var start in await FindDirectoryAsync(archive, cancel))
        {
            var position = start;
            for (var entries = 0; position >= 0 && position + HeaderBytes <= archive.Length; entries++)
            {
                archive.Position = position;
                await archive.ReadExactlyAsync(header, cancel);
                if (!header.AsSpan().StartsWith("PK\x01\x02"u8))
                {
                    break;
                }
                position += HeaderBytes + Short(header, 28) + Short(header, 30) + Short(header, 32);
                if (entries >= folder.Limits.MostEntries || position - start > MostDirectoryBytes)
                {
                    throw folder.TooManyEntries();
                }
            }
        }
        archive.Position = 0;
    }

    /// <summary>Where it begins, by the zip's end and by zip64's when there is one: .NET takes either. None: .NET says so.</summary>
    private static async Task<IReadOnlyList<long>> FindDirectoryAsync(Stream archive, CancellationToken cancel)
    {
        var tail = new byte[Math.Min(archive.Length, EndBytes + ushort.MaxValue)];
        archive.Position = archive.Length - tail.Length;
        await archive.ReadExactlyAsync(tail, cancel);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + EndBytes > tail.Length)
        {
            return [];
        }
        var start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        var locator = end - 20;
        if (locator < 0 || !tail.AsSpan(locator).StartsWith("PK\x06\x07"u8))
        {
            return [start];
        }
        var record = new byte[56];
        archive.Position = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(locator + 8)), 0, archive.Length - record.Length);
        await archive.ReadExactlyAsync(record, cancel);
        return [start, BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48))];
    }

    private static int Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}
