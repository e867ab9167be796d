using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>`./run` as a newcomer calls it: the main job is shown, the data continue, nothing stays behind.</summary>
public sealed class RunTests : IDisposable
{
    private const int Interrupt = 2;

    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Shows_the_main_job_goes_on_with_the_same_data_and_leaves_no_process_behind()
    {
        var url = $"http://localhost:{FreePort.Next()}";
        using (var first = Start(url, "--once"))
        {
            await first.EndAsync();
            first.ExitCode.ShouldBe(0, first.Text);
            first.Text.ShouldContain("ok: POST /api/Spaces-1/releases/create/v1: 201, release 0.0.1 of Hello Octopus");
            first.Text.ShouldContain("ok: subject: repo:octo-org@65/hello-octopus@74:ref:refs/heads/main");
            first.Text.ShouldContain("ok: GET /api/users/me with the token: 401");
            first.Text.ShouldContain("ok: refused, exit code 1");
            first.Text.ShouldNotContain("eyJ", Case.Sensitive, "no token is printed");
        }
        Left().ShouldBeEmpty();

        using var second = Start(url);
        await Eventually.TrueAsync(() => second.HasExited || second.Text.Contains("until Ctrl-C", StringComparison.Ordinal), "the second run serves", TimeSpan.FromMinutes(4));
        second.Text.ShouldContain("release 0.0.2 of Hello Octopus", Case.Sensitive, second.Text);
        second.Text.ShouldContain("(there from before)");
        using (var client = new HttpClient())
        {
            (await client.GetAsync($"{url}/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        // As a terminal does it: the whole group is told.
        LibC.Signal(-second.Id, Interrupt);
        await second.EndAsync();
        second.ExitCode.ShouldBe(0, second.Text);
        Left().ShouldBeEmpty();
        Directory.GetFileSystemEntries(directory["data"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["admin-api-key", "admin-password", "dev-issuer", "master.key", "postgres", "postgres.log", "server.lock", "server.log"]);
    }

    [Fact]
    public async Task Says_that_the_port_is_taken_and_leaves_no_process_behind()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var run = Start(url, "--once");
        await run.EndAsync();
        run.ExitCode.ShouldBe(1, run.Text);
        run.Text.ShouldContain($"Urls is '{url}', and another program listens there already.");
        Left().ShouldBeEmpty();
    }

    private RunningScript Start(string url, params string[] args) => new(url, directory["data"], args);

    /// <summary>Every process that knows of the data directory: by its environment, its arguments or where it stands.</summary>
    private List<string> Left() =>
    [
        .. Directory.GetDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _))
            .Where(process => Read(process, "environ").Contains(directory.Path, StringComparison.Ordinal) || Read(process, "cmdline").Contains(directory.Path, StringComparison.Ordinal))
            .Select(process => Read(process, "cmdline").Replace('\0', ' ')),
        .. PostgresProcesses.On(directory["data"]).Select(pid => $"postgres {pid}"),
    ];

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>In a session of its own, so that its process group is what a terminal's foreground is.</summary>
    private sealed class RunningScript : IDisposable
    {
        private readonly Process process;
        private readonly System.Text.StringBuilder text = new();

        public RunningScript(string url, string data, string[] args)
        {
            var info = new ProcessStartInfo("setsid", [Path.Combine(Repository.Root, "run"), .. args]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            info.Environment["OCTOLOGIN_URL"] = url;
            info.Environment["DataDirectory"] = data;
            process = Process.Start(info)!;
            process.StandardInput.Close();
            process.OutputDataReceived += Keep;
            process.ErrorDataReceived += Keep;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public int Id => process.Id;
        public int ExitCode => process.ExitCode;
        public bool HasExited => process.HasExited;

        public string Text
        {
            get
            {
                lock (text)
                {
                    return text.ToString();
                }
            }
        }

        public async Task EndAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            await process.WaitForExitAsync(patience.Token);
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                LibC.Signal(-process.Id, LibC.Kill);
                process.WaitForExit();
            }
            process.Dispose();
        }

        private void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (text)
            {
                text.AppendLine(line.Data);
            }
        }
    }
}
