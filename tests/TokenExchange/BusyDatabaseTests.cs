using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OctoLogin.Database;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>Calls of the API that hold every connection there is for them hold up no login.</summary>
public sealed class BusyDatabaseTests
{
    [Fact]
    public async Task Logins_are_recorded_while_slow_calls_of_the_API_hold_every_connection_of_theirs()
    {
        await using var server = new ServerFixture();
        await server.InitializeAsync();
        await server.StopAsync();
        server.ConnectionString = $"{server.Database.ConnectionString};Maximum Pool Size=8;Timeout=1";
        await server.StartAsync();
        var (id, audience) = await server.AddTrustedAccountAsync();
        (await server.ExchangeAsync(audience, server.GitHubToken(audience))).Status.ShouldBe(200);
        await Eventually.TrueAsync(() => server.Services.GetRequiredService<ChangeFeed>().IsLive, "accounts are remembered");

        var held = new List<NpgsqlConnection>();
        try
        {
            await Should.ThrowAsync<NpgsqlException>(async () =>
            {
                while (true)
                {
                    held.Add(await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync());
                }
            });
            (await server.Admin.SendAsync("GET", "/api/events")).Status.ShouldBe(503, "there is none left for the API");

            var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
            answer.Status.ShouldBe(200, answer.Text);
            (await server.ExchangeAsync(audience, "nonsense")).Status.ShouldBe(400, "a refusal is recorded too");
        }
        finally
        {
            foreach (var connection in held)
            {
                await connection.DisposeAsync();
            }
        }
        (await server.CategoriesOfAsync(id)).Count(category => category == "TokenIssued").ShouldBe(2);
    }
}
