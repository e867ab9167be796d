using System.Text.Json;

namespace OctoLogin.ServiceAccounts;

/// <summary>A claim that must be there as a string and match one of the values, which may hold <c>*</c> and <c>?</c>.</summary>
public sealed record ClaimCondition
{
    public required string Claim { get; init; }
    public required string[] Values { get; init; }

    /// <summary>An absent claim, or one that is no string, satisfies nothing.</summary>
    public bool IsMetBy(JsonElement claims) =>
        claims.TryGetProperty(Claim, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text && Values.Any(pattern => SubjectPattern.Matches(pattern, text));
}
