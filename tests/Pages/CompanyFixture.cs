using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>A server, a real identity provider, and the proxy by which a browser finds it under its name.</summary>
public sealed class CompanyFixture : IAsyncLifetime
{
    public const string Group = "OctoLogin administrators";

    private FakeProxy? proxy;

    public ServerFixture Server { get; } = new();
    public IdentityProvider Provider { get; private set; } = null!;

    /// <summary>How a browser of the company sees it.</summary>
    public Viewing Viewing => new() { Proxy = proxy!.Url };

    public async ValueTask InitializeAsync()
    {
        IdentityProvider.Announce(Server);
        await Server.InitializeAsync();
        Provider = await IdentityProvider.StartAsync(Server);
        proxy = FakeProxy.Start(hosts: Server.Hosts);
    }

    public async ValueTask DisposeAsync()
    {
        await (proxy?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Provider?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Server.DisposeAsync();
    }
}
