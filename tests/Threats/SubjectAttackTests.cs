using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section C of docs/threats.md: genuine tokens of somebody else's runs.</summary>
public sealed class SubjectAttackTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private const string Repository = "repo:octo-org/hello-octopus:";

    private readonly ServerFixture server = besieged.Server;

    private async Task ShouldNotMatchAsync(object identity, params string[] subjects)
    {
        var (_, audience) = await server.AddTrustedAccountAsync(identity);
        foreach (var subject in subjects)
        {
            (await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = subject), subject)).ShouldContain("where subject is");
        }
    }

    private static object Subject(string pattern) => new { Name = "pattern", GitHubClaims.Issuer, Subject = pattern };

    private static object GitHub(string type, string? filter) => new
    {
        Name = "repository", GitHub = new { Repository = "octo-org/hello-octopus", FilterType = type, Filter = filter, GitHubClaims.RepositoryId, RepositoryOwnerId = GitHubClaims.OwnerId },
    };

    [Fact]
    public async Task C2_a_repository_or_an_owner_whose_name_only_begins_or_ends_alike()
    {
        string[] nearMisses =
        [
            "repo:octo-org-evil/hello-octopus:ref:refs/heads/main", "repo:evil-octo-org/hello-octopus:ref:refs/heads/main", "repo:octo-org/hello-octopus-evil:ref:refs/heads/main",
            "repo:octo-org/hello-octopus.:ref:refs/heads/main", "repo:octo-org/hello-octopu:ref:refs/heads/main", "xrepo:octo-org/hello-octopus:ref:refs/heads/main", " repo:octo-org/hello-octopus:ref:refs/heads/main",
            "repo:octo-org/hello-octopus:ref:refs/heads/mai", "repo:octo-org/hello-octopus:ref:refs/heads/mainx", "repo:octo-org/hello-octopus/x:ref:refs/heads/main", "", "*", "?",
        ];
        await ShouldNotMatchAsync(GitHub("Branch", "main"), nearMisses);
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/main"), nearMisses);
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/v?"), Repository + "ref:refs/heads/v", Repository + "ref:refs/heads/v10", Repository + "ref:refs/heads/v\ud83d\ude00");
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/release/*"), Repository + "ref:refs/heads/release", Repository + "ref:refs/heads/releases/1", "repo:octo-org/hello-octopus-evil:ref:refs/heads/release/1");
    }

    [Fact]
    public async Task C3_a_run_of_another_kind_that_spells_a_branch()
    {
        string[] others =
        [
            Repository + "environment:x:ref:refs/heads/main", Repository + "environment:ref:refs/heads/main", Repository + "environment:main", Repository + "pull_request", Repository + "pull_request:ref:refs/heads/main",
            Repository + "ref:refs/tags/main", Repository + "ref:refs/pull/1/merge", Repository + "ref:refs/heads/main:environment:x", Repository + "job_workflow_ref:x:ref:refs/heads/main",
        ];
        await ShouldNotMatchAsync(GitHub("Branch", "main"), others);
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/main"), others);
        await ShouldNotMatchAsync(GitHub("Environment", "production"),
            Repository + "environment:production:ref:refs/heads/main", Repository + "ref:refs/heads/environment:production", Repository + "ref:refs/heads/x:environment:production", Repository + "environment:production2");
    }

    [Fact]
    public async Task C4_a_repository_that_took_over_a_name()
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        foreach (var (repository, owner) in ((string, string)[])[("75", "65"), ("73", "65"), ("74", "66"), ("74", "64"), ("75", "66"), ("7", "65"), ("744", "65"), ("074", "65"), ("", ""), ("65", "74")])
        {
            await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => (claims["repository_id"], claims["repository_owner_id"]) = (repository, owner)), $"ids {repository} {owner}");
            if (repository.Length > 0)
            {
                var subject = $"repo:octo-org@{owner}/hello-octopus@{repository}:ref:refs/heads/main";
                await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => (claims["sub"], claims["repository_id"], claims["repository_owner_id"]) = (subject, repository, owner)), subject);
                await server.ShouldRefuseAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = subject), $"{subject} beside the old ids");
            }
        }
        foreach (var claim in (string[])["repository_id", "repository_owner_id"])
        {
            await server.ShouldRefuseAsync(audience, server.WithClaim(audience, claim, null), $"without {claim}");
            await server.ShouldRefuseAsync(audience, server.WithClaim(audience, claim, claim == "repository_id" ? "74" : "65"), $"{claim} as a number");
        }
    }

    [Fact]
    public async Task C5_alternatives_and_line_ends_that_a_regular_expression_would_let_in()
    {
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/main"), Repository + "ref:refs/heads/main\n", Repository + "ref:refs/heads/main\r\n", "\n" + Repository + "ref:refs/heads/main", Repository + "ref:refs/heads/main\u2028", Repository + "ref:refs/heads/main\nx", Repository + "ref:refs/heads/main\0");
        await ShouldNotMatchAsync(Subject(Repository + "ref:refs/heads/a|b"), Repository + "ref:refs/heads/a", Repository + "ref:refs/heads/b", "b");
        await ShouldNotMatchAsync(Subject("repo:octo-org/hello-octopus:^a$"), "repo:octo-org/hello-octopus:a");
        await ShouldNotMatchAsync(Subject("repo:octo-org/hello-octopus:[a-z]+."), "repo:octo-org/hello-octopus:abc", "repo:octo-org/hello-octopus:a+x");
        await ShouldNotMatchAsync(Subject("repo:octo.org/hello-octopus:ref:refs/heads/main"), "repo:octo-org/hello-octopus:ref:refs/heads/main");
    }

    /// <summary>What it costs is counted in SubjectPatternTests.</summary>
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("*a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b*")]
    [InlineData("*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*")]
    public async Task C6_a_pattern_that_would_be_a_catastrophe(string pattern) =>
        await ShouldNotMatchAsync(Subject(Repository + pattern), Repository + new string('a', 9_000), Repository + new string('a', 9_000) + "!");

    [Fact]
    public async Task C7_a_subject_that_only_looks_alike()
    {
        await ShouldNotMatchAsync(GitHub("Branch", "Main"), Repository + "ref:refs/heads/main", Repository + "ref:refs/heads/MAIN");
        await ShouldNotMatchAsync(GitHub("Branch", "ci"), Repository + "ref:refs/heads/cI", Repository + "ref:refs/heads/c\u0131", Repository + "ref:refs/heads/c\u0130", Repository + "ref:refs/heads/\u0441i");
        await ShouldNotMatchAsync(GitHub("Branch", "caf\u00e9"), Repository + "ref:refs/heads/cafe\u0301", Repository + "ref:refs/heads/cafe");
        await ShouldNotMatchAsync(GitHub("Branch", "main"),
            "repo:octo-org/hello-octopu\u017f:ref:refs/heads/main", "repo:oct\u03bf-org/hello-octopus:ref:refs/heads/main", "repo:octo-org/hello\u200b-octopus:ref:refs/heads/main", "repo:octo\u2010org/hello-octopus:ref:refs/heads/main",
            "REPO:octo-org/hello-octopus:ref:refs/heads/main", "repo:octo-org/hello-octopus:REF:refs/heads/main", "repo:octo-org/hello-octopus:ref:refs/heads/\uff4dain", "repo:octo-org/hello-octopus:ref:refs/heads/ma\u00adin");
        // GitHub's own names of owners and repositories do not tell upper from lower case, and are pinned by their ids.
        var (_, audience) = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(audience, server.GitHubToken(audience, claims => claims["sub"] = "repo:Octo-Org/HELLO-octopus:ref:refs/heads/main"))).Status.ShouldBe(200);
    }
}
