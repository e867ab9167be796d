using Microsoft.Extensions.Configuration;
using OctoLogin.Packages;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Packages;

public sealed class PackageOptionsTests
{
    [Theory]
    [InlineData("Packages:MaxBytes", "1 GiB")]
    [InlineData("Packages:MaxBytes", "0")]
    [InlineData("Packages:MaxBytes", "-5")]
    [InlineData("Packages:RetentionDays", "0")]
    [InlineData("Packages:RetentionDays", "a month")]
    public void Says_what_is_wrong_with_a_setting(string name, string value)
    {
        var faults = new List<string>();
        PackageOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build(), faults);
        faults.ShouldHaveSingleItem().ShouldStartWith($"{name} is '{value}'; it must be a whole number of ");
    }

    [Fact]
    public async Task Limits_a_package_to_what_is_set()
    {
        await using var server = new ServerFixture { Settings = { ["Packages:MaxBytes"] = "3000000" } };
        await server.InitializeAsync();
        (await server.Admin.PushAsync("Acme.Most.1.0.0.zip", PackageFiles.Bytes(3_000_000))).ShouldBe(201);
        foreach (var tooLarge in new[] { 3_000_001, 3_500_000 })
        {
            (await server.Admin.PushAsync("Acme.Most.2.0.0.zip", PackageFiles.Bytes(tooLarge))).ShouldBeRefused(413, "at most 3000000 bytes", "Packages:MaxBytes");
        }
        // Without a length beforehand it is counted as it comes.
        using var chunked = new StreamContent(new ChunkedStream(PackageFiles.Bytes(3_500_000)));
        (await server.Admin.PushAsync("Acme.Most.2.0.0.zip", chunked)).ShouldBeRefused(413, "at most 3000000 bytes");
        (await server.Admin.SeeAsync($"{Api.Space}/packages")).Names("Version").ShouldBe(["1.0.0"]);
    }

    private sealed class ChunkedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
