using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OctoLogin.OpenIdProvider;

/// <summary>A key that was just made.</summary>
/// <param name="Kid">The JWK thumbprint (RFC 7638).</param>
/// <param name="PublicJwk">As it is published.</param>
/// <param name="Pkcs8">The private key; whoever takes it encrypts and then clears it.</param>
public sealed record KeyPair(string Kid, string PublicJwk, byte[] Pkcs8)
{
    public static KeyPair Generate(SigningKeyUse use, int rsaBits)
    {
        while (true)
        {
            var pair = use == SigningKeyUse.IdTokens ? GenerateRsa(rsaBits) : GenerateEc();
            // One in 64: `keys revoke -…`, typed in a hurry, would be read as an option.
            if (!pair.Kid.StartsWith('-'))
            {
                return pair;
            }
            CryptographicOperations.ZeroMemory(pair.Pkcs8);
        }
    }

    private static KeyPair GenerateEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        return Of(SigningKeyUse.AccessTokens, key, $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""",
            new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = x, ["y"] = y });
    }

    private static KeyPair GenerateRsa(int bits)
    {
        using var key = RSA.Create(bits);
        var numbers = key.ExportParameters(includePrivateParameters: false);
        var (n, e) = (Base64Url.EncodeToString(numbers.Modulus), Base64Url.EncodeToString(numbers.Exponent));
        return Of(SigningKeyUse.IdTokens, key, $$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""",
            new() { ["kty"] = "RSA", ["n"] = n, ["e"] = e });
    }

    /// <param name="thumbprinted">The members that RFC 7638 section 3.2 names, in its order, nothing else.</param>
    private static KeyPair Of(SigningKeyUse use, AsymmetricAlgorithm key, string thumbprinted, Dictionary<string, string> jwk)
    {
        var kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(thumbprinted)));
        (jwk["kid"], jwk["use"], jwk["alg"]) = (kid, "sig", use.Algorithm);
        return new KeyPair(kid, JsonSerializer.Serialize(jwk), key.ExportPkcs8PrivateKey());
    }
}
