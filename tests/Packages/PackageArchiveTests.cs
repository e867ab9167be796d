using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

public sealed class PackageArchiveTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly TestDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(".zip")]
    [InlineData(".jar")]
    [InlineData(".war")]
    [InlineData(".ear")]
    [InlineData(".nupkg")]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    [InlineData(".TGZ")]
    public async Task Unpacks_files_folders_modes_and_links_inside(string extension)
    {
        var large = PackageFiles.Bytes(3_000_000);
        var archive = extension.Contains('t', StringComparison.OrdinalIgnoreCase) ? TestArchives.Tar(extension != ".tar", Fill) : TestArchives.Zip(Fill);
        await File.WriteAllTextAsync(folder["there.txt"], "before");
        await PackageArchive.ExtractAsync(archive, extension, folder.Path, new UnpackLimits(), TestContext.Current.CancellationToken);

        File.ReadAllText(folder["deploy.sh"]).ShouldBe("#!/bin/sh");
        File.GetUnixFileMode(folder["deploy.sh"]).ShouldBe(Executable);
        File.ReadAllBytes(folder["bin/lib/large.bin"]).ShouldBe(large);
        File.ReadAllText(folder["bin/tool"]).ShouldBe("#!/bin/sh", "by the link");
        new FileInfo(folder["bin/tool"]).LinkTarget.ShouldBe("../deploy.sh");
        Directory.Exists(folder["empty"]).ShouldBeTrue();
        File.ReadAllText(folder["there.txt"]).ShouldBe("before");
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["bin", "deploy.sh", "empty", "there.txt"]);

        void Fill(TestArchive made)
        {
            made.File("./deploy.sh", "#!/bin/sh"u8.ToArray(), Executable);
            made.File("bin/lib/large.bin", large);
            made.Link("bin/tool", "../deploy.sh");
            made.Folder("empty/");
        }
    }

    [Fact]
    public async Task Takes_setuid_setgid_sticky_and_others_write_away()
    {
        const UnixFileMode All = (UnixFileMode)0xFFF;
        foreach (var (extension, archive) in new[] { (".zip", TestArchives.Zip(Fill)), (".tar", TestArchives.Tar(false, Fill)) })
        {
            var place = Directory.CreateDirectory(folder[extension[1..]]).FullName;
            await PackageArchive.ExtractAsync(archive, extension, place, new UnpackLimits(), TestContext.Current.CancellationToken);
            File.GetUnixFileMode(Path.Combine(place, "all")).ShouldBe((UnixFileMode)0b111_101_101);
            File.GetUnixFileMode(Path.Combine(place, "none")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        static void Fill(TestArchive made)
        {
            made.File("all", [1], All);
            made.File("none", [1], UnixFileMode.OtherWrite);
        }
    }

    [Fact]
    public async Task Leaves_out_what_NuGet_adds_and_decodes_its_names()
    {
        var archive = TestArchives.Zip(made =>
        {
            made.File("[Content_Types].xml", [1]);
            made.File("_rels/.rels", [1]);
            made.File("package/services/metadata/core-properties/1.psmdcp", [1]);
            made.File("Acme.Web.nuspec", [1]);
            made.File("content/a%20file.txt", [1]);
        });
        await PackageArchive.ExtractAsync(archive, ".nupkg", folder.Path, new UnpackLimits(), TestContext.Current.CancellationToken);
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder.Path, file)).Order(StringComparer.Ordinal)
            .ShouldBe(["Acme.Web.nuspec", "content/a file.txt"]);
    }

    [Fact]
    public async Task Takes_the_backslashes_of_a_zip_from_Windows_for_separators()
    {
        var archive = TestArchives.Zip(made => made.File("""bin\lib\a.dll""", [7]));
        await PackageArchive.ExtractAsync(archive, ".zip", folder.Path, new UnpackLimits(), TestContext.Current.CancellationToken);
        File.ReadAllBytes(folder["bin/lib/a.dll"]).ShouldBe([7]);
    }

    [Fact]
    public async Task Makes_a_second_file_of_a_hard_link_inside()
    {
        var archive = TestArchives.Tar(true, made =>
        {
            made.File("a/first", "text"u8.ToArray());
            made.HardLink("b/second", "a/first");
        });
        await PackageArchive.ExtractAsync(archive, ".tgz", folder.Path, new UnpackLimits(), TestContext.Current.CancellationToken);
        File.WriteAllText(folder["b/second"], "changed");
        File.ReadAllText(folder["a/first"]).ShouldBe("text");
    }

    [Fact]
    public async Task Takes_long_names_of_every_tar()
    {
        var name = $"{string.Join('/', Enumerable.Repeat("a-name-of-thirty-characters-xx", 9))}/{new string('z', 200)}";
        foreach (var format in new[] { TarEntryFormat.Pax, TarEntryFormat.Gnu })
        {
            var place = Directory.CreateDirectory(folder[format.ToString()]).FullName;
            var archive = TestArchives.Tar(true, made => made.File(name, [1]), format);
            await PackageArchive.ExtractAsync(archive, ".tar.gz", place, new UnpackLimits(), TestContext.Current.CancellationToken);
            File.ReadAllBytes(Path.Combine(place, name)).ShouldBe([1]);
        }
    }

    [Fact]
    public async Task Unpacks_what_is_in_the_feed()
    {
        await using var server = new ServerFixture();
        await server.InitializeAsync();
        var archive = TestArchives.Zip(made =>
        {
            made.File("large.bin", PackageFiles.Bytes(5_000_000));
            made.File("small.txt", Encoding.UTF8.GetBytes("small"));
        });
        await server.MakePackageAsync("Acme.Files.1.0.0.zip", archive.ToArray());
        var package = await server.Services.GetRequiredService<PackageStore>().FindAsync("Spaces-1", "acme.files", "1.0.0", TestContext.Current.CancellationToken);
        await using var stream = new PackageStream(server.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), package!);
        await PackageArchive.ExtractAsync(stream, package!.FileExtension, folder.Path, new UnpackLimits(), TestContext.Current.CancellationToken);
        File.ReadAllBytes(folder["large.bin"]).ShouldBe(PackageFiles.Bytes(5_000_000));
        File.ReadAllText(folder["small.txt"]).ShouldBe("small");
    }
}
