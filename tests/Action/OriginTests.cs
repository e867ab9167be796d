using OctoLogin.Action;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>Tokens go to the origin that the workflow names, whatever a discovery document says.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData("https://o.example", "https://o.example/token/v1", "https://o.example", "https://o.example/token/v1")]
    [InlineData("https://o.example", "https://o.example:443/token/v1", "https://o.example", "https://o.example/token/v1")]
    [InlineData("https://O.example/octo", "https://o.example/token/v1", "https://o.example", "https://o.example/token/v1")]
    [InlineData("http://o.example", "https://o.example/token/v1", "https://o.example", "https://o.example/token/v1")]   // an upgrade
    [InlineData("http://o.example:8080", "https://o.example/token/v1", "https://o.example", "https://o.example/token/v1")]
    [InlineData("https://o.example", "http://o.example/token/v1", "http://o.example", "https://o.example/token/v1")]   // never a downgrade
    [InlineData("https://o.example", "https://evil.example/token/v1", "https://evil.example", "https://o.example/token/v1")]
    [InlineData("https://o.example", "https://o.example.evil.example/token/v1", null, "https://o.example/token/v1")]
    [InlineData("https://o.example", "https://o.example@evil.example/token/v1", null, "https://o.example/token/v1")]
    [InlineData("https://o.example", "https://o.example:8443/token/v1", "https://o.example:8443", "https://o.example/token/v1")]
    [InlineData("https://proxy.example/octo", "https://inside.example/token/v1", "https://inside.example/", "https://proxy.example/octo/token/v1")]
    [InlineData("https://proxy.example", "https://inside.example/octo/token/v1", "https://inside.example/octo", "https://proxy.example/token/v1")]
    [InlineData("https://proxy.example", "https://inside.example/octo/token/v1", "https://other.example", "https://proxy.example/octo/token/v1")]
    [InlineData("https://o.example", "https://inside.example/@evil.example/", "https://inside.example", "https://o.example/@evil.example/")]
    public void A_token_goes_only_to_the_origin_of_the_server(string server, string endpoint, string? issuer, string expected) =>
        ServerUrl.Parse(server, [])!.Own(new Uri(endpoint), issuer).AbsoluteUri.ShouldBe(expected);

    [Fact]
    public async Task Warns_and_uses_the_same_path_when_the_server_knows_itself_by_another_name()
    {
        await using var job = await ActionFixture.StartAsync();
        await using var elsewhere = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, """{"access_token":"stolen"}"""));
        job.Octopus.ServerUri = elsewhere.Url;

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        elsewhere.Requests.ShouldBeEmpty();
        run.Warnings.ShouldHaveSingleItem().ShouldContain($"its token endpoint is {elsewhere.Url}/token/v1, on another origin");
        run.Env["OCTOPUS_ACCESS_TOKEN"].ShouldBe(job.Octopus.AccessToken);
        run.State["revocation_endpoint"].ShouldBe(job.Octopus.Url + "/token/v1/revoke");
    }
}
