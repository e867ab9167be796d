using OctoLogin.Http;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.Access;

/// <summary>
/// Whether a browser sends a request for a page of this server or for somebody else's (CSRF). Asked of what changes something and is
/// authorized by the cookie, which a browser adds whoever made the request; a key or token it does not add.
/// </summary>
public sealed class SameOrigin(IssuerOptions issuer)
{
    private const string Refusal =
        "This request would change something and does not come from a page of this server: a browser says so by Sec-Fetch-Site and Origin. " +
        "Programs use an API key or an access token; one that comes with a session's cookie must send Origin with this server's address.";

    /// <summary>Refuses a page of another site, which would have the browser sign somebody in as somebody else. A program says nothing of this kind and has nothing that could be misused.</summary>
    public void DemandOfForm(HttpContext context)
    {
        if (OriginOf(context.Request) == RequestOrigin.Other)
        {
            throw ApiException.Forbidden(Refusal);
        }
    }

    /// <summary>For what is authorized by the cookie: every browser that is left says where an unsafe request comes from, so one that does not is refused.</summary>
    public bool IsSame(HttpRequest request) => OriginOf(request) == RequestOrigin.Same;

    public static ApiException Refused() => ApiException.Forbidden(Refusal);

    private RequestOrigin OriginOf(HttpRequest request) =>
        Of(request.Headers["Sec-Fetch-Site"], request.Headers.Origin, $"{request.Scheme}://{request.Host}", issuer.ServerUri);

    /// <summary>
    /// By Sec-Fetch-Site, which no page can set; it is sent to https and to localhost. Else by Origin, which must be the address that the
    /// browser itself used (Host), or the one of the settings where a proxy changed Host.
    /// </summary>
    internal static RequestOrigin Of(string? site, string? origin, string host, string serverUri)
    {
        if (!string.IsNullOrEmpty(site))
        {
            return site is "same-origin" or "none" ? RequestOrigin.Same : RequestOrigin.Other;
        }
        if (string.IsNullOrEmpty(origin))
        {
            return RequestOrigin.Untold;
        }
        return OriginOf(origin) is { } there && (there == OriginOf(host) || there == OriginOf(serverUri)) ? RequestOrigin.Same : RequestOrigin.Other;
    }

    // 'null', which a sandboxed page sends, is no address.
    private static string? OriginOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") ? uri.GetLeftPart(UriPartial.Authority) : null;
}

internal enum RequestOrigin
{
    Same,
    Other,

    /// <summary>Neither header: no browser, or a very old one.</summary>
    Untold,
}
