using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>The disk of the data directory fills up while tokens are exchanged: no token without its event, a 503 that says so, and all is well when there is room again.</summary>
public sealed class DiskFullTests : IAsyncLifetime
{
    private const int Megabytes = 160;

    private readonly TestDirectory directory = new();

    // PostgreSQL's user must get through, as TestDirectory lets it.
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can mount a small file system.");
        var (exitCode, output) = await ChildProcess.RunAsync(["mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=711", "tmpfs", directory.Path], default);
        Assert.SkipUnless(exitCode == 0, $"A tmpfs cannot be mounted here: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pid in PostgresProcesses.On(directory.Path))
        {
            LibC.Signal(pid, LibC.Kill);
        }
        await ChildProcess.RunAsync(["umount", "--lazy", directory.Path], default);
        directory.Dispose();
    }

    [Fact]
    public async Task Issues_nothing_while_the_disk_is_full_and_goes_on_when_there_is_room()
    {
        await using var server = new ExchangingServer(directory.Path);
        await server.StartFirstAsync();
        await using var load = new ExchangeLoad(server, seed: 1);
        await load.MoreAsync(50);

        // Tables cannot grow: PostgreSQL refuses the statement.
        await FillAsync(load);
        load.Refusals.ShouldContain(refusal => refusal.Text.Contains("database is full. Nothing was issued", StringComparison.Ordinal));
        File.Delete(directory["filling"]);
        await load.MoreAsync(50);

        // The write-ahead log cannot grow: PostgreSQL ends itself, and may not even start before there is room.
        await FillAsync(load, () => WriteAheadAsync(server));
        await Eventually.TrueAsync(() => File.ReadAllText(directory["postgres.log"]).Contains("PANIC: ", StringComparison.Ordinal), "PostgreSQL has ended itself");
        await RefusedAsync(load);
        File.Delete(directory["filling"]);
        await load.MoreAsync(50);

        await load.EndAsync();
        load.ShouldBeRecorded(await server.VerifiedAsync());
        load.Unanswered.ShouldBe(0, "the server answered all the time");
        string.Join('\n', server.Program.Output).ShouldContain("could not extend file", customMessage: "the log of the server says why");
        File.ReadAllText(directory["postgres.log"]).ShouldMatch("PANIC: .*No space left on device");
    }

    /// <summary>Fills the segments that are there already and those that there still is room for.</summary>
    private static async Task WriteAheadAsync(ExchangingServer server)
    {
        try
        {
            while (true)
            {
                await server.QueryAsync<string>("select pg_logical_emit_message(true, 'filling', repeat('x', 500000))::text");
            }
        }
        catch (Npgsql.NpgsqlException)
        {
            // The connection ended with PostgreSQL.
        }
    }

    private async Task FillAsync(ExchangeLoad load, Func<Task>? then = null)
    {
        await using (var file = File.Create(directory["filling"]))
        {
            var block = new byte[4096];
            try
            {
                while (true)
                {
                    file.Write(block);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }
        if (then is not null)
        {
            await then();
        }
        await RefusedAsync(load);
    }

    private static Task RefusedAsync(ExchangeLoad load)
    {
        var refused = load.Refusals.Count(refusal => refusal.Status == 503);
        return Eventually.TrueAsync(() => load.Refusals.Count(refusal => refusal.Status == 503) >= refused + 20, "20 exchanges are refused with 503", TimeSpan.FromMinutes(1));
    }
}
