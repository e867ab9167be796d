namespace OctoLogin.Http;

/// <summary>What every answer of the API and the portal tells a browser, whatever it holds: not to frame it, not to guess its type, and to come by https alone.</summary>
public static class SafeHeaders
{
    /// <summary>For what is no page; a page sets its own.</summary>
    private const string NothingOfIt = "default-src 'none'; frame-ancestors 'none'";

    /// <param name="serverUri">On https, so are its answers to browsers, also when a proxy that ends TLS asks by http.</param>
    public static void UseSafeHeaders(this IApplicationBuilder app, string serverUri)
    {
        var isHttps = serverUri.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers.ContentSecurityPolicy = NothingOfIt;
            if (isHttps || context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }
            return next(context);
        });
    }
}
