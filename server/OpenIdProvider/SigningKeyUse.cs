namespace OctoLogin.OpenIdProvider;

/// <summary>
/// What a key signs, and nothing else: what verifies an ID token never verifies an access token, nor the other way round
/// (RFC 8725 section 3.12). Each kind has its own algorithm, by which its rows are told apart.
/// </summary>
/// <param name="Name">As verbs and the audit call it.</param>
/// <param name="Algorithm">RFC 7518 section 3.1.</param>
public sealed record SigningKeyUse(string Name, string Algorithm)
{
    /// <summary>What CI gets for its own token; short, and quick to verify at each call.</summary>
    public static readonly SigningKeyUse AccessTokens = new("access-tokens", "ES256");

    /// <summary>What a deployment shows to a cloud: all of them know RS256, Entra knows nothing else.</summary>
    public static readonly SigningKeyUse IdTokens = new("id-tokens", "RS256");

    public static IReadOnlyList<SigningKeyUse> All { get; } = [AccessTokens, IdTokens];

    public static SigningKeyUse Of(string algorithm) => All.Single(use => use.Algorithm == algorithm);

    public override string ToString() => Name;
}

/// <summary>What this process signs. A worker, beside which users' scripts run, opens no key of access tokens.</summary>
public sealed record SigningDuties(params SigningKeyUse[] Uses);
