namespace OctoLogin.Accounts;

/// <summary>What an ID token is for; each use has its own subject keys.</summary>
public enum SubjectUse
{
    Deployment,
    Runbook,
    HealthCheck,
    AccountTest,
    Feed,
}

/// <summary>What a subject may tell, as slugs. Null: there is none, and its key is left out.</summary>
public sealed record SubjectParts
{
    public required string Space { get; init; }
    public string? ProjectGroup { get; init; }
    public string? Project { get; init; }
    public string? Runbook { get; init; }
    public string? Tenant { get; init; }
    public string? Environment { get; init; }
    public string? Target { get; init; }
    public string? Account { get; init; }
    public string? Feed { get; init; }

    /// <summary>Null: the use's.</summary>
    public string? Type { get; init; }
}

/// <summary>A subject, or why there can be none. It is never cut.</summary>
public sealed record SubjectText(string Text, string? Fault, IReadOnlyList<SubjectPart> Parts);

/// <param name="Slug">Null: it has none and is left out.</param>
public sealed record SubjectPart(string Key, string? Slug)
{
    public string Text => $"{Key}:{Slug}";
}
