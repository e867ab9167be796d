using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OctoLogin.Tests.Support;

/// <summary>A forward proxy for https: takes CONNECT, notes where to, and joins the two ends. Every name leads to this machine, or where the test says and nowhere else.</summary>
public sealed class FakeProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly string? refusal;
    private readonly Task accepting;

    private readonly IReadOnlyDictionary<string, IPEndPoint>? hosts;

    private FakeProxy(string? refusal, IReadOnlyDictionary<string, IPEndPoint>? hosts)
    {
        (this.refusal, this.hosts) = (refusal, hosts);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>"host:port" of every CONNECT.</summary>
    public ConcurrentQueue<string> Targets { get; } = new();

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <param name="refusal">A status line's code and reason, such as "407 Proxy Authentication Required", to answer instead.</param>
    /// <param name="hosts">Where names lead; null: to this machine's port of that number.</param>
    public static FakeProxy Start(string? refusal = null, IReadOnlyDictionary<string, IPEndPoint>? hosts = null) => new(refusal, hosts);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var near = client;
            var target = await ReadTargetAsync(near.GetStream());
            Targets.Enqueue(target);
            var refusal = FarOf(target) is null ? "502 Bad Gateway" : this.refusal;
            await near.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {refusal ?? "200 Connection established"}\r\n{(refusal is null ? "" : "Content-Length: 0\r\n")}\r\n"), stop.Token);
            if (refusal is not null)
            {
                return;
            }
            using var far = new TcpClient();
            await far.ConnectAsync(FarOf(target)!, stop.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), stop.Token), far.GetStream().CopyToAsync(near.GetStream(), stop.Token));
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // an end went away
        }
    }

    private IPEndPoint? FarOf(string target)
    {
        var colon = target.LastIndexOf(':');
        return hosts is null ? new(IPAddress.Loopback, int.Parse(target[(colon + 1)..], null)) : hosts.GetValueOrDefault(target[..colon]);
    }

    private static async Task<string> ReadTargetAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }
        return head.ToString().Split(' ')[1];
    }
}
