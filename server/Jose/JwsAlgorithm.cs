using System.Security.Cryptography;

namespace OctoLogin.Jose;

/// <summary>A signature algorithm of RFC 7518 section 3.1 that we accept: asymmetric ones only, by exact name.</summary>
public sealed record JwsAlgorithm
{
    /// <summary><c>RSA</c> or <c>EC</c>, as the JWK's <c>kty</c>.</summary>
    public required string KeyType { get; init; }

    public required string Name { get; init; }
    public required HashAlgorithmName Hash { get; init; }

    /// <summary>Null for elliptic curves.</summary>
    public RSASignaturePadding? Padding { get; init; }

    /// <summary>The JWK's <c>crv</c>; null for RSA.</summary>
    public string? Curve { get; init; }

    /// <summary>Bytes of r and s together; 0 for RSA, where it is the key's size.</summary>
    public int SignatureBytes { get; init; }

    public static IReadOnlyList<JwsAlgorithm> All { get; } =
    [
        Rsa("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        Rsa("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        Rsa("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        Rsa("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        Rsa("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        Rsa("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        Ec("ES256", HashAlgorithmName.SHA256, "P-256", 64),
        Ec("ES384", HashAlgorithmName.SHA384, "P-384", 96),
        Ec("ES512", HashAlgorithmName.SHA512, "P-521", 132),
    ];

    private static readonly Dictionary<string, JwsAlgorithm> ByName = All.ToDictionary(known => known.Name, StringComparer.Ordinal);

    public static JwsAlgorithm? Find(string name) => ByName.GetValueOrDefault(name);

    private static JwsAlgorithm Rsa(string name, HashAlgorithmName hash, RSASignaturePadding padding) =>
        new() { KeyType = "RSA", Name = name, Hash = hash, Padding = padding };

    private static JwsAlgorithm Ec(string name, HashAlgorithmName hash, string curve, int signatureBytes) =>
        new() { KeyType = "EC", Name = name, Hash = hash, Curve = curve, SignatureBytes = signatureBytes };
}
