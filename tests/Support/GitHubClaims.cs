namespace OctoLogin.Tests.Support;

/// <summary>The claims of a job's ID token as GitHub sends them: octo-org/hello-octopus on main, by push.</summary>
public static class GitHubClaims
{
    public const string Issuer = "https://token.actions.githubusercontent.com";
    public const string RepositoryId = "74";
    public const string OwnerId = "65";
    public const string Subject = "repo:octo-org/hello-octopus:ref:refs/heads/main";
    public const string ImmutableSubject = "repo:octo-org@65/hello-octopus@74:ref:refs/heads/main";

    /// <param name="now">Issued now, valid for 5 minutes, not before 5 minutes ago, as GitHub does.</param>
    public static Dictionary<string, object?> Of(string audience, DateTimeOffset now, string issuer = Issuer) => new()
    {
        ["iss"] = issuer,
        ["aud"] = audience,
        ["sub"] = Subject,
        ["jti"] = Guid.NewGuid().ToString(),
        ["iat"] = now.ToUnixTimeSeconds(),
        ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        ["actor"] = "octocat",
        ["actor_id"] = "12",
        ["base_ref"] = "",
        ["head_ref"] = "",
        ["event_name"] = "push",
        ["job_workflow_ref"] = "octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/main",
        ["ref"] = "refs/heads/main",
        ["ref_protected"] = "true",
        ["ref_type"] = "branch",
        ["repository"] = "octo-org/hello-octopus",
        ["repository_id"] = RepositoryId,
        ["repository_owner"] = "octo-org",
        ["repository_owner_id"] = OwnerId,
        ["repository_visibility"] = "private",
        ["run_attempt"] = "1",
        ["run_id"] = "1001",
        ["run_number"] = "10",
        ["runner_environment"] = "github-hosted",
        ["sha"] = "2d0d2d4c4bd4f9a4f4d2f0e3a5a2d3a1c9f00b1a",
        ["workflow"] = "Release",
        ["workflow_ref"] = "octo-org/hello-octopus/.github/workflows/release.yml@refs/heads/main",
    };
}
