using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>A workflow run as GitHub's runner does it, against the real server: the first step logs in, the next one uses it.</summary>
public sealed class WorkflowTests(ServerFixture server, ActionImage image) : IClassFixture<ServerFixture>
{
    public static TheoryData<StartedAs> Starts => [StartedAs.Program, StartedAs.Container];

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task The_job_logs_in_the_next_step_works_and_the_token_ends_with_the_job(StartedAs how)
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience, await ImageAsync(how));

        var login = await job.Step.RunAsync();

        login.ExitCode.ShouldBe(0, login.ToString());
        var accessToken = login.Env["OCTOPUS_ACCESS_TOKEN"];
        login.Env.ShouldBe(new Dictionary<string, string> { ["OCTOPUS_URL"] = server.Url, ["OCTOPUS_ACCESS_TOKEN"] = accessToken }, ignoreOrder: true);
        login.Output.ShouldBe(new Dictionary<string, string> { ["server"] = server.Url, ["access_token"] = accessToken }, ignoreOrder: true);
        login.Warnings.ShouldBeEmpty();
        login.Summary.ShouldBeEmpty();
        job.ShouldLeakNothing(login);
        using var next = new NextStep(login);
        await next.ShouldWorkAsAsync(id);

        var post = await job.Step.RunPostAsync(login);

        post.ExitCode.ShouldBe(0, post.ToString());
        post.Lines[^1].ShouldBe("The access token is revoked.");
        await next.ShouldBeRefusedAsync();
        (await server.CategoriesOfAsync(id)).ShouldBe(["TokenIssued", "TokenRevoked"]);
        job.ShouldLeakNothing(post);
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task A_job_without_id_token_write_is_told_so_before_the_server_hears_of_it(StartedAs how)
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience, await ImageAsync(how));
        job.Step.Environment.Remove("ACTIONS_ID_TOKEN_REQUEST_URL");
        job.Step.Environment.Remove("ACTIONS_ID_TOKEN_REQUEST_TOKEN");

        var login = await job.Step.RunAsync();

        login.ExitCode.ShouldBe(1);
        login.Errors.ShouldHaveSingleItem().ShouldContain("permissions:\n  id-token: write");
        login.Summary.ShouldContain("id-token: write");
        login.Env.ShouldBeEmpty();
        (await server.CategoriesOfAsync(id)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task With_an_API_key_the_next_step_is_the_account_and_the_key_outlives_the_job(StartedAs how)
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        var key = (await ServerFixture.PostAsync(server.Admin, $"/api/users/{id}/apikeys", new { Purpose = "CI" })).GetProperty("ApiKey").GetString()!;
        await using var job = await Workflow.StartAsync(server, audience, await ImageAsync(how));
        job.Step.Inputs["service_account_id"] = "";
        job.Step.Inputs["api_key"] = key;

        var login = await job.Step.RunAsync();

        login.ExitCode.ShouldBe(0, login.ToString());
        login.Env.ShouldBe(new Dictionary<string, string> { ["OCTOPUS_URL"] = server.Url, ["OCTOPUS_API_KEY"] = key }, ignoreOrder: true);
        login.Visible.ShouldNotContain(key);
        (await job.Step.RunPostAsync(login)).Lines.ShouldBeEmpty();
        using var next = new NextStep(login);
        await next.ShouldWorkAsAsync(id);
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task An_outage_of_the_issuer_is_waited_out_with_a_fresh_ID_token(StartedAs how)
    {
        await using var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        var outage = 1;
        fixture.GitHub.Discovery = () =>
        {
            fixture.GitHub.Discovery = null;
            return new FakeAnswer(500, $"outage {outage++}", "text/plain");
        };
        var (id, audience) = await fixture.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(fixture, audience, await ImageAsync(how));

        var login = await job.Step.RunAsync();

        login.ExitCode.ShouldBe(0, login.ToString());
        var waited = login.Lines.Single(line => line.Contains("Trying again", StringComparison.Ordinal));
        waited.ShouldStartWith($"The token endpoint {fixture.Url}/token/v1 answered 503 ServiceUnavailable (temporarily_unavailable: The keys of issuer {GitHubClaims.Issuer} cannot be fetched now");
        // Not sooner than the server's Retry-After says.
        login.Duration.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
        job.IdTokens.Distinct().Count().ShouldBe(2);
        using var next = new NextStep(login);
        await next.ShouldWorkAsAsync(id);
        (await fixture.CategoriesOfAsync(id)).ShouldBe(["TokenRefused", "TokenIssued"]);
        job.ShouldLeakNothing(login);
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task A_server_behind_https_is_trusted_by_the_CA_of_SSL_CERT_FILE(StartedAs how)
    {
        await using var fixture = new ServerFixture();
        using var certificate = fixture.Certificates.ForHosts("localhost");
        await using var proxy = await TlsProxy.StartAsync(certificate);
        fixture.Settings["ServerUri"] = proxy.Url;
        await fixture.InitializeAsync();
        proxy.Target = new Uri(fixture.Url);
        var (id, audience) = await fixture.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(fixture, audience, await ImageAsync(how), Path.GetDirectoryName(fixture.Certificates.CaFile));
        job.Step.Inputs["server"] = proxy.Url;

        var distrusting = await job.Step.RunAsync();
        job.Step.Environment["SSL_CERT_FILE"] = how == StartedAs.Container ? "/github/workspace/ca.pem" : fixture.Certificates.CaFile;
        var login = await job.Step.RunAsync();
        var post = await job.Step.RunPostAsync(login);

        distrusting.ExitCode.ShouldBe(1);
        distrusting.Errors.ShouldHaveSingleItem().ShouldContain("cannot be trusted");
        login.ExitCode.ShouldBe(0, login.ToString());
        login.Env["OCTOPUS_URL"].ShouldBe(proxy.Url);
        login.Warnings.ShouldBeEmpty();
        post.Lines[^1].ShouldBe("The access token is revoked.");
        (await fixture.CategoriesOfAsync(id)).ShouldBe(["TokenIssued", "TokenRevoked"]);
    }

    [Fact]
    public async Task The_token_lives_on_with_revoke_false()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["revoke"] = "false";

        var login = await job.Step.RunAsync();
        var post = await job.Step.RunPostAsync(login);

        post.Lines.ShouldBeEmpty();
        using var next = new NextStep(login);
        await next.ShouldWorkAsAsync(id);
    }

    [Fact]
    public async Task Slashes_at_the_end_of_server_change_nothing()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["server"] = server.Url + "///";

        var login = await job.Step.RunAsync();

        login.ExitCode.ShouldBe(0, login.ToString());
        login.Env["OCTOPUS_URL"].ShouldBe(server.Url);
        using var next = new NextStep(login);
        await next.ShouldWorkAsAsync(id);
    }

    private async Task<string?> ImageAsync(StartedAs how) => how == StartedAs.Container ? await image.GetAsync() : null;
}
