namespace OctoLogin.OpenIdProvider;

/// <summary>Who we are to those who trust our tokens.</summary>
public sealed record IssuerOptions
{
    /// <summary>
    /// The public URL, without a slash at its end: <c>iss</c> of every token and the base of every URL in the discovery document.
    /// Never taken from a request: a <c>Host</c> header is the caller's word.
    /// </summary>
    public required string ServerUri { get; init; }

    public string TokenEndpoint => $"{ServerUri}/token/v1";
    public string RevocationEndpoint => $"{ServerUri}/token/revoke/v1";
    public string IntrospectionEndpoint => $"{ServerUri}/token/introspect/v1";
    public string JwksUri => $"{ServerUri}/.well-known/jwks";

    public static IssuerOptions Read(IConfiguration configuration, List<string> faults)
    {
        var urls = configuration["Urls"] ?? "http://localhost:8065";
        var text = configuration["ServerUri"] ?? urls.Split(';')[0].Trim().Replace("://*", "://localhost").Replace("://+", "://localhost").Replace("://0.0.0.0", "://localhost").Replace("://[::]", "://localhost");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length > 0)
        {
            faults.Add($"ServerUri is '{text}'; it must be the http or https URL that workflows use, without query, fragment or user, such as https://octologin.example.com.");
        }
        return new IssuerOptions { ServerUri = text.TrimEnd('/') };
    }
}
