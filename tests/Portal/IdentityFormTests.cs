using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.ServiceAccounts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>What the form of a new identity makes of what is filled in; pure.</summary>
public sealed class IdentityFormTests
{
    private const string Account = "7f2bd2d8-6f1b-4f8e-9d70-4a1c7f0f1c11";
    private static readonly TrustedIssuers Any = new() { Listed = null, LoopbackHttpAllowed = false };

    [Theory]
    [InlineData("octo-org/hello-octopus", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("  octo-org/hello.octopus/ ", "octo-org", "hello.octopus", null, null, null)]
    [InlineData("https://github.com/octo-org/hello-octopus", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("https://github.com/octo-org/hello-octopus.git", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("github.com/octo-org/hello-octopus", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("https://www.github.com/octo-org/hello-octopus?tab=readme#x", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("git@github.com:octo-org/hello-octopus.git", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("ssh://git@github.com/octo-org/hello-octopus.git", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("https://api.github.com/repos/octo-org/hello-octopus", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("https://github.com/octo-org/hello-octopus/tree/release/1.x", "octo-org", "hello-octopus", null, "Branch", "release/1.x")]
    [InlineData("https://github.com/octo-org/hello-octopus/blob/main/docs/a.md", "octo-org", "hello-octopus", null, "Branch", "main")]
    [InlineData("https://github.com/octo-org/hello-octopus/releases/tag/v1.2", "octo-org", "hello-octopus", null, "Tag", "v1.2")]
    [InlineData("https://github.com/octo-org/hello-octopus/pull/12/files", "octo-org", "hello-octopus", null, "PullRequest", null)]
    [InlineData("https://github.com/octo-org/hello-octopus/deployments/My%20prod", "octo-org", "hello-octopus", null, "Environment", "My prod")]
    [InlineData("https://github.com/octo-org/hello-octopus/actions/runs/12", "octo-org", "hello-octopus", null, null, null)]
    [InlineData("https://github.example.com/octo-org/hello-octopus", "octo-org", "hello-octopus", "https://github.example.com/_services/token", null, null)]
    [InlineData("git@github.example.com:octo-org/hello-octopus.git", "octo-org", "hello-octopus", "https://github.example.com/_services/token", null, null)]
    [InlineData("https://acme.ghe.com/octo-org/hello-octopus", "octo-org", "hello-octopus", "https://token.actions.acme.ghe.com", null, null)]
    public void A_repository_is_found_in_whatever_address_of_it_is_pasted(string text, string owner, string repository, string? issuer, string? type, string? filter)
    {
        var address = GitHubAddress.TryParse(text).ShouldNotBeNull();
        (address.Owner, address.Repository, address.Issuer, address.FilterType?.ToString(), address.Filter).ShouldBe((owner, repository, issuer, type, filter));
    }

    [Theory]
    [InlineData("")]
    [InlineData("octo-org")]
    [InlineData("octo-org/")]
    [InlineData("octo-org/*")]
    [InlineData("*/hello")]
    [InlineData("octo org/hello")]
    [InlineData("https://github.com/octo-org")]
    [InlineData("javascript:alert(1)//github.com/a/b")]
    [InlineData("file:///etc/passwd/x")]
    [InlineData("octo-org/hello:ref:refs/heads/main")]
    public void What_is_no_address_of_a_repository_is_not_taken_for_one(string text) => GitHubAddress.TryParse(text).ShouldBeNull();

    [Theory]
    [InlineData("github", "Repository=octo-org/hello;Runs=Branch;Filter=main", "https://token.actions.githubusercontent.com", "repo:octo-org/hello:ref:refs/heads/main", "")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Environment;Filter=a:b", "https://token.actions.githubusercontent.com", "repo:octo-org/hello:environment:a%3Ab", "")]
    [InlineData("github", "Repository=https://github.com/octo-org/hello/releases/tag/v1;Runs=Tag", "https://token.actions.githubusercontent.com", "repo:octo-org/hello:ref:refs/tags/v1", "")]
    [InlineData("github", "Repository=https://ghes.example.com/octo-org/hello;Runs=PullRequest", "https://ghes.example.com/_services/token", "repo:octo-org/hello:pull_request", "")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Any;Conditions=event_name:oneof=push,schedule", "https://token.actions.githubusercontent.com", "repo:octo-org/hello:*", "event_name:oneof=push,schedule")]
    [InlineData("gitlab", "Instance=https://gitlab.com/;Project=acme/web;RefType=branch;Ref=main;ProjectId=4211;Environment=prod", "https://gitlab.com", "project_path:acme/web:ref_type:branch:ref:main", "project_id:equals=4211;environment:equals=prod")]
    [InlineData("gitlab", "Instance=https://gitlab.example.com;Project=acme/web;RefType=any", "https://gitlab.example.com", "project_path:acme/web:*", "")]
    [InlineData("azure-devops", "OrganizationId=1-2;Organization=acme;Project=web;Connection=octo;ProjectId=66", "https://vstoken.dev.azure.com/1-2", "sc://acme/web/octo", "prj_id:equals=66", "api://AzureADTokenExchange")]
    [InlineData("buildkite", "Organization=acme;Pipeline=web;Branch=main;PipelineId=p1", "https://agent.buildkite.com", "organization:acme:pipeline:web:ref:refs/heads/main:*", "pipeline_id:equals=p1")]
    [InlineData("circleci", "Organization=o1;Project=p1;Origin=github.com/acme/web", "https://oidc.circleci.com/org/o1", "org/o1/project/p1/user/*", "oidc.circleci.com/vcs-origin:equals=github.com/acme/web", "o1")]
    [InlineData("bitbucket", "Workspace=acme;WorkspaceId={w1};RepositoryId=r1", "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "{r1}*", "repositoryUuid:equals={r1}", "ari:cloud:bitbucket::workspace/w1")]
    [InlineData("kubernetes", "Issuer=https://k8s.example.com;Namespace=ci;ServiceAccount=deploy;Uid=u1", "https://k8s.example.com", "system:serviceaccount:ci:deploy", "/kubernetes.io/serviceaccount/uid:equals=u1")]
    [InlineData("other", "Issuer=https://jenkins.example.com;Subject=job/a;Audience=octo", "https://jenkins.example.com", "job/a", "", "octo")]
    public void Each_form_makes_issuer_subject_audience_and_conditions(string key, string values, string issuer, string subject, string conditions, string? audience = null)
    {
        var draft = IdentityTemplate.Find(key)!.Draft(Values(values));
        draft.Faults.ShouldBeEmpty();
        var identity = Identity(draft.Input);
        (identity.Issuer, identity.Subject, identity.Audience).ShouldBe((issuer, subject, audience));
        string.Join(';', identity.Conditions.Select(ConditionText.Of)).ShouldBe(conditions);
    }

    [Fact]
    public void What_each_form_shows_as_an_example_can_be_saved_and_logs_in()
    {
        foreach (var template in IdentityTemplate.All)
        {
            var values = template.Fields.ToDictionary(field => field.Name, field => field.Name == OpenTemplates.Subject ? "a" : field.Choices is [var (first, _), ..] ? first : field.Placeholder);
            var draft = template.Draft(values);
            draft.Faults.ShouldBeEmpty(template.Key);
            var identity = Identity(draft.Input);
            var workflow = template.Workflow(new("https://octologin.example.com", Account, identity.Audience ?? Account, draft.Input));
            workflow.ShouldContain("https://octologin.example.com");
            workflow.ShouldContain(Account);
            template.Fields.Select(field => field.Name).ShouldBeUnique();
        }
    }

    [Theory]
    [InlineData("github", "", "Repository")]
    [InlineData("github", "Repository=octo-org;Runs=Any", "Repository")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Branch", "Filter")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Any;OwnerId=65", "RepositoryId")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Any;Minutes=721", "Minutes")]
    [InlineData("github", "Repository=octo-org/hello;Runs=Any;Conditions=nothing", "Conditions")]
    [InlineData("gitlab", "Project=acme/web;RefType=tag", "Ref")]
    [InlineData("kubernetes", "Namespace=ci;ServiceAccount=deploy", "Issuer")]
    public void What_is_missing_is_told_at_its_field(string key, string values, string field) =>
        IdentityTemplate.Find(key)!.Draft(Values(values)).Faults.Keys.ShouldContain(field);

    [Theory]
    [InlineData("Runs=Environment;Filter=production", "")]
    [InlineData("Runs=Environment;Filter=prod*", "Caution: Several environments")]
    [InlineData("Runs=Branch;Filter=main", "Hint: No environment")]
    [InlineData("Runs=Branch;Filter=release/*", "Caution: Several branches")]
    [InlineData("Runs=Branch;Filter=*", "Danger: Any branch")]
    [InlineData("Runs=Tag;Filter=v1", "")]
    [InlineData("Runs=Tag;Filter=v*", "Caution: Several tags")]
    [InlineData("Runs=PullRequest", "Danger: Pull requests")]
    [InlineData("Runs=Any", "Danger: Any run")]
    [InlineData("Runs=Environment;Filter=p;Conditions=event_name=pull_request_target", "Danger: Runs that strangers start")]
    [InlineData("Runs=Environment;Filter=p;Minutes=600", "Hint: Long-lived tokens")]
    [InlineData("Runs=Environment;Filter=p;RepositoryId=;OwnerId=", "Caution: Ids not known")]
    public void A_risky_choice_is_warned_of(string values, string expected)
    {
        var all = Values("Repository=octo-org/hello;RepositoryId=74;OwnerId=65").Concat(Values(values)).GroupBy(value => value.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        Told(Identity(GitHubTemplate.Template.Draft(all).Input)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("https://token.actions.githubusercontent.com", "repo:octo-org/hello:*", "Danger: Any run, Caution: Names alone")]
    [InlineData("https://token.actions.githubusercontent.com", "repo:octo-org@65/hello@74:pull_request", "Danger: Pull requests")]
    [InlineData("https://gitlab.example.com", "project_path:acme/*", "Danger: Whole owner")]
    [InlineData("https://gitlab.example.com", "project_path:acme/web:ref_type:branch:ref:*", "Caution: Wildcard")]
    [InlineData("https://gitlab.com", "project_path:acme/web:ref_type:branch:ref:main", "Caution: Names alone, Hint: Tokens are reused")]
    [InlineData("https://k8s.example.com", "system:serviceaccount:ci:deploy", "")]
    [InlineData("https://agent.buildkite.com", "organization:acme:pipeline:web:ref:refs/heads/main:*", "Caution: Names alone")]
    [InlineData("https://agent.buildkite.com", "organization:acme:pipeline:web:*", "Caution: Wildcard, Caution: Names alone")]
    [InlineData("https://oidc.circleci.com/org/o1", "org/o1/project/p1/user/*", "Hint: Tokens are reused")]
    [InlineData("https://oidc.circleci.com/org/o1", "org/o1/project/*", "Caution: Wildcard, Hint: Tokens are reused")]
    public void A_subject_that_was_typed_is_warned_of_as_one_that_was_made(string issuer, string subject, string expected) =>
        Told(Identity(new() { Name = "n", Issuer = issuer, Subject = subject, AllowMutableNames = true })).ShouldBe(expected);

    [Theory]
    [InlineData(0, null, false)]
    [InlineData(91, null, true)]
    [InlineData(200, 89, false)]
    [InlineData(200, 91, true)]
    public void An_identity_is_unused_when_it_let_nobody_in_for_90_days(int madeDaysAgo, int? usedDaysAgo, bool unused)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var identity = Identity(new() { Name = "n", Issuer = "https://k8s.example.com", Subject = "s" }) with { CreatedAt = now.AddDays(-madeDaysAgo) };
        IdentityWarnings.IsUnused(identity, usedDaysAgo is { } days ? now.AddDays(-days) : null, now).ShouldBe(unused);
    }

    [Theory]
    [InlineData(GitHubClaims.Subject, "github", "Repository=octo-org/hello-octopus;Runs=Branch;Filter=main;RepositoryId=74;OwnerId=65")]
    [InlineData(GitHubClaims.ImmutableSubject, "github", "Repository=octo-org/hello-octopus;Runs=Branch;Filter=main;RepositoryId=74;OwnerId=65")]
    [InlineData("repo:octo-org/hello-octopus:environment:a%3Ab", "github", "Repository=octo-org/hello-octopus;Runs=Environment;Filter=a:b;RepositoryId=74;OwnerId=65")]
    [InlineData("repo:octo-org/hello-octopus:pull_request", "github", "Repository=octo-org/hello-octopus;Runs=PullRequest;Filter=;RepositoryId=74;OwnerId=65")]
    [InlineData("job_workflow_ref:octo-org/x", "other", "Issuer=https://token.actions.githubusercontent.com;Subject=job_workflow_ref:octo-org/x;Audience=;Reuse=once;Conditions=")]
    public void What_was_presented_fills_in_the_form_as_narrowly_as_it_can(string subject, string key, string values)
    {
        var claims = GitHubClaims.Of(Account, DateTimeOffset.UnixEpoch);
        claims["sub"] = subject;
        var draft = PresentedClaims.Draft(JsonSerializer.SerializeToElement(claims), Account).ShouldNotBeNull();
        draft.Template.Key.ShouldBe(key);
        string.Join(';', draft.Values.Select(value => $"{value.Key}={value.Value}")).ShouldBe(values);
    }

    [Theory]
    [InlineData("repo:octo-org/hello-octopus:environment:*")]
    [InlineData(null)]
    public void What_was_presented_with_a_wildcards_sign_or_without_a_subject_fills_in_nothing(string? subject)
    {
        var claims = GitHubClaims.Of(Account, DateTimeOffset.UnixEpoch);
        claims["sub"] = subject;
        PresentedClaims.Draft(JsonSerializer.SerializeToElement(claims), Account).ShouldBeNull();
    }

    [Fact]
    public void Conditions_are_written_as_lines_that_are_read_as_the_same_or_not_at_all()
    {
        ConditionText.Lines([new() { Claim = "a", Kind = ConditionKind.OneOf, Values = ["x", "y"] }, new() { Claim = "b", Kind = ConditionKind.Equals, Values = ["x,y"] }, new() { Claim = "c", Kind = ConditionKind.Absent }])
            .ShouldBe("a:oneof=x,y\nb:equals=x,y\nc:absent");
        ConditionText.Lines([new() { Claim = "a", Kind = ConditionKind.OneOf, Values = ["x,y"] }]).ShouldBe("a:oneof=\n  x,y", "on one line it would come back as two values");
        ConditionText.Lines([new() { Claim = "a", Values = ["x,*", "b=c", "d:absent"] }, new() { Claim = "e", Kind = ConditionKind.Exists }]).ShouldBe("a=\n  x,*\n  b=c\n  d:absent\ne:exists");
        ConditionText.Lines([new() { Claim = "a=b", Values = ["x"] }]).ShouldBeNull();
        ConditionText.Lines([new() { Claim = "a=b", Values = ["x,y"] }]).ShouldBeNull();
        ConditionText.Lines([new() { Claim = "a:equals", Values = ["x,y"] }]).ShouldBeNull();
        ConditionText.Lines([new() { Claim = "a", Values = ["x,y"] }, new() { Claim = "a", Values = ["z"] }]).ShouldBeNull();
    }

    [Theory]
    [InlineData("a=x,y\nb:exists", "a Pattern x|y; b Exists ")]
    [InlineData("  a=x\n\tb=y", "a Pattern x; b Pattern y")]
    [InlineData("a=\n x,y\n\n  z\nb=y", "a Pattern x,y|z; b Pattern y")]
    [InlineData("a:number=\r\n 1\r\n 2", "a Number 1|2")]
    [InlineData("https://example.com/groups:oneof=\n a,b", "https://example.com/groups OneOf a,b")]
    [InlineData("a==", "a Pattern =")]
    [InlineData("a=\nb=y", null)]
    [InlineData("a:equals=\n x,y", null)]
    [InlineData("a:exists=\n x", null)]
    [InlineData("=\n x", null)]
    public void Values_on_lines_of_their_own_are_read_only_below_a_condition_that_has_none(string text, string? expected)
    {
        var (conditions, fault) = ConditionText.ReadLines(text);
        (fault is null ? string.Join("; ", conditions.Select(one => $"{one.Claim} {one.Kind} {string.Join('|', one.Values)}")) : null).ShouldBe(expected);
    }

    private static OidcIdentity Identity(OidcIdentityInput input) => OidcIdentityRules.Apply(input, null, "Users-1", DateTimeOffset.UnixEpoch, Any);

    private static string Told(OidcIdentity identity) => string.Join(", ", IdentityWarnings.Of(identity).Select(warning => $"{warning.Level}: {warning.Title}"));

    private static Dictionary<string, string?> Values(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]);
}
