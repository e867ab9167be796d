using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Access;

/// <summary>
/// The cookie of a person who is signed in: 256 random bits, of which the database has the SHA-256. It has no life of its own; the
/// session on the server has.
/// </summary>
public sealed class SessionCookie(IssuerOptions issuer)
{
    private const string Name = "octologin";

    /// <summary>A browser takes a name that begins so only from this very host, by https and for all its paths: nobody on a neighbouring host can plant one (RFC 6265bis section 4.1.3.2).</summary>
    private const string HostPrefix = "__Host-";

    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Null: there is none, or nothing that this server made.</summary>
    public string? Read(HttpContext context) => context.Request.Cookies[NameFor(context)] is { Length: 43 } secret ? secret : null;

    public void Write(HttpContext context, string secret) => context.Response.Cookies.Append(NameFor(context), secret, Options(context));

    public void Delete(HttpContext context) => context.Response.Cookies.Delete(NameFor(context), Options(context));

    private string NameFor(HttpContext context) => IsSecure(context) ? HostPrefix + Name : Name;

    private CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        // Not Strict: whoever follows a link to a page here, or comes back from their provider, is signed in. What changes something is SameOrigin's to refuse.
        SameSite = SameSiteMode.Lax,
        Secure = IsSecure(context),
        Path = "/",
    };

    // By either: behind a proxy that ends TLS, the request's own scheme may be http.
    private bool IsSecure(HttpContext context) => context.Request.IsHttps || issuer.ServerUri.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
