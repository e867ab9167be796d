using System.Text.Json;
using OctoLogin.Jose;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.TokenExchange;

/// <summary>An issuer as the API shows it: what was set for it, and how the process that answers has its keys.</summary>
public sealed record IssuerResource
{
    public required string Id { get; init; }
    public required string Issuer { get; init; }
    public required bool IsDisabled { get; init; }

    /// <summary>False: the setting <c>Issuers:Trusted</c> does not list it, so nothing of it is accepted.</summary>
    public required bool IsTrusted { get; init; }
    public string? CertificateAuthority { get; init; }
    public JsonElement? Jwks { get; init; }

    /// <summary>How many identities, of all service accounts, trust it.</summary>
    public required long OidcIdentities { get; init; }
    public DateTimeOffset? LastRefreshed { get; init; }

    /// <summary>Null: nothing was ever set for it.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Null: this process has not needed them since it started or since the last change.</summary>
    public IssuerKeysResource? Keys { get; init; }

    public static IssuerResource Of(KnownIssuer known, IssuerKeysState? state, TrustedIssuers trusted, DateTimeOffset now) => new()
    {
        Id = known.Settings.Id,
        Issuer = known.Settings.Issuer,
        IsDisabled = known.Settings.IsDisabled,
        IsTrusted = trusted.Fault(known.Settings.Issuer) is null,
        CertificateAuthority = known.Settings.CertificateAuthority,
        Jwks = known.Settings.Jwks is { } jwks ? JsonElement.Parse(jwks) : null,
        OidcIdentities = known.Identities,
        LastRefreshed = known.Settings.RefreshedAt,
        LastModified = known.Settings.UpdatedAt,
        Keys = state is null ? null : IssuerKeysResource.Of(state, now),
    };
}

/// <param name="Source">Fetched or Uploaded.</param>
/// <param name="Count">How many there are, usable or not.</param>
/// <param name="AgeSeconds">How long ago they were fetched or uploaded.</param>
/// <param name="StaleAfter">When they should be fetched again, which happens before; null for uploaded ones.</param>
/// <param name="LastError">Why the last fetch that failed did, also when a later one went well.</param>
public sealed record IssuerKeysResource(
    string Source, int Count, IReadOnlyList<IssuerKeyResource> Keys, DateTimeOffset? FetchedAt, long? AgeSeconds, DateTimeOffset? StaleAfter,
    string? LastError, DateTimeOffset? LastErrorAt)
{
    public static IssuerKeysResource Of(IssuerKeysState state, DateTimeOffset now)
    {
        IReadOnlyList<VerificationKey> keys = state.Keys?.Keys ?? [];
        return new(state.Source, keys.Count, [.. keys.Select(key => new IssuerKeyResource(key.KeyId, key.KeyType, key.AlgorithmName, key.Fault))],
            state.At, state.At is { } at ? (long)(now - at).TotalSeconds : null, state.StaleAt, state.LastFailure?.Reason, state.LastFailure?.At);
    }
}

/// <param name="Fault">Why it verifies nothing; null for a usable one.</param>
/// <param name="Algorithm">The only one that it may be used for; null: any that fits its type.</param>
public sealed record IssuerKeyResource(string? KeyId, string KeyType, string? Algorithm, string? Fault);
