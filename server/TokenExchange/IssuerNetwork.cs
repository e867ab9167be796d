using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>
/// How issuers are reached: only at public addresses, unless the settings name the host. The check is on the address that is
/// connected to; a look-up before could be answered differently the second time (DNS rebinding).
/// </summary>
public sealed class IssuerNetwork(TokenExchangeOptions options)
{
    /// <summary>Host and port to addresses; DNS unless a test stands in for it.</summary>
    public Func<string, int, CancellationToken, Task<IReadOnlyList<IPEndPoint>>> Resolve { get; init; } = static async (host, port, cancel) =>
        [.. (await Dns.GetHostAddressesAsync(host, cancel)).Select(address => new IPEndPoint(address, port))];

    /// <summary>Additional roots; null: what the machine trusts (and <c>SSL_CERT_FILE</c> names).</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <param name="authority">The only roots that are trusted over these connections, instead of <see cref="Roots"/>.</param>
    public SocketsHttpHandler CreateHandler(X509Certificate2Collection? authority = null) => new()
    {
        // Redirects are followed by hand, so that each hop is checked.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
        UseCookies = false,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is null ? null : new WebProxy(options.Proxy),
        ConnectCallback = ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TlsTrust.By(authority ?? Roots) },
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Resolve(host, port, cancel);
        var allowed = IsProxy(host, port) || options.AllowPrivateNetwork.Contains(host)
            ? addresses
            : [.. addresses.Where(address => PublicAddress.Is(address.Address) || (options.LoopbackHttpAllowed && IsLoopbackName(host) && IPAddress.IsLoopback(address.Address)))];
        if (allowed.Count == 0)
        {
            throw new IssuerUnreachableException(addresses.Count == 0
                ? $"{host} has no address"
                : $"{host} resolves to {addresses[0].Address}, which is not a public address; an administrator can allow it with Issuers:AllowPrivateNetwork:0={host}");
        }
        return await ConnectToAnyAsync(allowed, cancel);
    }

    private static async Task<Stream> ConnectToAnyAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel)
    {
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < addresses.Count)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private bool IsProxy(string host, int port) =>
        options.Proxy is { } proxy && proxy.Host.Equals(host, StringComparison.OrdinalIgnoreCase) && proxy.Port == port;

    private static bool IsLoopbackName(string host) => host is "localhost" or "[::1]" or "::1" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}

/// <summary>An issuer's documents could not be had; the message says why, for administrators.</summary>
public sealed class IssuerUnreachableException(string message) : Exception(message);
