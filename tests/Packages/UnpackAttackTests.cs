using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

/// <summary>Packages that were made to do harm when they are unpacked. Each is refused with a reason, and leaves the folder as it was.</summary>
public sealed class UnpackAttackTests : IDisposable
{
    private readonly TestDirectory outside = new();

    public void Dispose() => outside.Dispose();

    private string Inside => outside["inside"];

    [Theory]
    [InlineData("../evil.sh", "leads out of the folder")]
    [InlineData("a/../../evil.sh", "leads out of the folder")]
    [InlineData("a/..", "leads out of the folder")]
    [InlineData("""..\evil.sh""", "leads out of the folder")]
    [InlineData("""a\..\..\evil.sh""", "leads out of the folder")]
    [InlineData("/tmp/evil.sh", "absolute path")]
    [InlineData("//server/share/evil.sh", "absolute path")]
    [InlineData("""\\server\share\evil.sh""", "absolute path")]
    [InlineData("""\\.\PhysicalDrive0""", "absolute path or a device's")]
    [InlineData("""\\?\C:\evil.sh""", "absolute path or a device's")]
    [InlineData("C:/evil.sh", "absolute path or a device's")]
    [InlineData("""c:\evil.sh""", "absolute path or a device's")]
    [InlineData("C:evil.sh", "absolute path or a device's")]
    [InlineData("/dev/sda", "absolute path or a device's")]
    [InlineData("evil\n.sh", "characters in its name")]
    [InlineData("evil\u001b[2J.sh", "characters in its name")]
    public async Task Zip_slip_absolute_and_device_paths(string name, string why)
    {
        await ShouldRefuseAsync(TestArchives.Zip(Fill), ".zip", why);
        await ShouldRefuseAsync(TestArchives.Tar(true, Fill, TarEntryFormat.Gnu), ".tar.gz", why);

        void Fill(TestArchive made)
        {
            made.File("good.txt", [1]);
            made.File(name, [1]);
        }
    }

