using System.Text.Json;
using Dapper;
using Npgsql;
using OctoLogin.Database.Embedded;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.CommandLine;

/// <summary>The program with its private PostgreSQL, at one address across its starts, and an account whose tokens it takes.</summary>
internal sealed class ExchangingServer(string dataDirectory) : IAsyncDisposable
{
    private readonly TestCertificates certificates = new();
    private readonly string url = $"http://127.0.0.1:{FreePort.Next()}";
    private readonly List<ServerProgram> servers = [];

    public TestIssuer Issuer { get; private set; } = null!;
    public string Audience { get; private set; } = "";
    public ServerProgram Program => servers[^1];

    public async Task StartFirstAsync()
    {
        Issuer = await TestIssuer.StartAsync(certificates, $"https://localhost:{FreePort.Next()}");
        await StartAsync();
        using var admin = Program.Client(ServerProgram.AdminApiKey);
        var account = (await admin.ExpectAsync(HttpMethod.Post, "/api/users", new { Username = "ci", DisplayName = "CI", IsService = true }, 201)).Id;
        await admin.ExpectAsync(HttpMethod.Post, $"/api/serviceaccounts/{account}/oidcidentities/create/v1", new { Name = "main", Issuer.Issuer, GitHubClaims.Subject }, 201);
        Audience = (await admin.GetAsync($"/api/serviceaccounts/{account}/oidcidentities/v1", 200)).Json.GetProperty("ExternalId").GetString()!;
    }

    public async Task StartAsync()
    {
        servers.Add(ServerProgram.Start(dataDirectory, Settings()));
        await Program.ReadyAsync();
    }

    /// <summary>Every process of its PostgreSQL, the postmaster alone, or one that serves a connection.</summary>
    public void KillPostgres(Random random)
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(dataDirectory, "postgres", "postmaster.pid")).First(), null);
        var all = PostgresProcesses.On(dataDirectory);
        var backends = all.Where(IsBackend).ToList();
        var killed = random.Next(3) switch
        {
            0 => all,
            1 when backends.Count > 0 => [backends[random.Next(backends.Count)]],
            _ => [postmaster],
        };
        foreach (var pid in killed)
        {
            LibC.Signal(pid, LibC.Kill);
        }
    }

    /// <summary>The verb's own verdict, and the events of issued tokens as the database has them: access token and subject token by their ids.</summary>
    public async Task<IReadOnlyList<(string AccessTokenId, string SubjectTokenId)>> VerifiedAsync()
    {
        var run = await ServerProgram.RunAsync(ServerProgram.Environment(dataDirectory, Settings()), ["audit", "verify", "--json"]);
        run.ExitCode.ShouldBe(0, run.All);
        JsonDocument.Parse(run.Output).RootElement.GetProperty("Events").GetInt64().ShouldBeGreaterThan(0);
        return [.. await QueryAsync<(string, string)>("select details->>'access_token_id', details->'claims'->>'jti' from audit_events where category = 'TokenIssued'")];
    }

    public async Task<IEnumerable<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresCluster.ConnectionString(SocketDirectory.PathFor(DataPaths.Open(dataDirectory)), "octologin") + ";Pooling=false");
        return await connection.QueryAsync<T>(sql);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
        if (Issuer is not null)
        {
            await Issuer.DisposeAsync();
        }
        certificates.Dispose();
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Urls"] = url, ["ServerUri"] = "https://octologin.example.com", ["SSL_CERT_FILE"] = certificates.CaFile,
        ["Issuers__AllowPrivateNetwork__0"] = "localhost", ["RateLimits__RefusalsPerMinute"] = "1000000",
        ["RateLimits__ExchangesPerMinutePerServiceAccount"] = "0", ["RateLimits__ExchangesPerMinutePerIssuer"] = "0",
    };

    private static bool IsBackend(int pid)
    {
        try
        {
            // "postgres: octologin octologin [local] idle"
            return File.ReadAllText($"/proc/{pid}/cmdline").StartsWith($"postgres: {PostgresCluster.UserName} ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
