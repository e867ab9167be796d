using System.Security.Cryptography;
using System.Text;

namespace OctoLogin.Users;

/// <summary>
/// An API key: <c>API-</c> and 32 random letters and digits (160 bits). Only its SHA-256 is stored: a random key
/// of that length needs no slow hash, and a look-up by hash compares nothing secret character by character.
/// </summary>
public static class ApiKeySecret
{
    public const string Prefix = "API-";
    public const int FewestCharactersAfterPrefix = 20;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string New() => Prefix + RandomNumberGenerator.GetString(Alphabet, 32);

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>What lists show so that a person can tell keys apart.</summary>
    public static string Hint(string key) => key[..Math.Min(key.Length, Prefix.Length + 3)] + "…";
}
