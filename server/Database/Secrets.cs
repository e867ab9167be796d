using System.Security.Cryptography;
using System.Text;

namespace OctoLogin.Database;

/// <summary>
/// Encryption at rest with the master key: AES-256-GCM, stored as version (1 byte), nonce (12), tag (16), ciphertext.
/// The purpose, such as <c>signing_keys.private_key:KID</c>, is authenticated, so a sealed value opens only where it was put:
/// whoever can write the database cannot move a value to another row or column.
/// </summary>
public sealed class Secrets
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + NonceBytes + TagBytes;

    private readonly byte[] _key;

    public Secrets(ReadOnlySpan<byte> key)
    {
        if (key.Length != MasterKey.Size)
        {
            throw new ArgumentException($"The key has {key.Length} bytes and must have {MasterKey.Size}.", nameof(key));
        }

        _key = key.ToArray();
    }

    public byte[] Protect(string purpose, ReadOnlySpan<byte> plain)
    {
        var result = new byte[HeaderBytes + plain.Length];
        result[0] = Version;
        var nonce = result.AsSpan(1, NonceBytes);
        // Random nonces are safe up to 2^32 values under one key (NIST SP 800-38D, 8.3); a server seals a few thousand.
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, plain, result.AsSpan(HeaderBytes), result.AsSpan(1 + NonceBytes, TagBytes), Associated(purpose));
        return result;
    }

    /// <exception cref="CryptographicException">It was not sealed with this key for this purpose, or was changed since.</exception>
    public byte[] Unprotect(string purpose, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < HeaderBytes || sealedValue[0] != Version)
        {
            throw new CryptographicException($"The sealed value of {purpose} has an unknown format.");
        }

        var plain = new byte[sealedValue.Length - HeaderBytes];
        using var aes = new AesGcm(_key, TagBytes);
        try
        {
            aes.Decrypt(sealedValue.Slice(1, NonceBytes), sealedValue[HeaderBytes..], sealedValue.Slice(1 + NonceBytes, TagBytes), plain, Associated(purpose));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CryptographicException($"The sealed value of {purpose} was sealed for another purpose or with another key, or was changed.", e);
        }

        return plain;
    }

    /// <summary>A key of another's own for a purpose (HKDF, RFC 5869): none tells anything of another or of the master key.</summary>
    public byte[] DeriveKey(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, MasterKey.Size, info: Encoding.UTF8.GetBytes(purpose));

    private static byte[] Associated(string purpose) => [Version, .. Encoding.UTF8.GetBytes(purpose)];
}
