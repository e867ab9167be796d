using OctoLogin.Access;

namespace OctoLogin.Tests.SignIn;

public sealed class SameOriginTests
{
    [Theory]
    [InlineData("Same", "same-origin", null)]
    [InlineData("Same", "none", null)]
    [InlineData("Same", "same-origin", "https://octologin.example.com")]
    [InlineData("Same", null, "https://octologin.example.com")]
    [InlineData("Same", null, "https://OctoLogin.example.com:443")]
    [InlineData("Same", null, "http://10.0.0.5:8065")]
    [InlineData("Other", "cross-site", "https://octologin.example.com")]
    [InlineData("Other", "same-site", null)]
    [InlineData("Other", "SAME-ORIGIN, cross-site", null)]
    [InlineData("Other", null, "https://evil.example")]
    [InlineData("Other", null, "https://octologin.example.com.evil.example")]
    [InlineData("Other", null, "https://octologin.example.com:8443")]
    [InlineData("Other", null, "http://octologin.example.com")]
    [InlineData("Other", null, "http://10.0.0.5:9000")]
    [InlineData("Other", null, "null")]
    [InlineData("Other", null, "file://")]
    [InlineData("Other", null, "https://a@octologin.example.com")]
    [InlineData("Untold", null, null)]
    [InlineData("Untold", "", "")]
    public void A_request_comes_from_a_page_of_this_server_or_it_does_not(string expected, string? site, string? origin) =>
        SameOrigin.Of(site, origin, "http://10.0.0.5:8065", "https://octologin.example.com").ToString().ShouldBe(expected);
}
