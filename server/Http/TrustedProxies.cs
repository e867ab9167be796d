using System.Net;
using System.Net.Sockets;

namespace OctoLogin.Http;

/// <summary>
/// The setting <c>TrustedProxies:0</c>, <c>:1</c>, …: from whom <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed, by
/// address, network or host name. From anybody else they are a stranger's word, with which they would put the blame on others in the
/// audit and pass the limit of refusals.
/// </summary>
public sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks, IReadOnlyList<string> names, TimeProvider clock)
{
    /// <summary>A container that is made anew has another address; so a name is asked again, but not for every request.</summary>
    private static readonly TimeSpan ResolvedFor = TimeSpan.FromSeconds(5);

    private volatile Resolved? resolved;

    private sealed record Resolved(IReadOnlySet<IPAddress> Addresses, long At);

    public bool Any => networks.Count + names.Count > 0;

    public static TrustedProxies Read(IConfiguration configuration, TimeProvider clock, List<string> faults)
    {
        var (networks, names) = (new List<IPNetwork>(), new List<string>());
        foreach (var text in configuration.GetSection("TrustedProxies").GetChildren().Select(child => child.Value?.Trim() ?? "").Where(text => text.Length > 0))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else if (Uri.CheckHostName(text) == UriHostNameType.Dns)
            {
                names.Add(text);
            }
            else
            {
                faults.Add($"TrustedProxies has '{text}'; each entry must be the address (10.0.0.5), network (10.0.0.0/24) or host name of a proxy that overwrites X-Forwarded-For.");
            }
        }
        return new TrustedProxies(networks, names, clock);
    }

    /// <summary>
    /// The client as the proxy saw it. Of a list only the last entry was written by the proxy; those before it are what it was sent.
    /// </summary>
    public async Task ApplyAsync(HttpContext context)
    {
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString();
        if (forwarded.Length == 0 || context.Connection.RemoteIpAddress is not { } peer || !await TrustsAsync(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer))
        {
            return;
        }
        if (IPAddress.TryParse(forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim(), out var client))
        {
            context.Connection.RemoteIpAddress = client;
        }
        if (context.Request.Headers["X-Forwarded-Proto"].ToString() is "http" or "https")
        {
            context.Request.Scheme = context.Request.Headers["X-Forwarded-Proto"].ToString();
        }
    }

    private async ValueTask<bool> TrustsAsync(IPAddress peer)
    {
        if (networks.Any(network => network.Contains(peer)))
        {
            return true;
        }
        if (names.Count == 0)
        {
            return false;
        }
        var known = resolved;
        if (known is null || clock.GetElapsedTime(known.At) > ResolvedFor)
        {
            resolved = known = await ResolveAsync();
        }
        return known.Addresses.Contains(peer);
    }

    private async Task<Resolved> ResolveAsync()
    {
        var addresses = new HashSet<IPAddress>();
        foreach (var name in names)
        {
            try
            {
                addresses.UnionWith(await Dns.GetHostAddressesAsync(name));
            }
            catch (SocketException)
            {
                // No such host now: nobody is trusted for it.
            }
        }
        return new Resolved(addresses, clock.GetTimestamp());
    }
}

public static class TrustedProxiesMiddleware
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<TrustedProxies>();
        if (proxies.Any)
        {
            app.Use(async (context, next) =>
            {
                await proxies.ApplyAsync(context);
                await next(context);
            });
        }
    }
}
