using Microsoft.Extensions.Configuration;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Tests.OpenIdProvider;

public sealed class IssuerOptionsTests
{
    [Theory]
    [InlineData("https://octologin.example.com", null)]
    [InlineData("https://octologin.example.com/", null)]
    [InlineData("https://example.com/octologin", null)]
    [InlineData(null, "ServerUri is not set, and http://localhost:8065 is only where this server listens;")]
    [InlineData("http://octologin.example.com", "ServerUri is http://octologin.example.com, which is not https;")]
    [InlineData("https://OctoLogin.example.com", "ServerUri is https://OctoLogin.example.com, which has capital letters;")]
    [InlineData("https://octologin.example.com:8443", "ServerUri is https://octologin.example.com:8443, which has a port;")]
    [InlineData("https://octologin.example.com:443", "ServerUri is https://octologin.example.com:443, which has a port;")]
    [InlineData("https://bücher.example.com", "ServerUri is https://bücher.example.com, which has letters beyond ASCII (write the host name in its xn-- form);")]
    public void It_says_why_no_cloud_can_take_the_ServerUri(string? serverUri, string? fault)
    {
        var options = Read(serverUri, null, out var faults);
        faults.ShouldBeEmpty("for CI alone it does");
        options.CloudFault.ShouldBe(fault is null ? null
            : $"{fault} clouds trust an issuer only by an https URL in lower case without port or query, such as ServerUri=https://octologin.example.com.");
    }

    [Fact]
    public void The_host_name_is_the_audience_for_AWS() => Read("https://octologin.example.com/", null, out _).HostName.ShouldBe("octologin.example.com");

    [Theory]
    [InlineData(null, 2048)]
    [InlineData("3072", 3072)]
    [InlineData("1024", null)]
    [InlineData("4096", null)]
    [InlineData("many", null)]
    public void RSA_keys_have_a_size_that_every_cloud_takes(string? setting, int? bits)
    {
        var options = Read("https://octologin.example.com", setting, out var faults);
        if (bits is not null)
        {
            faults.ShouldBeEmpty();
            options.RsaBits.ShouldBe(bits.Value);
        }
        else
        {
            faults.ShouldHaveSingleItem().ShouldBe($"SigningKeys:RsaBits is '{setting}'; it must be 2048 or 3072: AWS, Entra and Google all take keys of these sizes.");
        }
    }

    [Fact]
    public void A_key_has_the_size_that_was_set()
    {
        var jwk = System.Text.Json.JsonDocument.Parse(KeyPair.Generate(SigningKeyUse.IdTokens, 3072).PublicJwk).RootElement;
        OctoLogin.Jose.VerificationKey.Read(jwk).RsaBits.ShouldBe(3072);
    }

    private static IssuerOptions Read(string? serverUri, string? bits, out List<string> faults) =>
        IssuerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ServerUri"] = serverUri, ["SigningKeys:RsaBits"] = bits }).Build(), faults = []);
}
