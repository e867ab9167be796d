using System.Text.Json;

namespace OctoLogin.OpenIdProvider;

/// <summary>Signs ID tokens for clouds with the current key of theirs, from memory: RS256, <c>typ</c> <c>JWT</c> (OpenID Connect Core section 2).</summary>
public sealed class IdTokenSigner(SigningKeyRing ring)
{
    public string Sign(Action<Utf8JsonWriter> payload) => ring.Current(SigningKeyUse.IdTokens).Sign("JWT", payload);
}
