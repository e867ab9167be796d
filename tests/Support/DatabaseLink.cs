using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OctoLogin.Tests.Support;

/// <summary>
/// The way of one server to PostgreSQL, which a test can cut: a port of loopback that is joined to PostgreSQL's socket. Cut off, it
/// either refuses (the process is gone) or is silent (packets vanish: the hard case, as nothing tells either end).
/// </summary>
public sealed class DatabaseLink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly UnixDomainSocketEndPoint postgres;
    private readonly Lock gate = new();
    private readonly List<(Socket Near, Socket Far)> joined = [];
    private readonly Task accepting;
    private TaskCompletionSource flowing = Flowing();
    private volatile bool refuses;

    public DatabaseLink(TestDatabase database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        postgres = new UnixDomainSocketEndPoint(Path.Combine(settings.Host!, ".s.PGSQL.5432"));
        listener.Start();
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        settings.SslMode = SslMode.Disable;
        ConnectionString = settings.ConnectionString;
        accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>Every connection is reset, and new ones are closed at once.</summary>
    public void Refuse()
    {
        refuses = true;
        Reset();
    }

    /// <summary>Nothing arrives in either direction any more; connections, old and new, stay open.</summary>
    public void FallSilent()
    {
        lock (gate)
        {
            flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>New connections work again. Those that were cut are reset, as a network does that has forgotten them; nothing happens to a link that is whole.</summary>
    public void Mend()
    {
        lock (gate)
        {
            if (!refuses && flowing.Task.IsCompleted)
            {
                return;
            }
        }
        refuses = false;
        Reset();
        lock (gate)
        {
            flowing.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Mend();
        Reset();
        await accepting;
        stop.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private void Reset()
    {
        lock (gate)
        {
            foreach (var (near, far) in joined)
            {
                near.LingerState = new LingerOption(true, 0);
                near.Dispose();
                far.Dispose();
            }
            joined.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptSocketAsync(stop.Token);
                if (refuses)
                {
                    near.Dispose();
                    continue;
                }
                _ = JoinAsync(near);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            lock (gate)
            {
                joined.Add((near, far));
            }
            await far.ConnectAsync(postgres, stop.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // an end went away
        }
        lock (gate)
        {
            joined.Remove((near, far));
            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer, stop.Token);
            if (read == 0)
            {
                return;
            }
            Task mayFlow;
            lock (gate)
            {
                mayFlow = flowing.Task;
            }
            await mayFlow.WaitAsync(stop.Token);
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stop.Token);
            }
        }
    }
}
