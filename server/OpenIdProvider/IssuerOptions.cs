namespace OctoLogin.OpenIdProvider;

/// <summary>Who we are to those who trust our tokens.</summary>
public sealed record IssuerOptions
{
    /// <summary>
    /// The public URL, without a slash at its end: <c>iss</c> of every token and the base of every URL in the discovery document.
    /// Never taken from a request: a <c>Host</c> header is the caller's word.
    /// </summary>
    public required string ServerUri { get; init; }

    /// <summary>Whether an operator gave <see cref="ServerUri"/>; otherwise it is where the server listens, which others need not reach.</summary>
    public bool IsSet { get; init; } = true;

    /// <summary>Of new keys that sign ID tokens: 2048, or 3072 where a policy asks for it.</summary>
    public int RsaBits { get; init; } = 2048;

    /// <summary>The audience of tokens for AWS, which knows an OpenID provider by its URL without the scheme.</summary>
    public string HostName => new Uri(ServerUri).Host;

    /// <summary>Why no cloud can take <see cref="ServerUri"/> as an issuer, as a sentence with what to do; null: nothing in its form is against it.</summary>
    public string? CloudFault => Fault() is not { } fault ? null
        : $"{fault}; clouds trust an issuer only by an https URL in lower case without port or query, such as ServerUri=https://octologin.example.com.";

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
        if (!int.TryParse(configuration["SigningKeys:RsaBits"] ?? "2048", out var bits) || bits is not (2048 or 3072))
        {
            faults.Add($"SigningKeys:RsaBits is '{configuration["SigningKeys:RsaBits"]}'; it must be 2048 or 3072: AWS, Entra and Google all take keys of these sizes.");
        }
        return new IssuerOptions { ServerUri = text.TrimEnd('/'), IsSet = configuration["ServerUri"] is not null, RsaBits = bits };
    }

    private string? Fault()
    {
        if (!IsSet)
        {
            return $"ServerUri is not set, and {ServerUri} is only where this server listens";
        }
        var uri = new Uri(ServerUri);
        return uri.Scheme != Uri.UriSchemeHttps ? $"ServerUri is {ServerUri}, which is not https"
            : ServerUri.Any(char.IsAsciiLetterUpper) ? $"ServerUri is {ServerUri}, which has capital letters"
            // As it is written: ':443' is in the text that clouds compare, though it says nothing.
            : ServerUri.AsSpan("https://".Length).Contains(':') ? $"ServerUri is {ServerUri}, which has a port"
            : !ServerUri.All(char.IsAscii) ? $"ServerUri is {ServerUri}, which has letters beyond ASCII (write the host name in its xn-- form)"
            : null;
    }
}
