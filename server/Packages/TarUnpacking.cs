using System.Formats.Tar;
using System.IO.Compression;

namespace OctoLogin.Packages;

/// <summary>Reads a tar, plain or in gzip.</summary>
internal static class TarUnpacking
{
    public static async Task UnpackGzipAsync(Stream archive, UnpackFolder folder, CancellationToken cancel)
    {
        await using var plain = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
        await UnpackAsync(plain, folder, cancel);
    }

    public static async Task UnpackAsync(Stream archive, UnpackFolder folder, CancellationToken cancel)
    {
        await using var bytes = new TarBytes(archive, folder);
        await using var tar = new TarReader(bytes, leaveOpen: true);
        for (var entries = 0; await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry; entries++)
        {
            // Also those that make no file.
            if (entries >= folder.Limits.MostEntries)
            {
                throw folder.TooManyEntries();
            }
            await AddAsync(entry, folder, cancel);
        }
    }

    private static async Task AddAsync(TarEntry entry, UnpackFolder folder, CancellationToken cancel)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory or TarEntryType.DirectoryList:
                folder.AddFolder(entry.Name, entry.Mode);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await folder.AddFileAsync(entry.Name, entry.DataStream ?? Stream.Null, entry.Mode, cancel);
                break;
            case TarEntryType.SymbolicLink:
                folder.AddLink(entry.Name, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                await folder.AddCopyAsync(entry.Name, entry.LinkName, entry.Mode, cancel);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw UnpackFolder.Device(entry.Name);
        }
    }

    /// <summary>
    /// What .NET's reader reads from. It reads extended attributes and long names at once, however long their header says they are: a few
    /// kilobytes of gzip would fill gigabytes of memory.
    /// </summary>
    private sealed class TarBytes(Stream source, UnpackFolder folder) : Stream
    {
        private const int MostAtOnce = 1 << 20;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.Length > MostAtOnce)
            {
                throw new UnpackException($"The package has a header of {buffer.Length} bytes, as no archive needs; it was not unpacked.");
            }
            var count = await source.ReadAsync(buffer, cancellationToken);
            folder.CountRead(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush()
        {
        }
    }
}
