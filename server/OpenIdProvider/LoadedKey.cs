using System.Text.Json;
using OctoLogin.Jose;

namespace OctoLogin.OpenIdProvider;

/// <summary>A signing key in memory, ready for use.</summary>
/// <param name="Signer">Null once the private key is forgotten.</param>
public sealed record LoadedKey(SigningKey Row, VerificationKey Public, PrivateKey? Signer)
{
    /// <summary>Looked up once: it is asked for at each signature.</summary>
    public SigningKeyUse Use { get; } = Row.Use;

    public string Sign(string type, Action<Utf8JsonWriter> payload) => JwsWriter.Sign(
        header =>
        {
            header.WriteString("alg", Row.Algorithm);
            header.WriteString("kid", Row.Kid);
            header.WriteString("typ", type);
        },
        payload,
        Signer!.Sign);
}
