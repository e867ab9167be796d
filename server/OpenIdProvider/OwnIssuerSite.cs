using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OctoLogin.Http;

namespace OctoLogin.OpenIdProvider;

/// <summary>Our own public URL, asked as a stranger asks: by a new connection, following nothing, remembering how its certificate looked.</summary>
internal sealed class OwnIssuerSite : IDisposable
{
    /// <summary>More than any of our documents has, less than what a cloud refuses.</summary>
    public const int MostBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient client;

    public OwnIssuerSite(IReadOnlyList<IPEndPoint> addresses, X509Certificate2Collection? roots) =>
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // The way from outside does not pass our proxy.
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync([.. addresses.Select(address => address.Address)], addresses[0].Port, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TlsTrust.By(roots), RemoteCertificateValidationCallback = Remember },
        })
        { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>As it was shown; null: there was no TLS yet.</summary>
    public SeenCertificate? Certificate { get; private set; }

    /// <summary>Three times, since the first waits for the connection: the quickest counts.</summary>
    public async Task<SeenDocument> ReadAsync(string url, CancellationToken cancel)
    {
        // The client's own limit ends with the headers.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            var seen = await ReadOnceAsync(url, limit.Token);
            for (var again = 0; again < 2 && seen.Fault is null; again++)
            {
                var next = await ReadOnceAsync(url, limit.Token);
                seen = next.Fault is not null || next.Took < seen.Took ? next : seen;
            }
            return seen;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return SeenDocument.Bad($"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return SeenDocument.Bad(Printable.Of((fault.InnerException ?? fault).Message));
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<SeenDocument> ReadOnceAsync(string url, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancel);
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            return SeenDocument.Bad($"{(int)response.StatusCode}, which sends to {Printable.Of(response.Headers.Location?.OriginalString)}; clouds do not follow");
        }
        if (!response.IsSuccessStatusCode)
        {
            return SeenDocument.Bad($"{(int)response.StatusCode}");
        }
        if (response.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return SeenDocument.Bad($"content type {Printable.Of(response.Content.Headers.ContentType?.MediaType)}, not application/json");
        }
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var bytes = new byte[MostBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return length > MostBytes
            ? SeenDocument.Bad($"more than {MostBytes / 1024} KiB")
            : new SeenDocument(bytes[..length], Stopwatch.GetElapsedTime(start), null);
    }

    private bool Remember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is X509Certificate2 shown)
        {
            var faults = new List<string>();
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                faults.Add("it is for another host name");
            }
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            {
                faults.AddRange(chain?.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct() ?? []);
            }
            Certificate = new SeenCertificate(Printable.Of(shown.Subject), Printable.Of(shown.Issuer), new DateTimeOffset(shown.NotAfter), string.Join("; ", faults));
        }
        return errors == SslPolicyErrors.None;
    }
}

/// <param name="Fault">Why nobody would trust it; empty: they would.</param>
internal sealed record SeenCertificate(string Subject, string Issuer, DateTimeOffset NotAfter, string Fault);

/// <param name="Fault">Why there is none; null: there is.</param>
internal sealed record SeenDocument(byte[] Bytes, TimeSpan Took, string? Fault)
{
    public static SeenDocument Bad(string fault) => new([], default, fault);
}
