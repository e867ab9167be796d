namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Issuers where anybody can have tokens signed, told apart by the subject alone: a wildcard before the part that names the owner
/// and the repository would let in the world.
/// </summary>
public static class SharedIssuers
{
    public const string GitHub = "https://token.actions.githubusercontent.com";

    /// <param name="OwnedSegments">How many of the subject's parts between <c>:</c> name whose token it is.</param>
    private sealed record SharedIssuer(string Issuer, int OwnedSegments, string Example);

    private static readonly SharedIssuer[] Known =
    [
        new(GitHub, 2, "repo:acme/web:ref:refs/heads/*"),
        new("https://gitlab.com", 2, "project_path:acme/web:ref_type:branch:ref:*"),
        new("https://agent.buildkite.com", 4, "organization:acme:pipeline:web:ref:refs/heads/main:*"),
        new("https://app.terraform.io", 4, "organization:acme:project:web:*"),
        new("https://accounts.google.com", int.MaxValue, "104170000000000000000"),
    ];

    public static bool IsGitHub(string issuer) =>
        IsOf(issuer, GitHub)
        || (Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
            && (uri.AbsolutePath == "/_services/token" || (uri.Host.StartsWith("token.actions.", StringComparison.Ordinal) && uri.Host.EndsWith(".ghe.com", StringComparison.Ordinal))));

    /// <summary>The issuer itself, or one below it, such as that of an enterprise or an organization.</summary>
    public static bool IsOf(string issuer, string known) => issuer == known || issuer.StartsWith(known + "/", StringComparison.Ordinal);

    /// <summary>Why this subject must not be saved for this issuer; null when it may.</summary>
    public static string? Fault(string issuer, string subject)
    {
        if (!SubjectPattern.HasWildcard(subject))
        {
            return null;
        }
        var shared = Known.FirstOrDefault(known => IsOf(issuer, known.Issuer))
            ?? (IsGitHub(issuer) ? Known[0] : null);
        if (shared is null)
        {
            return subject.Trim('*', '?').Length == 0 ? "Subject has only wildcards, so it would accept every token of the issuer; name at least part of the subject." : null;
        }
        var segments = subject.Split(':');
        var owned = Math.Min(shared.OwnedSegments, segments.Length);
        var named = segments.Take(owned).All(segment => !SubjectPattern.HasWildcard(segment)) && segments.Length > owned;
        return named
            ? null
            : $"Subject '{subject}' has a wildcard in the part that says whose token it is, and anybody can get tokens from {issuer}. Write that part out, as in '{shared.Example}'.";
    }
}
