namespace OctoLogin.Portal;

/// <summary>What every page tells the browser beyond <see cref="Http.SafeHeaders"/>: nothing that did not come from here runs or is shown, and nobody frames or keeps it.</summary>
public static class PortalHeaders
{
    /// <summary>No inline script, style or event handler: text from outside that got into a page unescaped would still do nothing.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        headers.CacheControl = "no-store";
    }
}
