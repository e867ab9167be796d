using OctoLogin.Http;

namespace OctoLogin.CloudLogins;

/// <summary>Lets through what a cloud has decided, read as a whole and within limits. Everything else is a <see cref="HttpRequestException"/> that names the host and why.</summary>
internal sealed class CloudAnswers(CloudNetwork network, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (uri.Scheme != Uri.UriSchemeHttps || uri.UserInfo.Length > 0)
        {
            throw new HttpRequestException($"{Printable.Of(uri.Host)} is not asked: only https is");
        }
        if (network.AddressFault(uri) is { } fault)
        {
            throw new HttpRequestException(fault);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CloudNetwork.Timeout);
        try
        {
            return await ReadAsync(uri, await base.SendAsync(request, limit.Token), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{uri.Host} did not answer within {CloudNetwork.Timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException unanswered) when (unanswered.InnerException is not null)
        {
            throw new HttpRequestException($"{uri.Host}: {OutgoingNetwork.Reason(unanswered)}");
        }
        catch (IOException broken)
        {
            throw new HttpRequestException($"{uri.Host}: {broken.Message}");
        }
    }

    private static async Task<HttpResponseMessage> ReadAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        if ((int)response.StatusCode is >= 300 and < 400 or 429 or >= 500)
        {
            using (response)
            {
                throw new HttpRequestException($"{uri.Host} answered {(int)response.StatusCode}{((int)response.StatusCode < 400 ? ", a redirect, which is not followed" : "")}", null, response.StatusCode);
            }
        }
        // Nothing compressed was asked for: a small body that unpacks to gigabytes must not reach a decoder.
        if (response.Content.Headers.ContentEncoding.Count > 0)
        {
            response.Dispose();
            throw new HttpRequestException($"{uri.Host} answered with a compressed body, which was not asked for");
        }
        var headers = response.Content.Headers;
        var body = new ByteArrayContent(await ReadBoundedAsync(uri, response, cancel));
        foreach (var header in headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            body.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        response.Content = body;
        return response;
    }

    private static async Task<byte[]> ReadBoundedAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(CloudNetwork.MostBytes, cancel);
            return await response.Content.ReadAsByteArrayAsync(cancel);
        }
        catch (HttpRequestException tooLong) when (tooLong.InnerException is null)
        {
            throw new HttpRequestException($"{uri.Host} answered with more than {CloudNetwork.MostBytes / 1024} KiB");
        }
    }
}
