using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OctoLogin.Tests.Support;

/// <summary>Ends TLS in front of a server that speaks plain http, as a company's load balancer does; it changes no byte of what passes.</summary>
public sealed class TlsProxy : IAsyncDisposable
{
    private readonly WebApplication app;

    private TlsProxy(WebApplication app) => this.app = app;

    public string Url => $"https://localhost:{new Uri(app.Urls.First()).Port}";

    /// <summary>The plain server, which may be started later than this: it must know <see cref="Url"/>.</summary>
    public Uri? Target { get; set; }

    public static async Task<TlsProxy> StartAsync(X509Certificate2 certificate)
    {
        TlsProxy? proxy = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(certificate);
            listen.Run(connection => proxy!.PassOnAsync(connection));
        }));
        proxy = new TlsProxy(builder.Build());
        await proxy.app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        // Clients keep their connections open; nothing here is worth waiting for.
        await app.StopAsync(new CancellationToken(true));
        await app.DisposeAsync();
    }

    private async Task PassOnAsync(ConnectionContext near)
    {
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(Target!.Host, Target.Port, near.ConnectionClosed);
            var stream = far.GetStream();
            await Task.WhenAny(
                near.Transport.Input.CopyToAsync(stream, near.ConnectionClosed),
                stream.CopyToAsync(near.Transport.Output, near.ConnectionClosed));
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // an end went away
        }
    }
}
