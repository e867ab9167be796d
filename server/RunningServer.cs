using OctoLogin.Database;

namespace OctoLogin;

/// <summary>A server that listens, with the database that it opened; both end with it.</summary>
public sealed record RunningServer(WebApplication App, OpenDatabase Database) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            await App.DisposeAsync();
        }
        // Seen after the way to PostgreSQL had been silent: Npgsql tells a connection of the cancellation that it has disposed of already.
        catch (AggregateException fault) when (fault.InnerExceptions.All(one => one is ObjectDisposedException))
        {
            // what was to be ended is gone
        }
        await Database.DisposeAsync();
    }
}
