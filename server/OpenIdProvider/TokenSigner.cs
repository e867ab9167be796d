using System.Text.Json;

namespace OctoLogin.OpenIdProvider;

/// <summary>Signs access tokens with the current key of theirs: ES256 (RFC 7518 section 3.4).</summary>
public sealed class TokenSigner(SigningKeyRing ring)
{
    /// <param name="type">The header's <c>typ</c>, which keeps kinds of token apart (RFC 8725 section 3.11).</param>
    public string Sign(string type, Action<Utf8JsonWriter> payload) => ring.Current(SigningKeyUse.AccessTokens).Sign(type, payload);
}
