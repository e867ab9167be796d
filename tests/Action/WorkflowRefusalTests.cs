using System.Net;
using System.Text.RegularExpressions;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Action;

/// <summary>A job that the real server refuses: its log and summary are enough to mend it.</summary>
public sealed partial class WorkflowRefusalTests(ServerFixture server, ActionImage image) : IClassFixture<ServerFixture>
{
    public static TheoryData<StartedAs> Starts => [StartedAs.Program, StartedAs.Container];

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task Registering_exactly_what_the_summary_shows_makes_the_next_run_succeed(StartedAs how)
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience, how == StartedAs.Container ? await image.GetAsync() : null);

        var refused = await job.Step.RunAsync();

        refused.ExitCode.ShouldBe(1);
        refused.Env.ShouldBeEmpty();
        refused.State.ShouldBeEmpty();
        job.ShouldLeakNothing(refused);
        var error = refused.Errors.ShouldHaveSingleItem();
        error.ShouldStartWith($"The server refused the login. invalid_request: No OIDC identity of service account '{audience}' trusts a token with issuer '{GitHubClaims.Issuer}', subject '{GitHubClaims.Subject}'");
        await ShouldBeFoundInTheAuditAsync(error);
        var claims = ClaimsOf(refused.Summary);
        foreach (var (name, value) in claims)
        {
            error.ShouldContain($"\n  {name}: {value}");
        }

        // As a person copies it: three fields of the form, and a condition for every other line.
        await server.AddIdentityAsync(id, new
        {
            Name = "from the summary",
            Issuer = claims["iss"],
            Subject = claims["sub"],
            Audience = claims["aud"],
            Conditions = claims.Where(claim => claim.Key is not ("iss" or "sub" or "aud")).Select(claim => new { Claim = claim.Key, Values = new[] { claim.Value } }),
        });
        var accepted = await job.Step.RunAsync();

        accepted.ExitCode.ShouldBe(0, accepted.ToString());
        using var next = new NextStep(accepted);
        await next.ShouldWorkAsAsync(id);
        (await server.CategoriesOfAsync(id)).ShouldBe(["TokenRefused", "TokenIssued"]);
    }

    [Fact]
    public async Task The_repository_and_its_ids_from_the_summary_make_a_GitHub_identity()
    {
        var (id, audience) = await server.AddServiceAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        var claims = ClaimsOf((await job.Step.RunAsync()).Summary);
        await server.AddIdentityAsync(id, new
        {
            Name = "from the summary",
            GitHub = new
            {
                Repository = claims["repository"], RepositoryId = claims["repository_id"], RepositoryOwnerId = claims["repository_owner_id"],
                FilterType = "Branch", Filter = claims["ref"]["refs/heads/".Length..],
            },
        });

        var accepted = await job.Step.RunAsync();

        accepted.ExitCode.ShouldBe(0, accepted.ToString());
    }

    [Fact]
    public async Task Names_the_claim_that_differs_and_shows_it_but_not_what_the_identity_wants()
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "production", Issuer = GitHubClaims.Issuer, GitHubClaims.Subject, Conditions = new[] { new { Claim = "runner_environment", Values = new[] { "self-hosted" } } },
        });
        await using var job = await Workflow.StartAsync(server, audience);

        var refused = await job.Step.RunAsync();

        var error = refused.Errors.ShouldHaveSingleItem();
        error.ShouldContain("The claim 'runner_environment' differs from the closest identity's.");
        ClaimsOf(refused.Summary)["runner_environment"].ShouldBe("github-hosted");
        refused.Visible.ShouldNotContain("self-hosted");
    }

    [Fact]
    public async Task A_scope_that_the_account_lacks_is_refused_by_name()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["scope"] = "ReleaseCreate";

        (await job.Step.RunAsync()).Errors.ShouldHaveSingleItem().ShouldStartWith(
            "The server refused the login. invalid_scope: scope asks for ReleaseCreate, which the service account does not have.");
    }

    [Fact]
    public async Task A_page_that_is_not_the_servers_root_is_asked_about()
    {
        var (id, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["server"] = server.Url + "/app";

        var refused = await job.Step.RunAsync();

        refused.ExitCode.ShouldBe(1);
        var error = refused.Errors.ShouldHaveSingleItem();
        error.ShouldContain("answered 404 NotFound: There is nothing at /app/.well-known/openid-configuration.");
        error.ShouldContain($"is `server` right? It is '{server.Url}/app'.");
        (await server.CategoriesOfAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_website_that_is_no_Octopus_server_gets_no_token()
    {
        await using var website = await FakeHttpServer.StartAsync(_ => new FakeAnswer(200, "<html><title>Welcome</title></html>", "text/html"));
        var (_, audience) = await server.AddTrustedAccountAsync();
        await using var job = await Workflow.StartAsync(server, audience);
        job.Step.Inputs["server"] = website.Url;

        var refused = await job.Step.RunAsync();

        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldHaveSingleItem().ShouldContain($"is `server` right? It is '{website.Url}'.");
        job.IdTokens.ShouldBeEmpty();
        website.Requests.ShouldHaveSingleItem().Method.ShouldBe("GET");
    }

    internal static IReadOnlyDictionary<string, string> ClaimsOf(string summary) => Row().Matches(summary).ToDictionary(
        row => WebUtility.HtmlDecode(row.Groups[1].Value), row => WebUtility.HtmlDecode(row.Groups[2].Value));

    private async Task ShouldBeFoundInTheAuditAsync(string error)
    {
        var correlationId = CorrelationId().Match(error).Groups[1].Value;
        (await server.EventsAsync(correlationId)).Single().Category.ShouldBe("TokenRefused");
    }

    [GeneratedRegex("<tr><td><code>(.*?)</code></td><td><code>(.*?)</code></td></tr>")]
    private static partial Regex Row();

    [GeneratedRegex(@"\(correlation id ([^)]+)\)")]
    private static partial Regex CorrelationId();
}
