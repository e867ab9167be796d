using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace OctoLogin.Jose;

/// <summary>
/// One public key of a JWKS (RFC 7517) that may verify signatures. Keys with a fault (too short, for encryption, no such curve)
/// are read too, with the reason, so that a refusal can say why a published key was not used.
/// </summary>
public sealed class VerificationKey
{
    public const int FewestRsaBits = 2048;
    // Verifying costs grow with the cube of the size: a published 16,384-bit key would be a way to slow us down.
    public const int MostRsaBits = 8192;

    // Importing an RSA key costs seven times as much as verifying with it, and one object must not be used by two threads at once.
    private readonly ConcurrentBag<AsymmetricAlgorithm> imported = [];
    private readonly RSAParameters rsa;
    private readonly ECParameters ec;
    private readonly string? algorithmName;
    private readonly string? curve;

    private VerificationKey(JsonElement jwk)
    {
        KeyType = "";
        try
        {
            // Reading a text fails where an escape in it is half of a character.
            KeyType = Text(jwk, "kty") ?? "";
            KeyId = Text(jwk, "kid");
            algorithmName = Text(jwk, "alg");
            curve = Text(jwk, "crv");
            Fault = PurposeFault(jwk);
            switch (KeyType)
            {
                case "RSA":
                    rsa = new RSAParameters { Modulus = Number(jwk, "n"), Exponent = Number(jwk, "e") };
                    Fault ??= RsaFault(rsa);
                    break;
                case "EC":
                    ec = ReadEc(jwk, curve);
                    Fault ??= ImportFault();
                    break;
                default:
                    Fault = "its 'kty' is neither RSA nor EC";
                    break;
            }
        }
        catch (Exception broken) when (broken is FormatException or CryptographicException or InvalidOperationException)
        {
            Fault = broken switch
            {
                FormatException => broken.Message,
                InvalidOperationException => "a text in it has an escape that is no character",
                _ => "its numbers are not a valid key",
            };
        }
    }

    public string KeyType { get; }
    public string? KeyId { get; }

    /// <summary>Its 'alg'; null where it has none.</summary>
    public string? AlgorithmName => algorithmName;

    /// <summary>Why this key verifies nothing; null for a usable one.</summary>
    public string? Fault { get; }

    /// <summary>The size of an RSA key; 0 for others.</summary>
    public int RsaBits => KeyType == "RSA" && rsa.Modulus is { } modulus ? Bits(modulus) : 0;

    public static VerificationKey Read(JsonElement jwk) => new(jwk);

    /// <summary>Why the key cannot have made a signature of this algorithm; null when it can.</summary>
    public string? Misfit(JwsAlgorithm algorithm) =>
        Fault is not null ? Fault
        : KeyType != algorithm.KeyType ? $"it is an {KeyType} key, {algorithm.Name} needs {algorithm.KeyType}"
        : algorithm.Curve is not null && curve != algorithm.Curve ? $"its curve is {curve}, {algorithm.Name} needs {algorithm.Curve}"
        : algorithmName is not null && algorithmName != algorithm.Name ? $"its 'alg' is not {algorithm.Name}"
        : null;

    public bool Verifies(CompactJws token)
    {
        if (Misfit(token.Algorithm) is not null)
        {
            return false;
        }
        if (!imported.TryTake(out var key))
        {
            key = Import();
        }
        try
        {
            return key switch
            {
                RSA rsaKey => rsaKey.VerifyData(token.SigningInput, token.Signature, token.Algorithm.Hash, token.Algorithm.Padding!),
                // r and s side by side (RFC 7518 section 3.4), never DER.
                ECDsa ecKey => token.Signature.Length == token.Algorithm.SignatureBytes
                    && ecKey.VerifyData(token.SigningInput, token.Signature, token.Algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => false,
            };
        }
        finally
        {
            imported.Add(key);
        }
    }

    private AsymmetricAlgorithm Import() => KeyType == "RSA" ? RSA.Create(rsa) : ECDsa.Create(ec);

    private string? ImportFault()
    {
        // The library checks that the point is on the curve.
        imported.Add(Import());
        return null;
    }

    private static string? PurposeFault(JsonElement jwk)
    {
        if (Text(jwk, "use") is { } use && use != "sig")
        {
            return "its 'use' is not 'sig'";
        }
        if (jwk.TryGetProperty("key_ops", out var operations)
            && (operations.ValueKind != JsonValueKind.Array || !operations.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals("verify"))))
        {
            return "its 'key_ops' do not include 'verify'";
        }
        return null;
    }

    private static string? RsaFault(RSAParameters rsa)
    {
        var bits = Bits(rsa.Modulus!);
        if (bits is < FewestRsaBits or > MostRsaBits)
        {
            return $"it is an RSA key of {bits} bits, {FewestRsaBits} to {MostRsaBits} are accepted";
        }
        var exponent = rsa.Exponent!;
        // e = 1 makes every message its own signature; small ones have a history of forgeries (RFC 8725 section 3.2 asks for sound parameters).
        var value = exponent.Length > 4 ? long.MaxValue : exponent.Aggregate(0L, (sum, part) => (sum << 8) | part);
        return value is < 65537 or > uint.MaxValue || value % 2 == 0 || rsa.Modulus![^1] % 2 == 0
            ? "its RSA modulus or exponent is not acceptable (the exponent must be odd, 65537 or more)"
            : RocaFingerprint.Matches(rsa.Modulus!) ? "its RSA modulus was made by a flawed generator (ROCA, CVE-2017-15361)" : null;
    }

    private static int Bits(byte[] number) => number.Length == 0 ? 0 : (number.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount(number[0]) + 24;

    private static ECParameters ReadEc(JsonElement jwk, string? curve)
    {
        var (named, bytes) = curve switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => throw new FormatException("its 'crv' is not P-256, P-384 or P-521"),
        };
        var point = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") };
        return point.X.Length == bytes && point.Y.Length == bytes
            ? new ECParameters { Curve = named, Q = point }
            : throw new FormatException($"its 'x' and 'y' must have {bytes} bytes each for {curve}");
    }

    /// <summary>A big-endian number without leading zeros (some issuers publish one).</summary>
    private static byte[] Number(JsonElement jwk, string name)
    {
        var bytes = Bytes(jwk, name);
        var zeros = bytes.TakeWhile(part => part == 0).Count();
        return zeros == 0 ? bytes : bytes[zeros..];
    }

    private static byte[] Bytes(JsonElement jwk, string name) => Text(jwk, name) is { Length: > 0 } text
        ? Base64Url.DecodeFromChars(text)
        : throw new FormatException($"it has no '{name}'");

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
