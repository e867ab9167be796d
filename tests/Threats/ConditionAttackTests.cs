using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section C of docs/threats.md: claims that conditions must not mistake. The whole table is in ClaimConditionTests.</summary>
public sealed class ConditionAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    private async Task<string> AccountAsync(params string[] conditions) =>
        (await server.AddTrustedAccountAsync(new { Name = "conditions", GitHubClaims.Issuer, GitHubClaims.Subject, Conditions = JsonDocument.Parse($"[{string.Join(',', conditions)}]").RootElement })).Audience;

    private static string Condition(string claim, string kind, params string[] values) => JsonSerializer.Serialize(new { Claim = claim, Kind = kind, Values = values });

    [Theory]
    [InlineData("Equals", "true", "\"true\"")]
    [InlineData("OneOf", "1", "\"1\"")]
    [InlineData("Pattern", "*", "\"\"", "\"0\"", "\"true\"", "\"True\"", "\"1\"")]
    [InlineData("Boolean", "true", "true")]
    [InlineData("Boolean", "false", "false")]
    [InlineData("Number", "1", "1", "1.0")]
    [InlineData("Number", "0", "0", "-0")]
    public async Task C8_a_value_of_another_type_that_reads_alike(string kind, string value, params string[] accepted)
    {
        var audience = await AccountAsync(Condition("approved", kind, value));
        foreach (var json in (string[])["true", "false", "\"true\"", "\"True\"", "1", "1.9", "\"1\"", "1.0", "0", "-0", "\"0\"", "\"\"", "[]", "[[\"true\"]]", "{}", "{\"true\":true}", "null", "1e400"])
        {
            var token = server.WithClaim(audience, "approved", json);
            if (accepted.Contains(json))
            {
                (await server.ExchangeAsync(audience, token)).Status.ShouldBe(200, $"{kind} {value}: {json}");
                continue;
            }
            (await server.ShouldRefuseAsync(audience, token, $"{kind} {value}: {json}")).ShouldContain("where approved is");
        }
    }

    [Theory]
    [InlineData("Pattern", "*")]
    [InlineData("Equals", "x")]
    [InlineData("OneOf", "x")]
    [InlineData("Boolean", "false")]
    [InlineData("Number", "0")]
    [InlineData("Exists")]
    public async Task C9_a_claim_that_is_left_out(string kind, params string[] values)
    {
        foreach (var claim in (string[])["environment", "/environment", "/environment/name", "/environment/0"])
        {
            var audience = await AccountAsync(Condition(claim, kind, values));
            var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
            answer.Status.ShouldBe(400, claim);
            answer.Description.ShouldContain($"The claim '{claim}' differs from the closest identity's.");
            answer.Description.ShouldContain($"and '{claim}' is '(none)'");
        }
    }

    [Fact]
    public async Task C9_absent_is_met_by_what_is_left_out_and_not_by_null()
    {
        var audience = await AccountAsync(Condition("fork", "Absent"));
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        foreach (var json in (string[])["null", "false", "\"\"", "[]", "\"true\""])
        {
            await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "fork", json), json);
        }
    }

    [Fact]
    public async Task Whoever_is_refused_by_a_condition_learns_its_claim_and_nothing_of_what_it_would_take()
    {
        foreach (var condition in (string[])
        [
            Condition("approved", "Equals", "secret-value"), Condition("approved", "OneOf", "secret-value", "b"), Condition("approved", "Pattern", "secret-value*"), Condition("/approved/by", "Equals", "secret-value"),
            Condition("approved", "Number", "74656"), Condition("approved", "Boolean", "true"),
        ])
        {
            var audience = await AccountAsync(condition);
            var answer = await server.ExchangeAsync(audience, server.WithClaim(audience, "approved", "\"no\""));
            answer.Status.ShouldBe(400);
            answer.Description.ShouldContain("The claim '");
            foreach (var told in (string[])["secret", "74656", "boolean", "number", "Equals", "OneOf", "Pattern", "kind"])
            {
                answer.Description.ShouldNotContain(told, Case.Sensitive, condition);
            }
        }
    }

    /// <summary>Of the ids that an identity still waits for something is told; not of a condition that happens to be on the same claim.</summary>
    [Fact]
    public async Task Whoever_is_refused_by_a_condition_on_an_id_that_is_not_pinned_yet_learns_no_more()
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "unpinned", GitHub = new { Repository = "octo-org/hello-octopus" }, Conditions = new[] { new { Claim = "repository_id", Kind = "Number", Values = new[] { "74656" } } },
        });
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(400);
        answer.Description.ShouldEndWith($"and 'repository_id' is '{GitHubClaims.RepositoryId}'. Identities are registered under the service account's OpenID Connect page.");
        (await server.EventsAsync(answer.CorrelationId)).Single().Message.ShouldContain("It is text; kind Number compares JSON numbers only.");
    }

    [Theory]
    [InlineData("pull_request_target")]
    [InlineData("issue_comment")]
    public async Task C10_a_run_that_a_stranger_started_on_the_default_branch(string started)
    {
        var (_, repository) = await server.AddTrustedAccountAsync();
        (await server.ShouldRefuseAsync(repository, server.GitHubToken(repository, claims => claims["event_name"] = started), started)).ShouldContain("can be started by anybody");
        var subject = await AccountAsync(Condition("event_name", "OneOf", "push", "workflow_dispatch"));
        (await server.ShouldRefuseAsync(subject, server.GitHubToken(subject, claims => claims["event_name"] = started), started)).ShouldContain("where event_name is");
        await server.ShouldRefuseAsync(subject, server.WithClaim(subject, "event_name", null), "no event");
        (await server.ExchangeAsync(subject, server.GitHubToken(subject))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task C10_a_pull_request_of_a_fork()
    {
        var (_, branch) = await server.AddTrustedAccountAsync();
        await server.ShouldRefuseAsync(branch, server.GitHubToken(branch, claims => (claims["sub"], claims["event_name"]) = ("repo:octo-org/hello-octopus:pull_request", "pull_request")), "GitHub");
        var circle = await AccountAsync(Condition("oidc.circleci.com/vcs-origin", "Equals", "github.com/octo-org/hello-octopus"));
        foreach (var origin in (string?[])["\"github.com/attacker/hello-octopus\"", "\"github.com/octo-org/hello-octopus/\"", "\"evil.example.com/github.com/octo-org/hello-octopus\"", "null", null])
        {
            await server.ShouldRefuseAsync(circle, server.WithClaim(circle, "oidc.circleci.com/vcs-origin", origin), $"CircleCI {origin}");
        }
        (await server.ExchangeAsync(circle, server.WithClaim(circle, "oidc.circleci.com/vcs-origin", "\"github.com/octo-org/hello-octopus\""))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task C11_a_reusable_workflow_of_another_repository_with_the_right_file_name()
    {
        var audience = await AccountAsync(Condition("job_workflow_ref", "Pattern", "octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/*"));
        foreach (var called in (string[])
        [
            "attacker/workflows/.github/workflows/release.yml@refs/heads/main", "octo-org/hello-octopus-evil/.github/workflows/release.yml@refs/heads/main", "attacker/octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/main",
            "octo-org/hello-octopus/.github/workflows/release.yml.yml@refs/heads/main", "octo-org/hello-octopus/.github/workflows/release.yml@refs/pull/1/merge", "octo-org/hello-octopus/.github/workflows/other.yml@refs/heads/main", "",
        ])
        {
            // The calling workflow is the right one; what it calls is not.
            (await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => claims["job_workflow_ref"] = called), called)).ShouldContain("where job_workflow_ref is");
        }
        await server.ShouldRefuseAsync(audience, server.WithClaim(audience, "job_workflow_ref", null), "none");
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("project_path:acme/web:ref_type:branch:ref:main", "project_id", "4211", "4212")]
    [InlineData("sc://acme/web/production", "prj_id", "0f1e", "0f1f")]
    [InlineData("organization:acme:pipeline:web:ref:refs/heads/main:commit:c0ffee:step:deploy", "pipeline_id", "018e-a", "018e-b")]
    public async Task C12_a_project_that_took_over_a_path_or_a_slug(string subject, string claim, string id, string other)
    {
        var (_, audience) = await server.AddTrustedAccountAsync(new
        {
            Name = "renamed", GitHubClaims.Issuer, Subject = subject,
            Conditions = new[] { new { Claim = claim, Kind = "Equals", Values = new[] { id } } },
        });
        string Token(string? value) => server.GitHubToken(audience, claims =>
        {
            claims["sub"] = subject;
            if (value is not null)
            {
                claims[claim] = value;
            }
        });
        (await server.ShouldRefuseAsync(audience, Token(other), "the same name, another id")).ShouldContain($"where {claim} is '{other}'");
        await server.ShouldRefuseAsync(audience, Token(null), "the same name, no id");
        (await server.ExchangeAsync(audience, Token(id))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("https://gitlab.com", "project_path:acme/web:ref_type:branch:ref:main", "project_id or namespace_id", "namespace_id", true)]
    [InlineData("https://vstoken.dev.azure.com/6f7f2c1e-0000-4000-8000-000000000001", "sc://acme/web/production", "prj_id", "prj_id", false)]
    [InlineData("https://agent.buildkite.com", "organization:acme:pipeline:web:ref:refs/heads/main:*", "pipeline_id or organization_id", "/pipeline_id", false)]
    public async Task C12_an_identity_that_goes_by_names_alone_is_not_saved_unless_somebody_says_so(string issuer, string subject, string ids, string id, bool reuse)
    {
        var (account, _) = await server.AddServiceAccountAsync();
        var path = $"/api/serviceaccounts/{account}/oidcidentities";
        object Identity(object? conditions = null, bool? allow = null) => new { Name = allow is null ? "pinned" : "names", Issuer = issuer, Subject = subject, Conditions = conditions, AllowMutableNames = allow };
        foreach (var conditions in (object?[])
        [
            null, new[] { new { Claim = "ref", Values = new[] { "main" } } }, new[] { new { Claim = id, Values = new[] { "*" } } }, new[] { new { Claim = id, Values = new[] { "4211", "42?2" } } },
            new[] { new { Claim = id, Kind = "Exists" } }, new[] { new { Claim = id + "x", Kind = "Equals", Values = new[] { "4211" } } },
        ])
        {
            var refused = (await server.Admin.SendAsync("POST", $"{path}/create/v1", Identity(conditions))).ShouldBeRefused(400, $"Add a condition on {ids}, with the id that the tokens have");
            (await server.EventsAsync(refused.CorrelationId)).ShouldBeEmpty();
        }
        (await server.Admin.SeeAsync($"{path}/v1"))["Count"].ShouldBe("0");

        var pinned = await server.Admin.MakeAsync($"{path}/create/v1", Identity(new[] { new { Claim = id, Kind = "Equals", Values = new[] { "4211" } } }));
        (await server.EventAsync(pinned)).Message.ShouldNotContain("names alone");
        var saved = (await server.Admin.SeeAsync($"{path}/{pinned.Id}/v1")).Json;
        saved.GetProperty("AllowReuse").GetBoolean().ShouldBe(reuse, "GitLab gives a job one token");
        // Its condition cannot be taken away either.
        (await server.Admin.SendAsync("PUT", $"{path}/{pinned.Id}/v1", new { Conditions = Array.Empty<object>() })).ShouldBeRefused(400, "Add a condition on");

        var allowed = await server.Admin.MakeAsync($"{path}/create/v1", Identity(allow: true));
        (await server.EventAsync(allowed)).Message.ShouldContain("It goes by names alone, as was allowed");
        (await server.Admin.SendAsync("PUT", $"{path}/{allowed.Id}/v1", new { Name = "renamed" })).ShouldBe(200);
        (await server.Admin.SendAsync("PUT", $"{path}/{allowed.Id}/v1", new { Subject = subject + "x" })).ShouldBeRefused(400, "Add a condition on");
    }

    [Theory]
    [InlineData("https://oidc.circleci.com/org/6f7f2c1e", null, true)]
    [InlineData("https://oidc.circleci.com/org/6f7f2c1e", false, false)]
    [InlineData("https://oidc.circleci.com.example.com", null, false)]
    [InlineData("https://gitlab.example.com", null, false)]
    public async Task Reuse_is_on_where_the_issuer_gives_a_job_one_token_and_the_client_does_not_say(string issuer, bool? told, bool reuse)
    {
        var (account, _) = await server.AddServiceAccountAsync();
        var made = await server.AddIdentityAsync(account, new { Name = "reuse", Issuer = issuer, Subject = "org/6f7f2c1e/project/1/user/2", AllowReuse = told });
        (await server.Admin.SeeAsync($"/api/serviceaccounts/{account}/oidcidentities/{made.GetProperty("Id").GetString()}/v1"))["AllowReuse"].ShouldBe(reuse ? "True" : "False");
    }
}
