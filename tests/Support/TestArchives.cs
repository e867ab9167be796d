using System.Formats.Tar;
using System.IO.Compression;

namespace OctoLogin.Tests.Support;

/// <summary>What a test puts into an archive, with names, modes and links as it says, whatever becomes of them.</summary>
public sealed record TestArchive(Action<string, byte[], UnixFileMode> Add, Action<string, string> Link, Action<string, string> HardLink, Action<string, int> Special)
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public void File(string name, byte[] content, UnixFileMode mode = Mode) => Add(name, content, mode);

    public void Folder(string name) => Add(name, [], Mode | UnixFileMode.UserExecute);
}

public static class TestArchives
{
    public static MemoryStream Zip(Action<TestArchive> fill)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            fill(new TestArchive(
                (name, content, mode) => Write(name, content, (name.EndsWith('/') ? 0x4000 : 0x8000) | (int)mode),
                (name, target) => Write(name, System.Text.Encoding.UTF8.GetBytes(target), 0xA1FF),
                (_, _) => throw new NotSupportedException("A zip has no hard links."),
                (name, type) => Write(name, [], type)));

            void Write(string name, byte[] content, int unix)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = unix << 16;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        bytes.Position = 0;
        return bytes;
    }

    public static MemoryStream Tar(bool gzip, Action<TestArchive> fill, TarEntryFormat format = TarEntryFormat.Pax)
    {
        var bytes = new MemoryStream();
        using (var packed = gzip ? new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true) : null)
        using (var tar = new TarWriter(packed ?? (Stream)bytes, format, leaveOpen: true))
        {
            fill(new TestArchive(
                (name, content, mode) => Write(name.EndsWith('/') ? TarEntryType.Directory : TarEntryType.RegularFile, name, entry =>
                {
                    entry.Mode = mode;
                    if (!name.EndsWith('/'))
                    {
                        entry.DataStream = new MemoryStream(content);
                    }
                }),
                (name, target) => Write(TarEntryType.SymbolicLink, name, entry => entry.LinkName = target),
                (name, target) => Write(TarEntryType.HardLink, name, entry => entry.LinkName = target),
                (name, type) => Write((TarEntryType)type, name, _ => { })));

            void Write(TarEntryType type, string name, Action<TarEntry> set)
            {
                TarEntry entry = format == TarEntryFormat.Gnu ? new GnuTarEntry(type, name) : new PaxTarEntry(type, name);
                set(entry);
                tar.WriteEntry(entry);
            }
        }
        bytes.Position = 0;
        return bytes;
    }
}
