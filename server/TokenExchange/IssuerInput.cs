using System.Text.Json;

namespace OctoLogin.TokenExchange;

/// <summary>
/// What a client sends to set something for an issuer. On a change, absent or null keeps what is there; an empty text clears it.
/// </summary>
public sealed record IssuerInput
{
    /// <summary>Exactly as the tokens' <c>iss</c> has it; it names the issuer and cannot be changed.</summary>
    public string? Issuer { get; init; }

    /// <summary>One or more CA certificates in PEM, by which alone this issuer's servers are trusted then.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A JWKS of public keys (an object, or its text), for an issuer that cannot be reached; it is never fetched then.</summary>
    public JsonElement? Jwks { get; init; }

    /// <summary>No token of the issuer is accepted, and the access tokens that it gave do not work.</summary>
    public bool? IsDisabled { get; init; }
}
