using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace OctoLogin.Users;

/// <summary>ASP.NET Core Identity's hasher: PBKDF2 with a salt for each password, and the hash says how it was made.</summary>
public static class Passwords
{
    /// <summary>Longer ones are not looked at: nobody types them, and hashing what strangers send costs.</summary>
    public const int MostCharacters = 1000;

    private static readonly PasswordHasher<User> Hasher = new();
    private static readonly User Nobody = new() { Id = "", Username = "", DisplayName = "", IsActive = false, IsService = false };
    private static readonly Lazy<string> HashOfNobody = new(() => Hasher.HashPassword(Nobody, RandomNumberGenerator.GetHexString(32)));

    public static string Hash(User user, string password) => Hasher.HashPassword(user, password);

    /// <summary>Also says whether the hash should be made anew. Takes as long for nobody as for somebody: the time must not tell which names there are.</summary>
    /// <param name="user">Null: there is no such user, or none that has a password.</param>
    public static PasswordVerificationResult Verify(User? user, string password)
    {
        var result = Hasher.VerifyHashedPassword(user ?? Nobody, user?.PasswordHash ?? HashOfNobody.Value, password);
        return user?.PasswordHash is null ? PasswordVerificationResult.Failed : result;
    }
}
