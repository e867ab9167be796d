using System.Net.Sockets;
using System.Security.Cryptography;
using OctoLogin.Database;

namespace OctoLogin;

/// <summary>Starts to listen at <c>Urls</c>, or says what the operator must mend.</summary>
internal static class Listening
{
    /// <exception cref="StartupException">It cannot listen where the settings say.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancel)
    {
        var urls = app.Configuration["Urls"] is { Length: > 0 } configured ? configured : Server.DefaultUrls;
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new StartupException($"Urls is '{urls}', and another program listens there already. Stop it, or set Urls to another port (Urls=http://localhost:8066).", taken);
        }
        catch (SocketException fault)
        {
            throw new StartupException($"Urls is '{urls}', where this server cannot listen: {fault.Message}; the address is not this machine's, or the port needs rights that this user lacks (below 1024).", fault);
        }
        // A certificate that is missing, cannot be read, or has another password.
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw new StartupException($"The server cannot listen at Urls '{urls}' with the settings below Kestrel: {fault.Message}", fault);
        }
    }
}
