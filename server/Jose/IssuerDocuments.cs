using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Jose;

/// <summary>
/// Reads an issuer's discovery document (OpenID Connect Discovery 1.0 section 4) and JWKS, with a limit on everything that the
/// other side decides: time, size, redirects, content, where it sends us next.
/// </summary>
/// <param name="loopbackHttpAllowed">Whether an issuer on loopback may use plain http.</param>
public sealed class IssuerDocuments(OutgoingNetwork network, bool loopbackHttpAllowed) : IDisposable
{
    public const int MostBytes = 1024 * 1024;
    public const int MostRedirects = 3;
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient client = ClientOf(network.CreateHandler());

    /// <summary>Throws <see cref="IssuerUnreachableException"/> that says what is wrong with which document.</summary>
    /// <param name="authority">The only roots that this issuer's servers are trusted by; null: the machine's.</param>
    public async Task<IssuerKeySet> ReadAsync(string issuer, X509Certificate2Collection? authority, CancellationToken cancel)
    {
        // Connections of its own: one that was opened under this authority must never serve another issuer, nor the other way round.
        using var own = authority is null ? null : ClientOf(network.CreateHandler(authority));
        return await ReadAsync(own ?? client, issuer, cancel);
    }

    /// <summary>A document that is no key set, such as the discovery document itself, with for how long it may be believed.</summary>
    public async Task<(JsonElement Document, TimeSpan? MaxAge)> ReadDocumentAsync(string url, CancellationToken cancel)
    {
        var (document, maxAge) = await GetAsync(client, url, cancel);
        using var read = document;
        return (read.RootElement.Clone(), maxAge);
    }

    /// <summary>What is asked with more than an address, such as a code for a token; never redirected, as it holds a secret. A body that is no JSON is null.</summary>
    public async Task<(int Status, JsonElement? Body, string? ContentType)> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var url = request.RequestUri!.OriginalString;
        var uri = Checked(url, url);
        return await LimitedAsync(url, async limit =>
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
            var type = response.Content.Headers.ContentType?.MediaType;
            if (!IsJson(type) || response.Content.Headers.ContentEncoding.Count > 0 || (int)response.StatusCode >= 500)
            {
                return ((int)response.StatusCode, (JsonElement?)null, type);
            }
            using var document = Parse(uri, await ReadBoundedAsync(uri, response, limit));
            return ((int)response.StatusCode, document.RootElement.Clone(), type);
        }, cancel);
    }

    public void Dispose() => client.Dispose();

    private async Task<IssuerKeySet> ReadAsync(HttpClient client, string issuer, CancellationToken cancel)
    {
        var (discovery, _) = await GetAsync(client, $"{issuer.TrimEnd('/')}/.well-known/openid-configuration", cancel);
        using (discovery)
        {
            var named = Text(discovery.RootElement, "issuer");
            if (named != issuer)
            {
                throw new IssuerUnreachableException($"its discovery document says 'issuer' is '{Printable.Of(named)}', which must be exactly '{issuer}'");
            }
            var jwksUri = Text(discovery.RootElement, "jwks_uri") ?? throw new IssuerUnreachableException("its discovery document has no 'jwks_uri'");
            var (jwks, maxAge) = await GetAsync(client, jwksUri, cancel);
            using (jwks)
            {
                return new IssuerKeySet(IssuerKeySet.Read(jwks.RootElement), jwksUri, maxAge);
            }
        }
    }

    private Task<(JsonDocument Document, TimeSpan? MaxAge)> GetAsync(HttpClient client, string url, CancellationToken cancel)
    {
        var uri = Checked(url, url);
        return LimitedAsync(url, async limit =>
        {
            for (var redirects = 0; ; redirects++)
            {
                using var response = await GetOnceAsync(client, uri, limit);
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                {
                    return (await ReadJsonAsync(uri, response, limit), response.Headers.CacheControl?.MaxAge);
                }
                if (redirects == MostRedirects)
                {
                    throw new IssuerUnreachableException($"{url} redirects more than {MostRedirects} times");
                }
                var location = response.Headers.Location ?? throw new IssuerUnreachableException($"{uri} redirects without saying where to");
                uri = Checked(new Uri(uri, location).AbsoluteUri, url);
            }
        }, cancel);
    }

    private static async Task<T> LimitedAsync<T>(string url, Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Timeout);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IssuerUnreachableException($"{url} did not answer within {Timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException fault)
        {
            throw new IssuerUnreachableException($"{url}: {OutgoingNetwork.Reason(fault)}");
        }
        catch (IOException fault)
        {
            throw new IssuerUnreachableException($"{url}: {fault.Message}");
        }
    }

    private static Task<HttpResponseMessage> GetOnceAsync(HttpClient client, Uri uri, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.ParseAdd("OctoLogin");
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    private static async Task<JsonDocument> ReadJsonAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new IssuerUnreachableException($"{uri} answered {(int)response.StatusCode}");
        }
        var type = response.Content.Headers.ContentType?.MediaType;
        if (!IsJson(type))
        {
            throw new IssuerUnreachableException($"{uri} answered with content type '{Printable.Of(type)}', not JSON");
        }
        // Nothing compressed was asked for: a small body that unpacks to gigabytes must not reach a decoder.
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            throw new IssuerUnreachableException($"{uri} answered with a compressed body, which was not asked for");
        }
        return Parse(uri, await ReadBoundedAsync(uri, response, cancel));
    }

    private static bool IsJson(string? type) => type is not null && (type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal));

    private static JsonDocument Parse(Uri uri, byte[] bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new IssuerUnreachableException($"{uri} is not a JSON object");
        }
    }

    private static async Task<byte[]> ReadBoundedAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(chunk, cancel)) > 0;)
        {
            if (buffer.Length + read > MostBytes)
            {
                throw new IssuerUnreachableException($"{uri} is larger than {MostBytes / 1024} KiB");
            }
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    private Uri Checked(string url, string from)
    {
        var uri = Https(url, from);
        if (network.AddressFault(uri) is { } fault)
        {
            throw new IssuerUnreachableException(fault);
        }
        return uri;
    }

    private Uri Https(string url, string from) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && loopbackHttpAllowed))
            ? uri
            : throw new IssuerUnreachableException(url == from ? $"'{Printable.Of(url)}' is not an https URL" : $"{from} redirects to '{Printable.Of(url)}', which is not an https URL");

    private static HttpClient ClientOf(SocketsHttpHandler handler) => new(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
