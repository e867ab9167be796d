using System.Text.Json;
using System.Text.RegularExpressions;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>An AWS role's trust policy, read as IAM reads it: the very text that an administrator pastes.</summary>
public sealed class TrustPolicy(string json)
{
    private readonly JsonElement policy = JsonDocument.Parse(json).RootElement;

    /// <summary>For one provider, audience and subject (<c>StringEquals</c>, or <c>StringLike</c> when it has a wildcard).</summary>
    public static string For(string account, string issuer, string audience, string subject, bool tags = false)
    {
        var provider = issuer["https://".Length..];
        return JsonSerializer.Serialize(new
        {
            Version = "2012-10-17",
            Statement = new[]
            {
                new
                {
                    Effect = "Allow",
                    Principal = new { Federated = $"arn:aws:iam::{account}:oidc-provider/{provider}" },
                    Action = tags ? new[] { "sts:AssumeRoleWithWebIdentity", "sts:TagSession" } : ["sts:AssumeRoleWithWebIdentity"],
                    Condition = subject.Contains('*')
                        ? new { StringEquals = Of($"{provider}:aud", audience), StringLike = Of($"{provider}:sub", subject) }
                        : (object)new { StringEquals = Of($"{provider}:aud", audience).Append(new($"{provider}:sub", subject)).ToDictionary() },
                },
            },
        });
    }

    public bool Allows(string action, string federated, VerifiedToken token) =>
        policy.GetProperty("Version").GetString() == "2012-10-17"
        && Each(policy.GetProperty("Statement")).Any(statement => statement.GetProperty("Effect").GetString() == "Allow"
            && Each(statement.GetProperty("Action")).Any(allowed => allowed.GetString() == action)
            && Each(statement.GetProperty("Principal").GetProperty("Federated")).Any(principal => principal.GetString() == federated)
            && (!statement.TryGetProperty("Condition", out var condition) || condition.EnumerateObject().All(test => Holds(test, federated, token))));

    private static bool Holds(JsonProperty test, string federated, VerifiedToken token) => test.Value.EnumerateObject().All(key =>
    {
        var (provider, claim) = (key.Name[..key.Name.LastIndexOf(':')], key.Name[(key.Name.LastIndexOf(':') + 1)..]);
        var value = federated.EndsWith($":oidc-provider/{provider}", StringComparison.Ordinal) && token.Claims.TryGetProperty(claim, out var found) ? found.GetString() : null;
        return value is not null && Each(key.Value).Any(wanted => test.Name switch
        {
            "StringEquals" => wanted.GetString() == value,
            "StringLike" => IsLike(value, wanted.GetString()!),
            _ => throw new InvalidOperationException($"{test.Name} is no condition of this policy's."),
        });
    });

    private static bool IsLike(string value, string pattern) =>
        Regex.IsMatch(value, $"^{Regex.Escape(pattern).Replace(@"\*", ".*").Replace(@"\?", ".")}\\z", RegexOptions.Singleline);

    private static Dictionary<string, string> Of(string key, string value) => new() { [key] = value };

    private static IEnumerable<JsonElement> Each(JsonElement one) => one.ValueKind == JsonValueKind.Array ? one.EnumerateArray() : [one];
}
