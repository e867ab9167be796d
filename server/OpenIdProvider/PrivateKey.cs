using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OctoLogin.OpenIdProvider;

/// <summary>
/// Signs on as many threads as ask: one key object must not be used by two at once, and behind a lock they would wait for each other.
/// So there are as many objects of the key as were ever needed at the same time.
/// </summary>
public sealed class PrivateKey
{
    private readonly ConcurrentBag<ECDsa> idle = [];
    private readonly ECParameters parameters;

    /// <param name="pkcs8">The caller clears it.</param>
    public PrivateKey(byte[] pkcs8)
    {
        var first = ECDsa.Create();
        first.ImportPkcs8PrivateKey(pkcs8, out _);
        parameters = first.ExportParameters(includePrivateParameters: true);
        idle.Add(first);
    }

    /// <summary>r and s side by side (RFC 7518 section 3.4).</summary>
    public byte[] Sign(byte[] input)
    {
        if (!idle.TryTake(out var key))
        {
            key = ECDsa.Create(parameters);
        }
        try
        {
            return key.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            idle.Add(key);
        }
    }
}
