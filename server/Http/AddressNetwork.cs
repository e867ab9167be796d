using System.Net;

namespace OctoLogin.Http;

/// <summary>Whom an address stands for where tries are counted.</summary>
public static class AddressNetwork
{
    /// <summary>An IPv6 customer has a /64 at least, and could use an address for each try.</summary>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        var bytes = address.GetAddressBytes();
        if (bytes.Length == 16)
        {
            bytes.AsSpan(8).Clear();
        }
        return new IPAddress(bytes);
    }
}
