using System.Diagnostics;
using System.Runtime.CompilerServices;
using OctoLogin.Database;

namespace OctoLogin.Tests.Support;

/// <summary>
/// A second process that opens a data directory as the server does, to be killed. It is this test program itself, which the
/// environment variable turns into a server before its Main.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    private const string Variable = "OCTOLOGIN_TEST_SERVER_DIRECTORY";

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static ServerProcess Start(string dataDirectory)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "OctoLogin.Tests")) { RedirectStandardInput = true, RedirectStandardOutput = true };
        info.Environment[Variable] = dataDirectory;
        return new ServerProcess(Process.Start(info)!);
    }

    public static async Task<ServerProcess> StartedAsync(string dataDirectory)
    {
        var server = Start(dataDirectory);
        (await server._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe("open");
        return server;
    }

    /// <summary>kill -9: no handler of the process runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends it as a server ends, and returns when it is gone.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    // No code of this assembly may run on another thread from here: it would wait for this initializer to end.
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } directory)
        {
            return;
        }

        using var loggers = LoggerFactory.Create(_ => { });
        var database = DatabaseStartup.OpenAsync(new DatabaseOptions { DataDirectory = directory }, TimeProvider.System, loggers, attach: false, CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine("open");
        while (Console.ReadLine() is not null)
        {
        }

        database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Environment.Exit(0);
    }
}
