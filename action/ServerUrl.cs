namespace OctoLogin.Action;

/// <summary>The input `server`: the one place where a workflow says whom it trusts with its tokens.</summary>
internal sealed record ServerUrl
{
    private readonly Uri uri;

    private ServerUrl(string text, Uri uri) => (Text, this.uri) = (text, uri);

    /// <summary>Without a slash at its end: clients of Octopus concatenate.</summary>
    public string Text { get; }

    public string Host => uri.Host;

    public bool SendsSecretsInTheClear => uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback;

    public Uri At(string path) => new(Text + path);

    public static ServerUrl? Parse(string input, List<string> faults)
    {
        var text = input.Trim().TrimEnd('/');
        var fault = Fault(text, out var uri);
        if (fault is not null)
        {
            faults.Add(fault);
            return null;
        }
        return new ServerUrl(text, uri!);
    }

    private static string? Fault(string text, out Uri? uri)
    {
        uri = null;
        if (text.Length == 0)
        {
            return "Input `server` is empty: give the address of your Octopus server, such as https://octopus.example.com.";
        }
        var shown = PlainText.OneLine(text, 200);
        if (!Uri.TryCreate(text, UriKind.Absolute, out uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            return text.Contains("://", StringComparison.Ordinal) || text is "https:" or "http:" || text.Contains(' ')
                ? $"Input `server` is '{shown}': it must be an address that begins with https://, such as https://octopus.example.com."
                : $"Input `server` is '{shown}', without a scheme: did you mean https://{shown}?";
        }
        // The value is not shown: it holds a password.
        if (uri.UserInfo.Length > 0)
        {
            return "Input `server` holds a user name or password before the '@': remove it, the server takes none.";
        }
        return uri.Query.Length > 0 || uri.Fragment.Length > 0 || text.AsSpan().ContainsAny('?', '#')
            ? $"Input `server` is '{shown}': leave out what follows '?' or '#', as in {uri.GetLeftPart(UriPartial.Authority)}."
            : null;
    }

    /// <summary>
    /// Where a token for an endpoint of the discovery document is sent. ID and access tokens are bearer tokens, so they go only to the
    /// origin that the workflow names: a document that was tampered with (a poisoned cache, a forged Host header) must not move them
    /// elsewhere (RFC 9700 section 4.4, mix-up). A server behind a proxy may know itself by another name; the same path under
    /// `server` then reaches it by the way that its discovery document came. https is never given up for http.
    /// </summary>
    public Uri Own(Uri endpoint, string? issuer)
    {
        if (IsOwn(endpoint))
        {
            return endpoint;
        }
        var prefix = issuer?.TrimEnd('/') + "/";
        return endpoint.AbsoluteUri.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && prefix.Length > 1
            ? At("/" + endpoint.AbsoluteUri[prefix.Length..])
            : new Uri(uri.GetLeftPart(UriPartial.Authority) + endpoint.PathAndQuery);
    }

    private bool IsOwn(Uri endpoint) =>
        Uri.Compare(endpoint, uri, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
        || (uri.Scheme == Uri.UriSchemeHttp && endpoint.Scheme == Uri.UriSchemeHttps && endpoint.Host == uri.Host);
}
