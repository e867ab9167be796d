using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>Builds of the server, or one with different environments, in turns: before and after a change.</summary>
internal static class Comparison
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting, IReadOnlyList<Build> builds)
    {
        var all = new List<(Build Build, ServerUnderTest Server, string Token, Runs Many, Runs One, Runs Me, Runs Jwks)>();
        try
        {
            foreach (var build in builds)
            {
                var server = await ServerUnderTest.StartAsync(setting, build);
                all.Add((build, server, ReadMeasure.AccessToken(setting, server), new($"{build.Name} exchange"), new($"{build.Name} exchange"), new($"{build.Name} users/me"), new($"{build.Name} JWKS")));
                LoadGenerator.Run(server.Process, 64, TimeSpan.FromMinutes(1), new ExchangeRequests(setting.Tokens.Take(setting.WarmUp), server.AccountGuid));
            }
            for (var round = 0; round < setting.Rounds; round++)
            {
                foreach (var (_, server, token, many, one, me, jwks) in all)
                {
                    many.Add(LoadGenerator.Run(server.Process, 64, setting.Time, setting.Exchanges(server.AccountGuid, many.All.LastOrDefault()?.PerSecond ?? 6000, setting.Time)));
                    one.Add(LoadGenerator.Run(server.Process, 1, setting.Time / 2, setting.Exchanges(server.AccountGuid, 2500, setting.Time / 2)));
                    me.Add(LoadGenerator.Run(server.Process, 64, setting.Time / 2, SameRequest.Get("/api/users/me", token)));
                    jwks.Add(LoadGenerator.Run(server.Process, 64, setting.Time / 2, SameRequest.Get("/.well-known/jwks")));
                }
            }
            return [.. all.SelectMany(one => (Row[])[Of(one.Many), Of(one.One), Of(one.Me), Of(one.Jwks), new($"{one.Build.Name} memory", Figures.Megabytes(one.Server.ResidentBytes))])];
        }
        finally
        {
            foreach (var (_, server, _, _, _, _, _) in all)
            {
                server.Dispose();
            }
        }
    }

    private static Row Of(Runs runs) =>
        new($"{runs.Name}, {runs.All[0].Connections}", Figures.Rate(runs.PerSecond), $"cpu {runs.ServerCpu:0} + {runs.DatabaseCpu:0} µs", $"p50 {runs.P50:0.00} p99 {runs.P99:0.00} ms", "", runs.Errors == 0 ? null : false);
}
