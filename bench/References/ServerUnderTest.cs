using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using OctoLogin.Bench.Load;

namespace OctoLogin.Bench.References;

/// <summary>
/// The published server as it runs in production, with its own PostgreSQL in a new data directory and nothing about durability
/// changed, and a service account that trusts the stood-in issuer as an administrator registers one.
/// </summary>
internal sealed class ServerUnderTest : IDisposable
{
    private const string ApiKey = "API-BENCHBENCHBENCHBENCHBENCH";

    private readonly ChildServer child;
    private readonly DirectoryInfo data;

    private ServerUnderTest(ChildServer child, DirectoryInfo data, string accountGuid) => (this.child, this.data, AccountGuid) = (child, data, accountGuid);

    public ChildServer Process => child;
    public int Port => child.Port;
    public long ResidentBytes => child.ResidentBytes;

    /// <summary>What the workflow names as audience.</summary>
    public string AccountGuid { get; }

    /// <summary>The socket directory of its PostgreSQL, as the postmaster noted it.</summary>
    public string PostgresSocket => File.ReadLines(Path.Combine(data.FullName, "postgres", "postmaster.pid")).ElementAt(4).Trim();

    /// <param name="build">Another published server than the setting's, and variables of its environment.</param>
    public static async Task<ServerUnderTest> StartAsync(Setting setting, Build? build = null)
    {
        var data = Directory.CreateTempSubdirectory("octologin-bench-");
        // PostgreSQL runs as another user when this one is root.
        data.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var child = Launch(setting, build, $"--DataDirectory={data.FullName}");
        child.WaitUntilItListens();
        var server = new ServerUnderTest(child, data, await RegisterAsync(child.Url, setting.Tokens.Issuer));
        await server.FillLogAsync();
        return server;
    }

    // A database of some age writes over the segments of its log that a checkpoint gave back; a new one makes each first, and fills it with zeros.
    private async Task FillLogAsync()
    {
        await using var database = NpgsqlDataSource.Create($"Host={PostgresSocket};Username=octologin;Database=octologin;Pooling=false");
        await using var fill = database.CreateCommand("select count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000))) from generate_series(1, 500)");
        await fill.ExecuteNonQueryAsync();
        await using var checkpoint = database.CreateCommand("checkpoint");
        await checkpoint.ExecuteNonQueryAsync();
    }

    /// <summary>Returns at once; with a connection string in <paramref name="more"/> it uses a database that is up already.</summary>
    public static ChildServer Launch(Setting setting, params string[] more) => Launch(setting, null, more);

    private static ChildServer Launch(Setting setting, Build? build, params string[] more)
    {
        var port = SubjectTokens.FreePort();
        var url = $"http://127.0.0.1:{port}";
        return ChildServer.Launch(
            Path.Combine(build?.Directory ?? Path.Combine(setting.Programs, "server"), "octologin"), port,
            [
                $"--Urls={url}", $"--ServerUri={url}", "--Admin:Username=admin", $"--Admin:ApiKey={ApiKey}", "--Issuers:AllowPrivateNetwork:0=localhost",
                // Not what is measured: no service account of a bench is a runaway workflow.
                "--RateLimits:ExchangesPerMinutePerServiceAccount=0", "--RateLimits:ExchangesPerMinutePerIssuer=0", "--RateLimits:RefusalsPerMinute=1000000",
                "--MasterKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", .. more,
            ],
            new Dictionary<string, string>(build?.Environment ?? []) { ["SSL_CERT_FILE"] = setting.Certificates.CaFile });
    }

    /// <summary>A service account with an identity for a branch of a repository; the account's GUID.</summary>
    public static async Task<string> RegisterAsync(string url, string issuer)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ApiKey);
        var account = await PostAsync(client, "/api/users", new { Username = "bench", DisplayName = "Bench", IsService = true });
        var id = account.GetProperty("Id").GetString()!;
        await PostAsync(client, $"/api/serviceaccounts/{id}/oidcidentities/create/v1", new
        {
            Name = "main",
            Issuer = issuer,
            SubjectTokens.Audience,
            GitHub = new { Owner = "octo-org", Repository = "hello-octopus", FilterType = "Branch", Filter = "main", RepositoryId = "74", RepositoryOwnerId = "65" },
        });
        return (await client.GetFromJsonAsync<JsonElement>($"/api/serviceaccounts/{id}/oidcidentities/v1")).GetProperty("ExternalId").GetString()!;
    }

    /// <summary>As its administrator.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient { BaseAddress = new Uri(child.Url), Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ApiKey);
        return client;
    }

    public static async Task PushAsync(HttpClient client, string name, string file)
    {
        await using var stream = File.OpenRead(file);
        using var form = new MultipartFormDataContent { { new StreamContent(stream), "file", name } };
        using var answer = await client.PostAsync("/api/packages/raw", form);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        child.Dispose();
        data.Delete(recursive: true);
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, JsonSerializerOptions.Default);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }
}

/// <summary>A published server: <c>DIRECTORY[,VARIABLE=VALUE]…</c></summary>
internal sealed record Build(string Name, string Directory, Dictionary<string, string> Environment)
{
    public static Build Parse(string text)
    {
        var parts = text.Split(',');
        return new(text, parts[0], parts[1..].ToDictionary(part => part.Split('=')[0], part => part.Split('=', 2)[1]));
    }
}
