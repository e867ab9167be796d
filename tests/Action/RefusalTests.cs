using System.Net;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>A refused login must tell the person who reads the log what to register, and nobody anything secret.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task Shows_the_servers_description_and_the_claims_to_register()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("No identity matches: the subject differs. Register it under OpenID Connect. [c-42]").With("X-Correlation-Id", "c-42");

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        var error = run.Errors.ShouldHaveSingleItem();
        error.ShouldStartWith("The server refused the login. invalid_request: No identity matches: the subject differs. Register it under OpenID Connect. [c-42]\n");
        foreach (var (name, value) in Claims)
        {
            error.ShouldContain($"\n  {name}: {value}");
            run.Summary.ShouldContain($"<tr><td><code>{name}</code></td><td><code>{value}</code></td></tr>");
        }
        run.Summary.ShouldContain("the subject differs");
        error.ShouldNotContain("jti");
        run.Env.ShouldBeEmpty();
        run.Output.ShouldBeEmpty();
        run.State.ShouldBeEmpty();
        job.Octopus.Exchanges.Count.ShouldBe(1);
        job.ShouldLeakNothing(run);
    }

    [Fact]
    public async Task Adds_the_correlation_id_where_the_description_lacks_it()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("No.").With("X-Correlation-Id", "c-42");

        (await job.Runner.RunAsync()).Errors.Single().ShouldStartWith("The server refused the login. invalid_request: No. (correlation id c-42)\n");
    }

    [Theory]
    [InlineData(400, """{"ErrorMessage":"There was a problem with your request.","Errors":["The subject is unknown.","Try again."]}""", "The subject is unknown. Try again.")]
    [InlineData(401, """{"ErrorMessage":"You must be logged in."}""", "You must be logged in.")]
    [InlineData(400, """{"error":"invalid_grant"}""", "invalid_grant")]
    [InlineData(200, """{"error":"invalid_request","error_description":"No, with status 200."}""", "invalid_request: No, with status 200.")]
    [InlineData(400, """{"error":{"nested":true},"error_description":7,"ErrorMessage":"Odd shapes."}""", "Odd shapes.")]
    public async Task Understands_the_errors_of_Octopus_and_of_OAuth(int status, string body, string expected)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = new FakeAnswer(status, body);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldStartWith($"The server refused the login. {expected}\n");
        run.Summary.ShouldContain("repo:octo-org/hello-octopus:ref:refs/heads/main");
    }

    [Fact]
    public async Task Shows_an_audience_list_and_custom_properties_but_no_claim_that_cannot_be_registered()
    {
        await using var job = await ActionFixture.StartAsync();
        job.IdTokenFor = _ => JobToken.For("unused", more: new { aud = new[] { "one", "two" }, repo_property_tier = "gold", secret_thing = "do-not-show" });
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("No.");

        var run = await job.Runner.RunAsync();

        run.Errors[0].ShouldContain("\n  aud: one, two");
        run.Errors[0].ShouldContain("\n  repo_property_tier: gold");
        run.Visible.ShouldNotContain("do-not-show");
    }

    [Fact]
    public async Task Says_no_without_claims_when_the_ID_token_is_no_JWT()
    {
        await using var job = await ActionFixture.StartAsync();
        job.IdTokenFor = _ => "not-a-jwt-but-a-secret-all-the-same";
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused("The subject token is not a JWT.");

        var run = await job.Runner.RunAsync();

        run.Errors.ShouldHaveSingleItem().ShouldBe("The server refused the login. invalid_request: The subject token is not a JWT.");
        run.Visible.ShouldNotContain("not-a-jwt-but");
    }

    [Fact]
    public async Task A_server_that_repeats_the_token_does_not_leak_it()
    {
        await using var job = await ActionFixture.StartAsync();
        var idToken = JobToken.For(ActionFixture.ServiceAccountId);
        job.IdTokenFor = _ => idToken;
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused($"Bad token {idToken}, its signature {JobToken.Signature(idToken)} and your {job.GitHub.RequestToken}.");

        var run = await job.Runner.RunAsync();

        run.Errors.Single().ShouldContain("Bad token ***, its signature *** and your ***.");
        job.ShouldLeakNothing(run);
    }

    [Theory]
    [InlineData("a\n::set-env name=X::1")]
    [InlineData("a\r::add-mask::e")]
    [InlineData("::stop-commands::x")]
    [InlineData("##[add-mask]e")]
    [InlineData("50%0A::warning::x %25")]
    [InlineData("a\u2028::warning::x\u0085::warning::y")]
    public async Task Text_of_the_server_cannot_give_the_runner_commands(string hostile)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.First.Enqueue(FakeOctopusServer.Refused(hostile, hostile, 503).With("Retry-After", "0"));
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused(hostile, hostile);

        var run = await job.Runner.RunAsync();

        run.Commands.Select(command => command.Name).Distinct().ShouldBe(["add-mask", "error"], ignoreOrder: true);
        run.Masks.ShouldBe([job.GitHub.RequestToken, .. job.IdTokens]);
        run.Commands.Single(command => command.Name == "error").Properties.ShouldBe("title=OctoLogin");
    }

    [Fact]
    public async Task Text_of_others_cannot_shape_the_summary()
    {
        await using var job = await ActionFixture.StartAsync();
        const string Hostile = "</code></td></table>\n\n<img src=x onerror=alert(1)> [click](https://evil.example) | **bold** `x`";
        job.IdTokenFor = audience => JobToken.For(audience, subject: Hostile);
        job.Octopus.ExchangeAnswer = FakeOctopusServer.Refused(Hostile);

        var run = await job.Runner.RunAsync();

        run.Summary.ShouldNotContain("<img");
        // Inside blocks of HTML, which end at an empty line, Markdown is text.
        foreach (var block in run.Summary.Split("\n\n").Where(block => block.Contains("evil.example", StringComparison.Ordinal)))
        {
            (block.StartsWith("<p>", StringComparison.Ordinal) || block.StartsWith("<table>", StringComparison.Ordinal)).ShouldBeTrue(block);
        }
        WebUtility.HtmlDecode(run.Summary).ShouldContain("<img src=x onerror=alert(1)>");
    }

    private static (string, string)[] Claims =>
    [
        ("iss", "https://token.actions.githubusercontent.com"), ("sub", "repo:octo-org/hello-octopus:ref:refs/heads/main"), ("aud", ActionFixture.ServiceAccountId),
        ("ref", "refs/heads/main"), ("environment", "production"), ("repository", "octo-org/hello-octopus"), ("repository_id", "74"), ("repository_owner_id", "65"),
        ("event_name", "push"), ("job_workflow_ref", "octo-org/hello-octopus/.github/workflows/deploy.yml@refs/heads/main"),
        ("workflow_ref", "octo-org/hello-octopus/.github/workflows/deploy.yml@refs/heads/main"), ("runner_environment", "github-hosted"),
    ];
}
