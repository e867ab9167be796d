using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace OctoLogin.Http;

/// <summary>
/// How servers outside are reached: only at public addresses, unless the settings name the host. The check is on the address that is
/// connected to; a look-up before could be answered differently the second time (DNS rebinding).
/// </summary>
public abstract class OutgoingNetwork(OutgoingRules rules)
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
        UseProxy = rules.Proxy is not null,
        Proxy = rules.Proxy is null ? null : new WebProxy(rules.Proxy),
        ConnectCallback = ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TlsTrust.By(authority ?? Roots) },
    };

    /// <summary>Through a proxy the connection's own check sees the proxy alone; an address written out can still be told. Null: nothing is wrong.</summary>
    public string? AddressFault(Uri uri) => rules.Proxy is null ? null : NameFault(uri);

    /// <summary>Why a host may not be connected to, as far as its name tells. What a name resolves to is looked at when it is connected to.</summary>
    public string? NameFault(Uri uri) =>
        !rules.AllowPrivateNetwork.Contains(uri.Host)
            && (uri.IsLoopback || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !PublicAddress.Is(address)))
            ? $"{uri.Host} is {rules.NotPublic(uri.Host)}"
            : null;

    /// <summary>Why a request over this network got no answer.</summary>
    public static string Reason(HttpRequestException fault) => fault.InnerException switch
    {
        HostRefusedException refused => refused.Message,
        System.Security.Authentication.AuthenticationException tls => $"its TLS certificate is not trusted: {tls.Message}",
        { } inner => $"{fault.Message} ({inner.Message})",
        null => fault.Message,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Resolve(host, port, cancel);
        var allowed = IsProxy(host, port) || rules.AllowPrivateNetwork.Contains(host)
            ? addresses
            : [.. addresses.Where(address => PublicAddress.Is(address.Address) || (rules.LoopbackAllowed && IsLoopbackName(host) && IPAddress.IsLoopback(address.Address)))];
        if (allowed.Count == 0)
        {
            throw new HostRefusedException(addresses.Count == 0
                ? $"{host} has no address"
                : $"{host} resolves to {addresses[0].Address}, which is {rules.NotPublic(host)}");
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
        rules.Proxy is { } proxy && proxy.Host.Equals(host, StringComparison.OrdinalIgnoreCase) && proxy.Port == port;

    private static bool IsLoopbackName(string host) => host is "localhost" or "[::1]" or "::1" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}

/// <summary>A host was not connected to; the message says why, for administrators.</summary>
public sealed class HostRefusedException(string message) : Exception(message);
