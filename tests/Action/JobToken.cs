using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OctoLogin.Tests.Action;

/// <summary>An ID token that looks like GitHub's; its signature is noise, since nobody here verifies it.</summary>
internal static class JobToken
{
    public static string For(string audience, string subject = "repo:octo-org/hello-octopus:ref:refs/heads/main", object? more = null)
    {
        var claims = JsonSerializer.SerializeToNode(more ?? new { environment = "production" })!.AsObject();
        (string, string)[] usual =
        [
            ("iss", "https://token.actions.githubusercontent.com"), ("sub", subject), ("aud", audience), ("jti", Guid.NewGuid().ToString()),
            ("ref", "refs/heads/main"), ("repository", "octo-org/hello-octopus"), ("repository_id", "74"), ("repository_owner_id", "65"),
            ("event_name", "push"), ("job_workflow_ref", "octo-org/hello-octopus/.github/workflows/deploy.yml@refs/heads/main"),
            ("workflow_ref", "octo-org/hello-octopus/.github/workflows/deploy.yml@refs/heads/main"), ("runner_environment", "github-hosted"),
        ];
        foreach (var (name, value) in usual)
        {
            claims.TryAdd(name, value);
        }
        return $"{Part("""{"alg":"RS256","typ":"JWT","kid":"1"}""")}.{Part(claims.ToJsonString())}.{Part(Guid.NewGuid().ToString() + Guid.NewGuid())}";
    }

    public static string Signature(string jwt) => jwt[(jwt.LastIndexOf('.') + 1)..];

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