    [Fact]
    public async Task Zip_slip_in_the_encoding_of_NuGet() =>
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File("content/%2e%2e/%2e%2e/evil.sh", [1])), ".nupkg", "leads out of the folder");

    [Theory]
    [InlineData("link", "/etc/passwd")]
    [InlineData("link", "..")]
    [InlineData("link", "../outside")]
    [InlineData("a/link", "../../outside")]
    [InlineData("a/link", "x/../../../outside")]
    [InlineData("a/link", "x/..")]
    [InlineData("link", "")]
    [InlineData("link", """..\outside""")]
    public async Task Symlinks_out_of_the_folder(string name, string target)
    {
        await ShouldRefuseAsync(TestArchives.Zip(made => made.Link(name, target)), ".zip", "leads or may lead out of the folder");
        if (target.Length > 0)
        {
            await ShouldRefuseAsync(TestArchives.Tar(false, made => made.Link(name, target)), ".tar", "leads or may lead out of the folder");
        }
    }

    [Fact]
    public async Task Symlinks_that_lead_out_only_together()
    {
        // d/up is the folder itself, so d/up/.. is outside, though its text is not.
        await ShouldRefuseAsync(TestArchives.Tar(false, made =>
        {
            made.Link("d/up", "..");
            made.Link("e/out", "../d/up/../outside");
        }), ".tar", "'e/out'");
    }

    [Fact]
    public async Task Files_written_through_a_symlink()
    {
        foreach (var fill in new Action<TestArchive>[]
        {
            made => { made.Link("a", "b"); made.File("a/evil.sh", [1]); },
            made => { made.Link("a", "b"); made.File("a", [1]); },
            made => { made.File("a/evil.sh", [1]); made.Link("a", "b"); },
        })
        {
            await ShouldRefuseAsync(TestArchives.Zip(fill), ".zip", "'a' more than once");
            await ShouldRefuseAsync(TestArchives.Tar(true, fill), ".tgz", "'a' more than once");
        }
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("later")]
    [InlineData("folder")]
    [InlineData("link")]
    public async Task Hard_links_to_anything_but_a_file_before_it(string target)
    {
        File.WriteAllText(outside["secret"], "secret");
        await ShouldRefuseAsync(TestArchives.Tar(false, made =>
        {
            made.Folder("folder/");
            made.Link("link", "folder");
            made.HardLink("stolen", target);
            made.File("later", [1]);
        }), ".tar", target is "../secret" ? "leads out" : target is "/etc/passwd" ? "absolute" : "is no file before it");
    }

    [Theory]
    [InlineData(TarEntryType.CharacterDevice, 0x2000)]
    [InlineData(TarEntryType.BlockDevice, 0x6000)]
    [InlineData(TarEntryType.Fifo, 0x1000)]
    public async Task Devices_and_pipes(TarEntryType type, int unix)
    {
        await ShouldRefuseAsync(TestArchives.Tar(false, made => made.Special("dev", (int)type)), ".tar", "a device, a pipe");
        await ShouldRefuseAsync(TestArchives.Zip(made => made.Special("dev", unix)), ".zip", "a device, a pipe");
    }

    [Fact]
    public async Task Names_that_come_twice()
    {
        foreach (var (one, other) in new[] { ("a", "a"), ("a", "./a"), ("a/b", "a//b"), ("a", "a/b"), ("a/b", "a") })
        {
            await ShouldRefuseAsync(TestArchives.Tar(false, Fill), ".tar", "more than once");
            await ShouldRefuseAsync(TestArchives.Zip(Fill), ".zip", "more than once");

            void Fill(TestArchive made)
            {
                made.File(one, [1]);
                made.File(other, [2]);
            }
        }
    }

    [Fact]
    public async Task Names_that_no_file_system_takes()
    {
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File(new string('a', 256), [1])), ".zip", "too long");
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File(string.Join('/', Enumerable.Repeat("aaaaaaa", 200)), [1])), ".zip", "too long");
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File("./.", [1])), ".zip", "has no name");
    }

    [Fact]
    public async Task A_file_that_is_in_the_folder_already()
    {
        Directory.CreateDirectory(Inside);
        File.WriteAllText(Path.Combine(Inside, "bootstrap.sh"), "ours");
        File.CreateSymbolicLink(Path.Combine(Inside, "nowhere"), "/nowhere");
        foreach (var name in new[] { "bootstrap.sh", "bootstrap.sh/x", "nowhere" })
        {
            await ShouldRefuseAsync(TestArchives.Zip(made => { made.File("a", [1]); made.File(name, [1]); }), ".zip", "in the folder already");
        }
        File.ReadAllText(Path.Combine(Inside, "bootstrap.sh")).ShouldBe("ours");
    }

    [Fact]
    public async Task Bombs_of_bytes()
    {
        var zeros = new byte[3_000_000];
        var limits = new UnpackLimits { MostBytes = 2_000_000 };
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File("zeros", zeros)), ".zip", "more than 2000000 bytes", limits);
        await ShouldRefuseAsync(TestArchives.Tar(true, made => made.File("zeros", zeros)), ".tgz", "more than 2000000 bytes", limits);
        await ShouldRefuseAsync(TestArchives.Tar(true, made =>
        {
            made.File("zeros", zeros[..1_500_000]);
            made.HardLink("again", "zeros");
        }), ".tgz", "more than 2000000 bytes", limits);

        var ratio = new UnpackLimits { RatioFromBytes = 1_000_000, MostRatio = 50 };
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File("zeros", zeros)), ".zip", "more than 50 times", ratio);
        await ShouldRefuseAsync(TestArchives.Tar(true, made => made.File("zeros", zeros)), ".tgz", "more than 50 times", ratio);
    }

    [Fact]
    public async Task A_zip_that_lies_about_its_sizes()
    {
        // The directory says 5 bytes of what is 3,000,000: no more is taken than it says, and no more than the limit if more comes.
        var zip = TestArchives.Zip(made => made.File("zeros", new byte[3_000_000])).ToArray();
        var directory = zip.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(directory + 24), 5);
        Directory.CreateDirectory(Inside);
        await PackageArchive.ExtractAsync(new MemoryStream(zip), ".zip", Inside, new UnpackLimits { MostBytes = 100_000 }, TestContext.Current.CancellationToken);
        new FileInfo(Path.Combine(Inside, "zeros")).Length.ShouldBe(5);
    }

    [Fact]
    public async Task Bombs_of_entries()
    {
        var limits = new UnpackLimits { MostEntries = 50 };
        await ShouldRefuseAsync(TestArchives.Zip(Many), ".zip", "more than 50 files", limits);
        await ShouldRefuseAsync(TestArchives.Tar(true, Many), ".tgz", "more than 50 files", limits);
        // One entry, a hundred folders.
        await ShouldRefuseAsync(TestArchives.Zip(made => made.File(string.Join('/', Enumerable.Repeat("a", 100)), [1])), ".zip", "more than 50 files", limits);

        static void Many(TestArchive made)
        {
            for (var i = 0; i < 60; i++)
            {
                made.File($"{i}", []);
            }
        }
    }

    [Fact]
    public async Task A_zip_whose_end_hides_how_many_entries_it_has()
    {
        var zip = TestArchives.Zip(made => Enumerable.Range(0, 300).ToList().ForEach(i => made.File($"{i}", []))).ToArray();
        var end = zip.AsSpan().LastIndexOf("PK\x05\x06"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(end + 8), 0x00010001);
        await ShouldRefuseAsync(new MemoryStream(zip), ".zip", "more than 50 files", new UnpackLimits { MostEntries = 50 });

        // A zip64 record that nobody has to look at, before an end that leads to the real directory.
        byte[] record = [.. "PK\x06\x06"u8, .. new byte[52]], locator = [.. "PK\x06\x07"u8, .. new byte[16]];
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), end);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), end);
        await ShouldRefuseAsync(new MemoryStream([.. zip[..end], .. record, .. locator, .. zip[end..]]), ".zip", "more than 50 files", new UnpackLimits { MostEntries = 50 });
    }

    [Fact]
    public async Task A_tar_whose_header_wants_all_memory()
    {
        // Extended attributes of 500 MB, which .NET's reader would read at once.
        var header = new byte[512];
        "attributes"u8.CopyTo(header);
        Encoding.ASCII.GetBytes("0000644\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes($"{Convert.ToString(500_000_000, 8).PadLeft(11, '0')}\0").CopyTo(header, 124);
        Encoding.ASCII.GetBytes("00000000000\0").CopyTo(header, 136);
        header[156] = (byte)'x';
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        "        "u8.CopyTo(header.AsSpan(148));
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0')}\0 ").CopyTo(header, 148);
        var archive = new MemoryStream();
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(header);
            for (var i = 0; i < 500; i++)
            {
                gzip.Write(new byte[1_000_000]);
            }
        }
        archive.Position = 0;
        var before = Environment.WorkingSet;
        await ShouldRefuseAsync(archive, ".tar.gz", "a header of 500000000 bytes");
        Environment.WorkingSet.ShouldBeLessThan(before + 300_000_000);
    }

    [Theory]
    [InlineData(".tar.bz2")]
    [InlineData(".rar")]
    [InlineData(".7z")]
    public async Task Kinds_that_cannot_be_unpacked_here(string extension) =>
        await ShouldRefuseAsync(new MemoryStream([1, 2, 3]), extension, $"A {extension} file is stored and can be downloaded, but not unpacked");

    [Theory]
    [InlineData(".zip")]
    [InlineData(".nupkg")]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    public async Task Bytes_that_are_no_archive_or_half_of_one(string extension)
    {
        await ShouldRefuseAsync(new MemoryStream(PackageFiles.Bytes(100_000)), extension, "or it is damaged");
        var whole = extension[1] == 't' ? TestArchives.Tar(extension != ".tar", Fill).ToArray() : TestArchives.Zip(Fill).ToArray();
        await ShouldRefuseAsync(new MemoryStream(whole[..(whole.Length / 2)]), extension, "or it is damaged");

        static void Fill(TestArchive made)
        {
            made.File("a", [1]);
            made.File("b", PackageFiles.Bytes(50_000));
        }
    }

    [Theory]
    [InlineData(".zip")]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    public async Task Any_archive_with_changed_bytes_is_unpacked_inside_or_refused(string extension)
    {
        var whole = extension[1] == 't' ? TestArchives.Tar(extension != ".tar", Fill).ToArray() : TestArchives.Zip(Fill).ToArray();
        File.WriteAllText(outside["secret"], "secret");
        var random = new Random(42);
        for (var round = 0; round < 400; round++)
        {
            var changed = whole.ToArray();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }
            Directory.CreateDirectory(Inside);
            try
            {
                await PackageArchive.ExtractAsync(new MemoryStream(changed), extension, Inside, new UnpackLimits { MostBytes = 1_000_000 }, TestContext.Current.CancellationToken);
            }
            catch (UnpackException)
            {
                Directory.GetFileSystemEntries(Inside).ShouldBeEmpty();
            }
            Directory.GetFileSystemEntries(outside.Path).Length.ShouldBe(2);
            Directory.Delete(Inside, recursive: true);
        }

        static void Fill(TestArchive made)
        {
            made.File("a/first", Encoding.ASCII.GetBytes(new string('x', 500)));
            made.Link("a/link", "../b");
            made.Folder("c/");
            made.File("b", PackageFiles.Bytes(300));
        }
    }

    private async Task ShouldRefuseAsync(MemoryStream archive, string extension, string why, UnpackLimits? limits = null)
    {
        Directory.CreateDirectory(Inside);
        string[] Seen() => [.. Directory.GetFileSystemEntries(outside.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var before = Seen();
        var refused = await Should.ThrowAsync<UnpackException>(() => PackageArchive.ExtractAsync(archive, extension, Inside, limits ?? new UnpackLimits(), TestContext.Current.CancellationToken));
        refused.Message.ShouldContain(why);
        refused.Message.ShouldNotContain("\n");
        Seen().ShouldBe(before);
    }
}
