using System.Buffers.Text;
using System.Text.Json;

namespace OctoLogin.Action;

internal sealed record IdTokenClaim(string Name, string Value);

/// <summary>Reads an ID token's claims to show them. Nothing is verified: the server does that, and nothing is decided by them here.</summary>
internal static class IdTokenClaims
{
    // Those that an identity can be registered with, the three that every identity has first.
    private static readonly string[] Registrable =
    [
        "iss", "sub", "aud", "repository", "repository_id", "repository_owner", "repository_owner_id", "repository_visibility", "environment", "ref", "ref_type",
        "ref_protected", "event_name", "head_ref", "base_ref", "workflow_ref", "job_workflow_ref", "runner_environment", "actor", "actor_id", "enterprise",
    ];

    public static IReadOnlyList<IdTokenClaim> Read(string idToken)
    {
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(idToken.Split('.')[1]));
            var root = payload.RootElement;
            var custom = root.EnumerateObject().Select(member => member.Name).Where(name => name.StartsWith("repo_property_", StringComparison.Ordinal));
            // GitHub sends some claims empty (head_ref outside of pull requests): no identity can be registered with those.
            return [.. Registrable.Concat(custom).Where(name => root.TryGetProperty(name, out _))
                .Select(name => new IdTokenClaim(PlainText.OneLine(name, 100), Show(root.GetProperty(name)))).Where(claim => claim.Value.Length > 0)];
        }
        catch (Exception failure) when (failure is FormatException or JsonException or IndexOutOfRangeException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string Show(JsonElement value) => PlainText.OneLine(
        value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray().Select(item => item.ToString())) : value.ToString(), 500);
}
