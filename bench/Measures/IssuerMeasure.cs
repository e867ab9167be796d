using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>The documents that clouds read, at a steady rate and with the database stopped, beside an empty endpoint at the same rate.</summary>
internal static class IssuerMeasure
{
    private const int PerSecond = 2000;
    private const double MostMilliseconds = 20;

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        // The first server is here for its PostgreSQL, which goes with it.
        var host = await ServerUnderTest.StartAsync(setting);
        var data = Directory.CreateTempSubdirectory("octologin-bench-issuer-");
        using var server = ServerUnderTest.Launch(setting, $"--ConnectionStrings:OctoLogin=Host={host.PostgresSocket};Username=octologin;Database=octologin", $"--DataDirectory={data.FullName}");
        server.WaitUntilItListens();
        host.Dispose();
        await RequireOutageAsync(server.Url);
        using var bare = ChildServer.StartReference("bare", setting.Tokens.PublicKey);
        (Runs Runs, ChildServer Server, SameRequest Request)[] all =
        [
            (new("discovery, no database"), server, SameRequest.Get("/.well-known/openid-configuration")),
            (new("JWKS, no database"), server, SameRequest.Get("/.well-known/jwks")),
            (new("empty endpoint"), bare, SameRequest.Get("/empty")),
        ];
        foreach (var (_, child, request) in all)
        {
            SteadyLoad.Run(child, PerSecond, TimeSpan.FromSeconds(setting.WarmUp / PerSecond / 4), request.Next());
        }
        for (var round = 0; round < setting.Rounds; round++)
        {
            foreach (var (runs, child, request) in all)
            {
                runs.Add(SteadyLoad.Run(child, PerSecond, setting.Time, request.Next()));
            }
        }
        data.Delete(recursive: true);
        var errors = all.Sum(one => one.Runs.Errors);
        return
        [
            Of(all[0].Runs, all[2].Runs), Of(all[1].Runs, all[2].Runs),
            new("– answers other than 200", $"{errors}", "", "", "0", errors == 0),
        ];
    }

    private static Row Of(Runs runs, Runs reference) => new(
        $"{runs.Name}: p99 at {Figures.Rate(PerSecond)}", $"{Figures.Milliseconds(runs.P99)} (p50 {Figures.Milliseconds(runs.P50)}, {Figures.Rate(runs.PerSecond)})",
        $"{reference.Name}: {Figures.Milliseconds(reference.P99)} (p50 {Figures.Milliseconds(reference.P50)})", $"{runs.P99 / reference.P99:0.00}",
        $"≤ {MostMilliseconds:0} ms", runs.P99 <= MostMilliseconds && runs.PerSecond >= PerSecond * 0.99);

    /// <summary>That it is stopped shows in what needs it.</summary>
    private static async Task RequireOutageAsync(string url)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        for (var tries = 0; ; tries++)
        {
            using var answer = await client.GetAsync("/health/ready");
            if ((int)answer.StatusCode == 503)
            {
                return;
            }
            if (tries == 100)
            {
                throw new InvalidOperationException("The database was stopped, and the server says that it is ready.");
            }
            await Task.Delay(100);
        }
    }
}
