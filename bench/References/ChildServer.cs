using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OctoLogin.Bench.References;

/// <summary>A server as a child process: this product or a reference.</summary>
internal sealed class ChildServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private string lastLine = "";

    private ChildServer(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Bytes of the resident set, from the kernel.</summary>
    public long ResidentBytes => 1024 * Status("VmRSS:");
    public int Threads => (int)Status("Threads:");

    /// <summary>Open files and sockets.</summary>
    public int Descriptors => Directory.GetFiles($"/proc/{process.Id}/fd").Length;

    /// <summary>Processor time so far, its own and that of the processes it started (PostgreSQL).</summary>
    public (double Own, double Others) CpuSeconds => ProcessTree.CpuSeconds(process.Id);

    /// <summary>Returns when the process is started; it does not listen yet.</summary>
    public static ChildServer Launch(string program, int port, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }
        var server = new ChildServer(Process.Start(info)!, port);
        // Read, so that it never waits for us; shown only when it matters.
        server.process.OutputDataReceived += (_, line) => server.lastLine = line.Data ?? server.lastLine;
        server.process.BeginOutputReadLine();
        return server;
    }

    public static ChildServer Start(string program, int port, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var server = Launch(program, port, arguments, environment);
        server.WaitUntilItListens();
        return server;
    }

    /// <param name="database">Of the durable one.</param>
    public static ChildServer StartReference(string kind, string? key = null, string? database = null)
    {
        var port = Load.SubjectTokens.FreePort();
        return Start(Environment.ProcessPath!, port, ["reference", kind, port.ToString(CultureInfo.InvariantCulture)], ReferenceEnvironment(key, database));
    }

    public static Dictionary<string, string> ReferenceEnvironment(string? key, string? database = null) =>
        new() { [Reference.KeyVariable] = key ?? "", [GroupCommit.ConnectionVariable] = database ?? "" };

    public void WaitUntilItListens()
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(2))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (waited.Elapsed < Patience && !process.HasExited)
            {
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} does not listen; it said: {lastLine}");
            }
        }
    }

    private long Status(string name) => long.Parse(
        File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>SIGTERM, as a service manager ends it.</summary>
    public void Dispose()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            if (!process.WaitForExit(30_000))
            {
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }
}
