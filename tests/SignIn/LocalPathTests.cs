using OctoLogin.SignIn;

namespace OctoLogin.Tests.SignIn;

public sealed class LocalPathTests
{
    [Theory]
    [InlineData("/app/releases")]
    [InlineData("/app")]
    [InlineData("/")]
    [InlineData("/app/events?from=2025-01-01&user=//x")]
    [InlineData("/app#/Spaces-1/projects")]
    [InlineData("/app/caf%C3%A9")]
    public void A_path_of_this_server_is_followed(string wanted) => LocalPath.OrHome(wanted).ShouldBe(wanted);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/%2fevil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("/%255cevil.example")]
    [InlineData("/app//evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("https://evil.example/app")]
    [InlineData("https:evil.example")]
    [InlineData("http:/evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData(" //evil.example")]
    [InlineData("/app\r\nSet-Cookie: a=b")]
    [InlineData("/%0d%0aSet-Cookie:a=b")]
    [InlineData("@evil.example")]
    [InlineData("app/releases")]
    [InlineData("/．evil")]
    public void Anything_else_leads_home(string? wanted) => LocalPath.OrHome(wanted).ShouldBe("/app");

    [Fact]
    public void An_address_without_end_leads_home() => LocalPath.OrHome("/" + new string('a', 5000)).ShouldBe("/app");
}
