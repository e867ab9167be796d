using System.Web;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>The post step: the token stops working with the job, and no job fails for want of that.</summary>
public sealed class RevocationTests
{
    [Fact]
    public async Task Revokes_the_access_token_after_the_job()
    {
        await using var job = await ActionFixture.StartAsync();
        var main = await job.Runner.RunAsync();

        var post = await job.Runner.RunPostAsync(main);

        post.ExitCode.ShouldBe(0);
        var request = job.Octopus.To("/token/v1/revoke").ShouldHaveSingleItem();
        request.Headers["Content-Type"].ShouldStartWith("application/x-www-form-urlencoded");
        var form = HttpUtility.ParseQueryString(request.Body);
        form["token"].ShouldBe(job.Octopus.AccessToken);
        form["token_type_hint"].ShouldBe("access_token");
        post.Lines.ShouldBe(["::add-mask::" + job.Octopus.AccessToken, "The access token is revoked."]);
        job.GitHub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Is_silent_where_the_server_has_no_revocation_endpoint()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.CanRevoke = false;
        var main = await job.Runner.RunAsync();

        var post = await job.Runner.RunPostAsync(main);

        main.State.ShouldBeEmpty();
        main.StandardOutput.ShouldNotContain("revoked");
        post.ExitCode.ShouldBe(0);
        post.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Leaves_the_token_alone_with_revoke_false()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Inputs["revoke"] = "false";
        var main = await job.Runner.RunAsync();

        var post = await job.Runner.RunPostAsync(main);

        post.Lines.ShouldBeEmpty();
        job.Octopus.To("/token/v1/revoke").ShouldBeEmpty();
    }

    [Fact]
    public async Task Does_nothing_after_a_login_that_failed()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("No.");
        var main = await job.Runner.RunAsync();

        var post = await job.Runner.RunPostAsync(main);

        post.ExitCode.ShouldBe(0);
        post.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(400, "invalid_request: No.")]
    [InlineData(401, "invalid_request: No.")]
    [InlineData(503, "Gave up after 10 tries")]
    public async Task Warns_when_the_server_does_not_revoke(int status, string expected)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.RevocationAnswer = FakeOctopusServer.Refused("No.", status: status).With("Retry-After", "0");
        var main = await job.Runner.RunAsync();

        var post = await job.Runner.RunPostAsync(main);

        post.ExitCode.ShouldBe(0);
        post.Errors.ShouldBeEmpty();
        post.Warnings.ShouldHaveSingleItem().ShouldStartWith("The access token was not revoked; it works until it expires.");
        post.Warnings[0].ShouldContain(expected);
        job.ShouldLeakNothing(post);
    }
}
