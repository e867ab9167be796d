using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Load;

/// <summary>
/// So many requests a second, come what may: each is due at its time, and what it waits for its turn behind a slow one counts as its
/// own (a closed loop would wait politely and measure less). A thread for each connection; what they need goes off the same processors.
/// </summary>
internal static class SteadyLoad
{
    private const int Connections = 16;

    public static LoadResult Run(ChildServer server, int perSecond, TimeSpan time, byte[] request)
    {
        var before = server.CpuSeconds;
        var results = new List<(int Status, long Ticks, byte[] Answer)>[Connections];
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        var threads = Enumerable.Range(0, Connections).Select(i => new Thread(() => results[i] = Send(server.Port, request, start, i, perSecond, time))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var elapsed = Stopwatch.GetElapsedTime(start);
        var result = new LoadResult(Connections);
        foreach (var (status, ticks, answer) in results.SelectMany(each => each))
        {
            result.Add(status, ticks, answer);
        }
        result.Finish(elapsed);
        return result.WithCpu(before, server.CpuSeconds);
    }

    /// <summary>Every <see cref="Connections"/>th request from <paramref name="first"/> on.</summary>
    private static List<(int Status, long Ticks, byte[] Answer)> Send(int port, byte[] request, long start, int first, int perSecond, TimeSpan time)
    {
        var answers = new List<(int, long, byte[])>();
        var buffer = new byte[64 * 1024];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        for (var number = first; number < perSecond * time.TotalSeconds; number += Connections)
        {
            var due = start + (long)(number * (double)Stopwatch.Frequency / perSecond);
            if (due - Stopwatch.GetTimestamp() is > 0 and var early)
            {
                Thread.Sleep(TimeSpan.FromSeconds((double)early / Stopwatch.Frequency));
            }
            // A sleep ends up to a millisecond early.
            var from = Math.Min(due, Stopwatch.GetTimestamp());
            socket.Send(request);
            var filled = 0;
            int? status = null;
            while (status is null)
            {
                var read = socket.Receive(buffer.AsSpan(filled));
                filled += read;
                status = read == 0 ? -1 : HttpAnswer.Status(buffer.AsSpan(0, filled));
            }
            answers.Add((status.Value, Stopwatch.GetTimestamp() - from, status == 200 ? [] : buffer[..filled]));
            if (status < 0)
            {
                break;
            }
        }
        return answers;
    }
}
