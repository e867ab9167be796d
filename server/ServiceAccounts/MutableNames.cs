namespace OctoLogin.ServiceAccounts;

/// <summary>
/// Issuers whose subjects are made of names alone, such as a project's path: whoever gets a name after it was given up or renamed away
/// gets its tokens too. Their tokens have ids beside the names, which stay with what they were given to; an identity must ask for one.
/// </summary>
public static class MutableNames
{
    private static readonly (string Issuer, string[] Ids)[] Known =
    [
        ("https://gitlab.com", ["project_id", "namespace_id"]),
        // The organization's id is part of the issuer's URL, so that the project is what must be told.
        ("https://vstoken.dev.azure.com", ["prj_id"]),
        ("https://agent.buildkite.com", ["pipeline_id", "organization_id"]),
    ];

    /// <summary>Issuers that give a job one token for all its steps, as a variable, so that a second login comes with the same one.</summary>
    private static readonly string[] OneTokenForAJob = ["https://gitlab.com", "https://oidc.circleci.com"];

    public static bool ReusesTokens(string issuer) => OneTokenForAJob.Any(known => SharedIssuers.IsOf(issuer, known));

    /// <summary>The claims that tell whose token of this issuer it is, whatever its names become; none where names do not change hands.</summary>
    public static IReadOnlyList<string> IdsOf(string issuer) => Known.FirstOrDefault(known => SharedIssuers.IsOf(issuer, known.Issuer)).Ids ?? [];

    /// <summary>Why the identity must not be saved, unless whoever saves it says that names will do; null when it asks for an id.</summary>
    public static string? Fault(OidcIdentity identity)
    {
        var ids = IdsOf(identity.Issuer);
        return ids.Count == 0 || identity.Conditions.Any(condition => ids.Any(id => Pins(condition, id)))
            ? null
            : $"The subjects of {identity.Issuer} are names, and whoever takes over the name would be let in. Add a condition on {string.Join(" or ", ids)}, with the id that the tokens have, " +
                "or say that the name alone will do with AllowMutableNames (on the command line --allow-mutable-names).";
    }

    /// <summary>A pattern that leaves a part of the id open asks for no id.</summary>
    private static bool Pins(ClaimCondition condition, string id) => condition.IsOnValueOf(id) && (condition.Kind != ConditionKind.Pattern || !condition.Values.Any(SubjectPattern.HasWildcard));
}
