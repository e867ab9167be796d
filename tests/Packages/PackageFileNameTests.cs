using OctoLogin.Packages;

namespace OctoLogin.Tests.Packages;

public sealed class PackageFileNameTests
{
    [Theory]
    [InlineData("Acme.Web.1.2.3-rc.1+5.nupkg", "Acme.Web", "1.2.3-rc.1+5", ".nupkg")]
    [InlineData("Acme.Web.1.2.3.zip", "Acme.Web", "1.2.3", ".zip")]
    [InlineData("acme.1.zip", "acme", "1", ".zip")]
    [InlineData("acme-web.2024.11.20.3.tar.gz", "acme-web", "2024.11.20.3", ".tar.gz")]
    [InlineData("acme_web.1.0.0.TGZ", "acme_web", "1.0.0", ".tgz")]
    [InlineData("a.1.0.tar.bz2", "a", "1.0", ".tar.bz2")]
    [InlineData("a.1.0.tar", "a", "1.0", ".tar")]
    [InlineData("a.1.0.jar", "a", "1.0", ".jar")]
    [InlineData("a.1.0.war", "a", "1.0", ".war")]
    [InlineData("a.1.0.ear", "a", "1.0", ".ear")]
    // the Id ends where a version can begin first
    [InlineData("Acme.2.1.0.zip", "Acme", "2.1.0", ".zip")]
    [InlineData("Acme.2.1.0.0.0.zip", "Acme.2", "1.0.0.0", ".zip")]
    [InlineData("Acme.Net8.0.1.0.zip", "Acme.Net8", "0.1.0", ".zip")]
    [InlineData("Acme-1.0.0.zip", "Acme-1", "0.0", ".zip")]
    [InlineData("lib-2.1.0.0.zip", "lib-2", "1.0.0", ".zip")]
    [InlineData("Acme.1.0.0-beta.1.2.zip", "Acme", "1.0.0-beta.1.2", ".zip")]
    [InlineData("Acme.1.0.0-beta-2.zip", "Acme", "1.0.0-beta-2", ".zip")]
    [InlineData("Acme.1.0.0+sha.9f0.zip", "Acme", "1.0.0+sha.9f0", ".zip")]
    [InlineData("Acme.zip.1.0.zip", "Acme.zip", "1.0", ".zip")]
    [InlineData("Acme.20241120123456.1.zip", "Acme", "20241120123456.1", ".zip")]
    // folders
    [InlineData("/tmp/out/Acme.1.0.zip", "Acme", "1.0", ".zip")]
    [InlineData("""C:\out\Acme.1.0.zip""", "Acme", "1.0", ".zip")]
    public void Says(string file, string id, string version, string extension)
    {
        var name = PackageFileName.Parse(file, out var fault).ShouldNotBeNull(fault);
        (name.PackageId, name.Version.Text, name.Extension).ShouldBe((id, version, extension));
        fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "none of a package's extensions")]
    [InlineData("Acme.1.0", "none of a package's extensions")]
    [InlineData("Acme.1.0.gz", "none of a package's extensions")]
    [InlineData("Acme.1.0.zip/", "none of a package's extensions")]
    [InlineData(".zip", "has no version")]
    [InlineData("Acme.zip", "has no version")]
    [InlineData("1.0.zip.nupkg", "has no version")]
    [InlineData("Acme.v1.zip", "has no version")]
    [InlineData("Acme.1.0.0-.zip", "has no version")]
    [InlineData("Acme.latest.zip", "has no version")]
    [InlineData("1.0.zip", "'1' is not a package's Id")]
    [InlineData(".1.0.zip", "'' is not a package's Id")]
    [InlineData("Acme Web.1.0.zip", "'Acme Web' is not a package's Id")]
    [InlineData("Äcme.1.0.zip", "is not a package's Id")]
    [InlineData("-Acme.1.0.zip", "is not a package's Id")]
    [InlineData("Acme..1.0.zip", "is not a package's Id")]
    [InlineData("a\r\nb.1.0.zip", "is not a package's Id")]
    public void Is_no_name_of_a_package(string file, string fault)
    {
        PackageFileName.Parse(file, out var said).ShouldBeNull();
        said.ShouldNotBeNull().ShouldContain(fault);
        said.ShouldContain("A good name is Acme.Web.1.2.3.zip");
        said.ShouldNotContain("\n");
    }

    [Fact]
    public void An_Id_can_be_too_long()
    {
        PackageFileName.Parse(new string('a', PackageFileName.MostIdCharacters) + ".1.0.zip", out _).ShouldNotBeNull();
        PackageFileName.Parse(new string('a', PackageFileName.MostIdCharacters + 1) + ".1.0.zip", out var fault).ShouldBeNull();
        fault.ShouldBe("A package's Id may have at most 100 characters, not 101.");
    }
}
