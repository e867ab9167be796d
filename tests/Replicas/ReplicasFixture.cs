using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Replicas;

/// <summary>Two servers of one installation: one PostgreSQL, the same keys and issuers. The second's way to PostgreSQL can be cut.</summary>
public sealed class ReplicasFixture : IAsyncLifetime
{
    public ServerFixture First { get; } = new();
    public ServerFixture Second { get; private set; } = null!;
    public DatabaseLink Link { get; private set; } = null!;
    public IReadOnlyList<ServerFixture> Both => [First, Second];

    public async ValueTask InitializeAsync()
    {
        await First.InitializeAsync();
        Link = new DatabaseLink(First.Database);
        Second = ServerFixture.ReplicaOf(First);
        Second.ConnectionString = Link.ConnectionString;
        await Second.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Link.Mend();
        await Second.DisposeAsync();
        await Link.DisposeAsync();
        await First.DisposeAsync();
    }

    /// <summary>Until both serve everything from memory and database again.</summary>
    public async Task MendAsync(string token)
    {
        Link.Mend();
        await Eventually.TrueAsync(async () => await StatusAsync(Second, token) == 200 && await ReadyAsync(Second), "the second replica has recovered", TimeSpan.FromMinutes(2));
    }

    /// <summary>What the API says to the holder of the token.</summary>
    public static async Task<int> StatusAsync(ServerFixture server, string token)
    {
        using var client = server.ClientWithToken(token);
        using var answer = await client.GetAsync("/api/users/me");
        return (int)answer.StatusCode;
    }

    private static async Task<bool> ReadyAsync(ServerFixture server)
    {
        using var answer = await server.Anonymous.GetAsync("/health/ready");
        return answer.IsSuccessStatusCode;
    }
}
