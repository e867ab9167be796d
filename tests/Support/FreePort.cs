using System.Net;
using System.Net.Sockets;

namespace OctoLogin.Tests.Support;

/// <summary>
/// Ports of loopback for servers that may be ended and started again: below those that Linux gives to connections and to port 0
/// (<c>ip_local_port_range</c>), of which another test could be given this one in between. None is given twice by a process.
/// </summary>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Count = 20_000;

    private static int last = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }
}
