using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Who may act as a service account: tokens of this issuer, with this subject, for this audience, that meet all conditions.
/// A row of <c>oidc_identities</c>.
/// </summary>
public sealed record OidcIdentity
{
    private IReadOnlyList<ClaimCondition>? conditions;

    public required string Id { get; init; }

    /// <summary>The service account's user Id.</summary>
    public required string UserId { get; init; }
    public required string Name { get; init; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }

    /// <summary>Null: the service account's GUID.</summary>
    public string? Audience { get; init; }
    public required string ConditionsJson
    {
        get;
        init
        {
            field = value;
            // A copy made with "with" brings the parsed list of the original along.
            conditions = null;
        }
    }

    public required int TokenLifetimeSeconds { get; init; }
    public required bool AllowReuse { get; init; }
    public string? GithubOwner { get; init; }
    public string? GithubRepository { get; init; }
    public GitHubFilterType? GithubFilterType { get; init; }
    public string? GithubFilterValue { get; init; }
    public string? GithubRepositoryId { get; init; }
    public string? GithubRepositoryOwnerId { get; init; }

    /// <summary>Where the ids came from: Given, GitHub or FirstToken; null while they are not known.</summary>
    public string? GithubPinnedFrom { get; init; }

    /// <summary>Since when the names stand without ids; null when they are pinned.</summary>
    public DateTimeOffset? GithubUnpinnedSince { get; init; }
    public required int Version { get; init; }

    /// <summary>An administrator disabled the issuer on this server: no token of it is accepted.</summary>
    public bool IssuerDisabled { get; init; }

    /// <summary>Of the issuer's settings when this was read; 0: it has none.</summary>
    public long IssuerVersion { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public IReadOnlyList<ClaimCondition> Conditions => conditions ??= JsonSerializer.Deserialize<ClaimCondition[]>(ConditionsJson)!;

    public bool IsGitHub => GithubOwner is not null;

    /// <summary>Names were given but the ids behind them are not known yet.</summary>
    public bool IsUnpinned => IsGitHub && GithubRepositoryId is null;

    /// <summary>
    /// Every check of this identity against the claims of a token whose signature and times are proven (contract, steps 7 to 9). Pure.
    /// </summary>
    /// <param name="defaultAudience">The service account's GUID.</param>
    public IdentityMatch Match(JsonElement claims, string defaultAudience, DateTimeOffset now)
    {
        var checks = new List<IdentityCheck> { AudienceCheck(claims, Audience ?? defaultAudience) };
        if (IsGitHub)
        {
            checks.AddRange(GitHubChecks.Run(this, claims, now));
        }
        else
        {
            var subject = Text(claims, "sub");
            checks.Add(new("subject", subject is not null && SubjectPattern.Matches(Subject, subject), Subject, subject));
        }
        checks.AddRange(Conditions.Select(condition => condition.Check(claims)));
        return new IdentityMatch(this, checks);
    }

    private static IdentityCheck AudienceCheck(JsonElement claims, string audience)
    {
        var present = claims.TryGetProperty("aud", out var aud);
        var passed = present && aud.ValueKind switch
        {
            JsonValueKind.String => aud.ValueEquals(audience),
            JsonValueKind.Array => aud.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) && aud.EnumerateArray().Any(one => one.ValueEquals(audience)),
            _ => false,
        };
        return new("audience", passed, audience, Shown(claims, "aud"));
    }

    public static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static string? Shown(JsonElement claims, string name) =>
        !claims.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();
}

/// <summary>One comparison. <paramref name="Expected"/> is the identity's own pattern: for administrators and the audit, never for the presenter.</summary>
/// <param name="Part"><c>subject</c>, <c>audience</c>, or the claim's name.</param>
public sealed record IdentityCheck(string Part, bool Passed, string? Expected, string? Actual, string? Explanation = null);

public sealed record IdentityMatch(OidcIdentity Identity, IReadOnlyList<IdentityCheck> Checks)
{
    public bool Matches => Checks.All(check => check.Passed);
    public int Passed => Checks.Count(check => check.Passed);
    public IdentityCheck FirstFailure => Checks.First(check => !check.Passed);
}
