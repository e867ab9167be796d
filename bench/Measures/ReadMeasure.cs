using System.Text;
using System.Text.Json;
using OctoLogin.Bench.Load;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>What is asked far more often than it is exchanged: a caller's own user, discovery, JWKS; each beside an empty endpoint.</summary>
internal static class ReadMeasure
{
    private const int Connections = 64;

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        using var bare = ChildServer.StartReference("bare", setting.Tokens.PublicKey);
        using var authenticated = ChildServer.StartReference("authenticated");
        var token = AccessToken(setting, server);
        (Runs Runs, ChildServer Server, SameRequest Request)[] all =
        [
            (new("GET /api/users/me, bearer"), server.Process, SameRequest.Get("/api/users/me", token)),
            (new("empty authenticated endpoint"), authenticated, SameRequest.Get("/empty", Reference.Bearer)),
            (new("discovery"), server.Process, SameRequest.Get("/.well-known/openid-configuration")),
            (new("JWKS"), server.Process, SameRequest.Get("/.well-known/jwks")),
            (new("empty endpoint"), bare, SameRequest.Get("/empty")),
        ];
        foreach (var (_, child, request) in all)
        {
            LoadGenerator.Run(child, Connections, TimeSpan.FromMinutes(1), new Times(setting.WarmUp, request));
        }
        for (var round = 0; round < setting.Rounds; round++)
        {
            foreach (var (runs, child, request) in all)
            {
                runs.Add(LoadGenerator.Run(child, Connections, setting.Time / 2, request));
            }
        }
        var errors = all.Sum(one => one.Runs.Errors);
        return
        [
            Of(all[0].Runs, all[1].Runs, 0.6), Of(all[2].Runs, all[4].Runs, 0.9), Of(all[3].Runs, all[4].Runs, 0.9),
            new("– processor time of one: users/me, discovery, JWKS", string.Join(" / ", new[] { 0, 2, 3 }.Select(i => $"{all[i].Runs.ServerCpu:0}")) + " µs",
                $"empty, authenticated / not: {all[1].Runs.ServerCpu:0} / {all[4].Runs.ServerCpu:0} µs"),
            new("– answers other than 200", $"{errors}", "", "", "0", errors == 0),
        ];
    }

    private sealed class Times(int count, SameRequest request) : IRequests
    {
        private int left = count;

        public byte[]? Next() => left-- > 0 ? request.Next() : null;
    }

    private static Row Of(Runs runs, Runs reference, double least) => Row.Rate($"{runs.Name}, {Connections} connections", runs.PerSecond, reference.Name, reference.PerSecond, least);

    public static string AccessToken(Setting setting, ServerUnderTest server)
    {
        using var client = new HttpClient();
        using var content = new StringContent(ExchangeRequests.Form(setting.Tokens.Take(1)[0], server.AccountGuid), Encoding.ASCII, "application/x-www-form-urlencoded");
        var answer = client.PostAsync($"http://127.0.0.1:{server.Port}/token/v1", content).GetAwaiter().GetResult();
        return JsonDocument.Parse(answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()).RootElement.GetProperty("access_token").GetString()!;
    }
}
