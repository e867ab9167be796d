using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>Answers of something that is not the server: sign-in pages, proxies, other applications.</summary>
public sealed class WrongAnswerTests
{
    private const string SignInPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>::warning::x</body></html>";

    [Theory]
    [InlineData(200, SignInPage, "text/html", "answered 200 OK with text/html that begins '<!DOCTYPE html><html><head><title>Sign in</title>")]
    [InlineData(404, "", "text/plain", "answered 404 NotFound with an empty body.")]
    [InlineData(404, """{"error":"not_found","error_description":"No such page."}""", "application/json", "answered 404 NotFound: not_found: No such page.")]
    [InlineData(200, """{"hello":"world"}""", "application/json", "answered 200 OK with a JSON object with the members [hello].")]
    [InlineData(200, "[]", "application/json", "answered 200 OK with application/json that begins '[]'.")]
    public async Task Asks_whether_the_server_is_right_when_there_is_no_discovery_document(int status, string body, string type, string expected)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.DiscoveryAnswer = new FakeAnswer(status, body, type);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        var error = run.Errors.ShouldHaveSingleItem();
        error.ShouldContain(expected);
        error.ShouldContain($"is `server` right? It is '{job.Octopus.Url}'.");
        run.Commands.ShouldAllBe(command => command.Name == "add-mask" || command.Name == "error");
        job.GitHub.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"token_endpoint":"/token/v1"}""", "`token_endpoint` is /token/v1, which is not an https address")]
    [InlineData("""{"token_endpoint":"file:///etc/passwd"}""", "`token_endpoint` is file:///etc/passwd, which is not an https address")]
    [InlineData("""{"token_endpoint":7}""", "`token_endpoint` is 7")]
    public async Task Says_which_part_of_the_discovery_document_is_wrong(string document, string expected)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.DiscoveryAnswer = new FakeAnswer(200, document);

        (await job.Runner.RunAsync()).Errors.ShouldHaveSingleItem().ShouldContain(expected);
        job.GitHub.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(500, "<html>Oops</html>", "text/html", "answered 500 InternalServerError with text/html that begins '<html>Oops</html>'")]
    [InlineData(200, """{"token":"s3cr3t"}""", "application/json", "with a JSON object with the members [token].")]
    [InlineData(200, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzM2NyM3QtczNjcjN0LXMzY3IzdCJ9.c2ln", "text/plain", "with text/plain that begins '***'.")]
    [InlineData(200, """{"access_token":""}""", "application/json", "with a JSON object with the members [access_token].")]
    public async Task Describes_an_answer_that_is_neither_token_nor_error_without_its_secrets(int status, string body, string type, string expected)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = new FakeAnswer(status, body, type);

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain(expected);
        run.Visible.ShouldNotContain("s3cr3t");
        run.Visible.ShouldNotContain("eyJ");
        run.Env.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("abc\\nOCTOPUS_URL=https://evil.example")]
    [InlineData("abc def")]
    [InlineData("abc\\u0000")]
    public async Task Refuses_an_access_token_with_characters_that_no_token_has(string token)
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.ExchangeAnswer = new FakeAnswer(200, $$"""{"access_token":"{{token}}","expires_in":3600}""");

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("gave an access token with white space or characters that no token has");
        run.Visible.ShouldNotContain("abc");
        run.Env.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_of_command_characters_is_masked_and_handed_on_as_it_is()
    {
        await using var job = await ActionFixture.StartAsync();
        const string Token = "::add-mask::%0A%25octologin_<<OCTOPUS_URL=##[x]";
        job.Octopus.ExchangeAnswer = job.Octopus.Granted(new { access_token = Token });

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Masks[^1].ShouldBe(Token);
        run.Env["OCTOPUS_ACCESS_TOKEN"].ShouldBe(Token);
        run.Env["OCTOPUS_URL"].ShouldBe(job.Octopus.Url);
        run.Output["access_token"].ShouldBe(Token);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Does_not_carry_the_token_along_a_redirect(int status)
    {
        await using var job = await ActionFixture.StartAsync();
        await using var elsewhere = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, """{"access_token":"x"}"""));
        job.Octopus.ExchangeAnswer = new FakeAnswer(status).With("Location", elsewhere.Url + "/login?state=s3cr3t");

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        elsewhere.Requests.ShouldBeEmpty();
        run.Errors.ShouldHaveSingleItem().ShouldContain($"a redirect to {elsewhere.Url}/login. Redirects are not followed");
        run.Visible.ShouldNotContain("s3cr3t");
    }

    [Fact]
    public async Task Refuses_an_answer_of_endless_size()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Octopus.DiscoveryAnswer = new FakeAnswer(200, new string(' ', 1024 * 1024 + 1));

        (await job.Runner.RunAsync()).Errors.ShouldHaveSingleItem().ShouldContain("sent more than 1 MiB");
    }

    [Fact]
    public async Task Says_what_GitHub_answered_instead_of_an_ID_token()
    {
        await using var job = await ActionFixture.StartAsync();
        job.Runner.Environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "stale";

        var run = await job.Runner.RunAsync();

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldHaveSingleItem().ShouldContain("answered 401 Unauthorized with a JSON object with the members [message].");
    }
}
