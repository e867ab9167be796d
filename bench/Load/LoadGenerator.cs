using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Load;

/// <summary>
/// A closed loop on one thread: each connection sends its next request when its last was answered. It shares the cores with the
/// server, so it does next to nothing: bytes that were made before, poll(2), and a look for the end of the answer.
/// </summary>
internal sealed partial class LoadGenerator
{
    private const short Readable = 1;
    private const int PatienceMilliseconds = 10_000;

    private readonly Connection[] connections;
    private readonly PollFd[] polled;
    private readonly IRequests requests;

    private LoadGenerator(int port, int count, IRequests requests)
    {
        this.requests = requests;
        connections = [.. Enumerable.Range(0, count).Select(_ => new Connection(port))];
        polled = [.. connections.Select(connection => new PollFd { Descriptor = connection.Descriptor, Asked = Readable })];
    }

    /// <summary>The same with the processor time that the server spent on it.</summary>
    public static LoadResult Run(ChildServer server, int connections, TimeSpan time, IRequests requests)
    {
        var before = server.CpuSeconds;
        var result = Run(server.Port, connections, time, requests);
        return result.WithCpu(before, server.CpuSeconds);
    }

    /// <summary>Runs until the time is over or the requests are used up, then waits for the answers on the way.</summary>
    public static LoadResult Run(int port, int connections, TimeSpan time, IRequests requests)
    {
        var generator = new LoadGenerator(port, connections, requests);
        try
        {
            return generator.Run(time);
        }
        finally
        {
            foreach (var connection in generator.connections)
            {
                connection.Dispose();
            }
        }
    }

    private LoadResult Run(TimeSpan time)
    {
        var result = new LoadResult(connections.Length);
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var open = 0;
        foreach (var connection in connections)
        {
            open += Send(connection) ? 1 : 0;
        }
        while (open > 0)
        {
            if (poll(polled, (nuint)polled.Length, PatienceMilliseconds) <= 0)
            {
                result.Fail($"no answer within {PatienceMilliseconds / 1000} s");
                break;
            }
            for (var i = 0; i < polled.Length; i++)
            {
                if (polled[i].Seen != 0 && connections[i].Receive() is { } status)
                {
                    var now = Stopwatch.GetTimestamp();
                    result.Add(status, now - connections[i].SentAt, connections[i].Answer);
                    if (now >= end || status < 0 || !Send(connections[i]))
                    {
                        open--;
                        // poll passes over negative descriptors.
                        polled[i].Descriptor = -1;
                    }
                }
            }
        }
        result.Finish(Stopwatch.GetElapsedTime(start));
        return result;
    }

    private bool Send(Connection connection)
    {
        if (requests.Next() is not { } request)
        {
            return false;
        }
        connection.Send(request);
        return true;
    }

    [LibraryImport("libc")]
    private static partial int poll([In, Out] PollFd[] descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Asked;
        public short Seen;
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] buffer = new byte[64 * 1024];
        private int filled;

        public Connection(int port) => socket.Connect(IPAddress.Loopback, port);

        public int Descriptor => (int)socket.Handle;
        public long SentAt { get; private set; }
        public ReadOnlySpan<byte> Answer => buffer.AsSpan(0, filled);

        public void Send(byte[] request)
        {
            filled = 0;
            SentAt = Stopwatch.GetTimestamp();
            socket.Send(request);
        }

        /// <summary>The status of a whole answer; null while it is not whole; negative when the connection broke.</summary>
        public int? Receive()
        {
            try
            {
                var read = socket.Receive(buffer.AsSpan(filled));
                filled += read;
                return read == 0 ? -1 : HttpAnswer.Status(Answer);
            }
            catch (SocketException)
            {
                return -1;
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
