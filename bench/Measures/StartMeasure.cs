using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>From the start of the process to its first exchange, with the database up and migrated, beside a bare ASP.NET Core program.</summary>
internal static class StartMeasure
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        // The first server is here for its PostgreSQL.
        using var host = await ServerUnderTest.StartAsync(setting);
        var user = new NpgsqlConnectionStringBuilder { Host = host.PostgresSocket, Username = "octologin", Database = "postgres", Pooling = false };
        await using (var connection = new NpgsqlConnection(user.ConnectionString))
        {
            await connection.OpenAsync();
            await using var create = new NpgsqlCommand("create database bench_start", connection);
            await create.ExecuteNonQueryAsync();
        }
        var database = $"--ConnectionStrings:OctoLogin=Host={host.PostgresSocket};Username=octologin;Database=bench_start";
        var data = Directory.CreateTempSubdirectory("octologin-bench-start-");
        string guid;
        using (var first = ServerUnderTest.Launch(setting, database, $"--DataDirectory={data.FullName}"))
        {
            first.WaitUntilItListens();
            guid = await ServerUnderTest.RegisterAsync(first.Url, setting.Tokens.Issuer);
        }

        var (servers, bares) = (new List<double>(), new List<double>());
        for (var i = 0; i < setting.Starts; i++)
        {
            var request = ExchangeRequests.Of(setting.Tokens.Take(1)[0], guid);
            servers.Add(Time(request, () => ServerUnderTest.Launch(setting, database, $"--DataDirectory={data.FullName}")));
            bares.Add(Time(request, () => LaunchBare(setting)));
            Console.Error.WriteLine($"   start to first exchange: {servers[^1]:0} ms, bare {bares[^1]:0} ms");
        }
        data.Delete(recursive: true);
        var (server, bare) = (Figures.Median(servers), Figures.Median(bares));
        return [new("cold start to first exchange, database up", Figures.Milliseconds(server), $"bare ASP.NET Core: {Figures.Milliseconds(bare)}", $"{server / bare:0.0}", "≤ 1500 ms", server <= 1500)];
    }

    private static ChildServer LaunchBare(Setting setting)
    {
        var port = SubjectTokens.FreePort();
        return ChildServer.Launch(Environment.ProcessPath!, port, ["reference", "bare", port.ToString(CultureInfo.InvariantCulture)], ChildServer.ReferenceEnvironment(setting.Tokens.PublicKey));
    }

    private static double Time(byte[] request, Func<ChildServer> launch)
    {
        var start = Stopwatch.GetTimestamp();
        using var server = launch();
        server.WaitUntilItListens();
        var result = LoadGenerator.Run(server.Port, 1, TimeSpan.Zero, new SameRequest(request));
        var elapsed = Stopwatch.GetElapsedTime(start);
        return result.Answered == 1 ? elapsed.TotalMilliseconds : throw new InvalidOperationException($"The first exchange failed: {result.FirstError}");
    }
}
