using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OctoLogin.OpenIdProvider;

/// <summary>
/// Signs on as many threads as ask: one key object must not be used by two at once, and behind a lock they would wait for each other.
/// So there are as many objects of the key as were ever needed at the same time.
/// </summary>
public sealed class PrivateKey
{
    private readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];
    private readonly Func<AsymmetricAlgorithm> another;

    /// <param name="pkcs8">The caller clears it.</param>
    public PrivateKey(SigningKeyUse use, byte[] pkcs8)
    {
        if (use == SigningKeyUse.IdTokens)
        {
            var first = RSA.Create();
            first.ImportPkcs8PrivateKey(pkcs8, out _);
            var parameters = first.ExportParameters(includePrivateParameters: true);
            (another, idle) = (() => RSA.Create(parameters), [first]);
        }
        else
        {
            var first = ECDsa.Create();
            first.ImportPkcs8PrivateKey(pkcs8, out _);
            var parameters = first.ExportParameters(includePrivateParameters: true);
            (another, idle) = (() => ECDsa.Create(parameters), [first]);
        }
    }

    /// <summary>The signature as a JWS has it: RS256 or ES256.</summary>
    public byte[] Sign(byte[] input)
    {
        if (!idle.TryTake(out var key))
        {
            key = another();
        }
        try
        {
            return key switch
            {
                RSA rsa => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                // r and s side by side (RFC 7518 section 3.4).
                ECDsa ec => ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => throw new InvalidOperationException($"{key.GetType().Name} signs nothing here."),
            };
        }
        finally
        {
            idle.Add(key);
        }
    }
}
