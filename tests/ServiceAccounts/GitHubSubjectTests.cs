using System.Text.Json;
using OctoLogin.ServiceAccounts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.ServiceAccounts;

/// <summary>Which of GitHub's subjects an identity made from owner, repository and filter accepts; pure.</summary>
public sealed class GitHubSubjectTests
{
    [Theory]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopus:ref:refs/heads/main", true)]
    [InlineData("Branch", "main", "repo:octo-org@65/hello-octopus@74:ref:refs/heads/main", true)]
    [InlineData("Branch", "main", "repo:Octo-Org/Hello-Octopus:ref:refs/heads/main", true)]
    [InlineData("Branch", "main", "repo:octo-org@66/hello-octopus@74:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org@65/hello-octopus@75:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org@65/hello-octopus:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org@065/hello-octopus@74:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org@/hello-octopus@74:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopus:ref:refs/heads/main:x", false)]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopus:ref:refs/tags/main", false)]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopus:environment:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopus2:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org2/hello-octopus:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org/x/hello-octopus:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "REPO:octo-org/hello-octopus:ref:refs/heads/main", false)]
    [InlineData("Branch", "main", "repo:octo-org/hello-octopu\u017f:ref:refs/heads/main", false)]
    [InlineData("Branch", "release/*", "repo:octo-org/hello-octopus:ref:refs/heads/release/1.0", true)]
    [InlineData("Branch", "release/*", "repo:octo-org/hello-octopus:ref:refs/heads/released", false)]
    [InlineData("Tag", "v*", "repo:octo-org/hello-octopus:ref:refs/tags/v1.2", true)]
    [InlineData("Tag", "v*", "repo:octo-org/hello-octopus:ref:refs/heads/v1.2", false)]
    [InlineData("Environment", "production", "repo:octo-org/hello-octopus:environment:production", true)]
    [InlineData("Environment", "production", "repo:octo-org/hello-octopus:environment:Production", false)]
    [InlineData("Environment", "a:b", "repo:octo-org/hello-octopus:environment:a%3Ab", true)]
    [InlineData("PullRequest", null, "repo:octo-org/hello-octopus:pull_request", true)]
    [InlineData("PullRequest", null, "repo:octo-org/hello-octopus:ref:refs/heads/main", false)]
    [InlineData("Any", null, "repo:octo-org/hello-octopus:ref:refs/heads/anything", true)]
    [InlineData("Any", null, "repo:octo-org/hello-octopus:environment:production", true)]
    [InlineData("Any", null, "repo:octo-org/other:ref:refs/heads/main", false)]
    public void Accepts_both_forms_of_its_subjects_and_no_other(string type, string? value, string subject, bool accepted)
    {
        var claims = GitHubClaims.Of("guid", DateTimeOffset.UnixEpoch);
        claims["sub"] = subject;
        Identity(Enum.Parse<GitHubFilterType>(type), value).Match(JsonSerializer.SerializeToElement(claims), "guid", DateTimeOffset.UnixEpoch).Matches.ShouldBe(accepted);
    }

    [Theory]
    [InlineData("pull_request_target", false)]
    [InlineData("issue_comment", false)]
    [InlineData("push", true)]
    [InlineData("workflow_dispatch", true)]
    public void A_run_that_strangers_can_start_is_not_let_in_unless_a_condition_says_so(string started, bool accepted)
    {
        var claims = GitHubClaims.Of("guid", DateTimeOffset.UnixEpoch);
        claims["event_name"] = started;
        var presented = JsonSerializer.SerializeToElement(claims);
        var identity = Identity(GitHubFilterType.Branch, "main");
        identity.Match(presented, "guid", DateTimeOffset.UnixEpoch).Matches.ShouldBe(accepted);
        (identity with { ConditionsJson = $$"""[{"Claim":"event_name","Values":["{{started}}"]}]""" }).Match(presented, "guid", DateTimeOffset.UnixEpoch).Matches.ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"guid\"", true)]
    [InlineData("[\"guid\"]", true)]
    [InlineData("[\"other\",\"guid\"]", true)]
    [InlineData("[]", false)]
    [InlineData("[\"guid\",1]", false)]
    [InlineData("\"guid/\"", false)]
    [InlineData("\"GUID\"", false)]
    [InlineData("\"gui\"", false)]
    [InlineData("null", false)]
    [InlineData("{\"guid\":1}", false)]
    public void The_audience_is_compared_exactly_and_a_list_must_hold_only_text(string audience, bool accepted)
    {
        var claims = GitHubClaims.Of("guid", DateTimeOffset.UnixEpoch);
        claims["aud"] = JsonDocument.Parse(audience).RootElement;
        Identity(GitHubFilterType.Branch, "main").Match(JsonSerializer.SerializeToElement(claims), "guid", DateTimeOffset.UnixEpoch).Matches.ShouldBe(accepted);
    }

    /// <summary>That there is an event, or none of another name, says nothing of who could start it.</summary>
    [Theory]
    [InlineData("""{"Claim":"event_name","Kind":"Exists","Values":[]}""", false)]
    [InlineData("""{"Claim":"base_ref","Kind":"Equals","Values":[""]}""", false)]
    [InlineData("""{"Claim":"/event_name","Kind":"OneOf","Values":["push","pull_request_target"]}""", true)]
    public void Only_a_condition_on_which_event_it_is_lets_in_what_strangers_start(string condition, bool accepted)
    {
        var claims = GitHubClaims.Of("guid", DateTimeOffset.UnixEpoch);
        claims["event_name"] = "pull_request_target";
        (Identity(GitHubFilterType.Branch, "main") with { ConditionsJson = $"[{condition}]" })
            .Match(JsonSerializer.SerializeToElement(claims), "guid", DateTimeOffset.UnixEpoch).Matches.ShouldBe(accepted);
    }

    private static OidcIdentity Identity(GitHubFilterType type, string? value) => new()
    {
        Id = "OidcIdentities-1", UserId = "Users-1", Name = "n", Issuer = GitHubClaims.Issuer, Subject = "shown only", ConditionsJson = "[]",
        TokenLifetimeSeconds = 3600, AllowReuse = false, Version = 1, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
        GithubOwner = "octo-org", GithubRepository = "hello-octopus", GithubFilterType = type, GithubFilterValue = value,
        GithubRepositoryId = GitHubClaims.RepositoryId, GithubRepositoryOwnerId = GitHubClaims.OwnerId, GithubPinnedFrom = "Given",
    };
}
