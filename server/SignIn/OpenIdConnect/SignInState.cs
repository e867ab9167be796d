using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// What is remembered between sending a browser to the provider and its return. The browser carries it, sealed, in <c>state</c>, so that
/// strangers who begin sign-ins make nobody write anything; that it comes back once only is the database's to say.
/// </summary>
/// <param name="Issuer">Whom the browser was sent to.</param>
/// <param name="SettingsVersion">The provider's settings then.</param>
/// <param name="Browser">SHA-256 of the cookie of the browser that it was begun in.</param>
/// <param name="TestedBy">The administrator who tries the provider and wants to change nothing; null: somebody signs in.</param>
public sealed record SignInState(string Issuer, long SettingsVersion, byte[] Browser, string ReturnTo, string? TestedBy, long Expires);

/// <summary>Seals and opens <see cref="SignInState"/>, and derives from it and the browser's cookie what else only that browser's sign-in can know.</summary>
public sealed class SignInStates(Secrets secrets)
{
    private const string Purpose = "sign-in state";
    private const int MostCharacters = 8000;

    // Strangers can have as many made as they like, so under a key of their own.
    private readonly Secrets own = new(secrets.DeriveKey(Purpose));

    public string Seal(SignInState state) => Base64Url.EncodeToString(own.Protect(Purpose, JsonSerializer.SerializeToUtf8Bytes(state, Json.Options)));

    /// <summary>Null: nothing that this server made.</summary>
    public SignInState? Open(string text)
    {
        if (text.Length > MostCharacters || !Base64Url.IsValid(text))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<SignInState>(own.Unprotect(Purpose, Base64Url.DecodeFromChars(text)), Json.Options);
        }
        catch (Exception forged) when (forged is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public static string NewBrowserSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>What the ID token must bring back (OpenID Connect Core section 3.1.2.1).</summary>
    public static string Nonce(string browserSecret, string state) => Derive("nonce", browserSecret, state);

    /// <summary>What proves to the token endpoint that the code is redeemed by who asked for it (RFC 7636): never sent before that.</summary>
    public static string CodeVerifier(string browserSecret, string state) => Derive("code verifier", browserSecret, state);

    public static string CodeChallenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private static string Derive(string purpose, string browserSecret, string state) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(browserSecret), Encoding.UTF8.GetBytes($"{purpose}\n{state}")));
}
