using System.Text.Json;
using OctoLogin.Jose;

namespace OctoLogin.OpenIdProvider;

/// <summary>Signs a JWT with the current key: ES256 (RFC 7518 section 3.4).</summary>
public sealed class TokenSigner(SigningKeyRing ring)
{
    /// <param name="type">The header's <c>typ</c>, which keeps kinds of token apart (RFC 8725 section 3.11).</param>
    public string Sign(string type, Action<Utf8JsonWriter> payload)
    {
        var key = ring.Current;
        return JwsWriter.Sign(
            header =>
            {
                header.WriteString("alg", key.Row.Algorithm);
                header.WriteString("kid", key.Row.Kid);
                header.WriteString("typ", type);
            },
            payload,
            key.Signer!.Sign);
    }
}
