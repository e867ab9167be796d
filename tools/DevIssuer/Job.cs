using System.Security.Cryptography;

namespace OctoLogin.DevIssuer;

/// <summary>A job of GitHub Actions: push of octo-org/hello-octopus on a branch.</summary>
internal sealed record Job(string Branch)
{
    public const string Owner = "octo-org";
    public const string Repository = "hello-octopus";
    public const string OwnerId = "65";
    public const string RepositoryId = "74";

    /// <summary>What the runner gives the job to ask for its ID token with (ACTIONS_ID_TOKEN_REQUEST_TOKEN).</summary>
    public string RequestToken { get; } = RandomNumberGenerator.GetHexString(64);

    /// <summary>The form that GitHub gives repositories since July 2026, with the numbers that no other repository gets.</summary>
    public string Subject => $"repo:{Owner}@{OwnerId}/{Repository}@{RepositoryId}:ref:refs/heads/{Branch}";

    public Dictionary<string, object> Claims(string issuer, string audience, DateTimeOffset now)
    {
        var workflow = $"{Owner}/{Repository}/.github/workflows/release.yml@refs/heads/{Branch}";
        return new()
        {
            ["iss"] = issuer, ["aud"] = audience, ["sub"] = Subject, ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(), ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["actor"] = "octocat", ["actor_id"] = "12", ["base_ref"] = "", ["head_ref"] = "", ["event_name"] = "push",
            ["job_workflow_ref"] = workflow, ["workflow_ref"] = workflow, ["workflow"] = "Release",
            ["ref"] = $"refs/heads/{Branch}", ["ref_protected"] = "true", ["ref_type"] = "branch",
            ["repository"] = $"{Owner}/{Repository}", ["repository_id"] = RepositoryId, ["repository_owner"] = Owner, ["repository_owner_id"] = OwnerId,
            ["repository_visibility"] = "private", ["run_attempt"] = "1", ["run_id"] = "1001", ["run_number"] = "10",
            ["runner_environment"] = "github-hosted", ["sha"] = "2d0d2d4c4bd4f9a4f4d2f0e3a5a2d3a1c9f00b1a",
        };
    }
}
