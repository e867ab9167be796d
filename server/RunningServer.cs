using OctoLogin.Database;

namespace OctoLogin;

/// <summary>A server that listens, with the database that it opened; both end with it.</summary>
public sealed record RunningServer(WebApplication App, OpenDatabase Database) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
    }
}
