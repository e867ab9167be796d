using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Users;

/// <summary>Who am I: answered from memory, which must never be older than the last change.</summary>
public sealed class CurrentUserTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private Task<JsonElement> MeAsync() => server.Admin.GetFromJsonAsync<JsonElement>("/api/users/me");

    [Fact]
    public async Task Shows_a_change_made_over_the_api_in_the_next_answer()
    {
        var id = (await MeAsync()).GetProperty("Id").GetString();
        for (var i = 0; i < 20; i++)
        {
            using var changed = await server.Admin.PutAsJsonAsync($"/api/users/{id}", new { Username = "admin", DisplayName = $"Name {i}" });
            changed.EnsureSuccessStatusCode();
            (await MeAsync()).GetProperty("DisplayName").GetString().ShouldBe($"Name {i}");
        }
    }

    [Fact]
    public async Task Shows_a_change_made_by_another_replica_within_a_second()
    {
        await MeAsync();
        await using var elsewhere = await server.Database.DataSource.OpenConnectionAsync();
        await elsewhere.ExecuteAsync("update users set email_address = 'changed@example.com' where username = 'admin'");
        await Eventually.TrueAsync(async () => (await MeAsync()).GetProperty("EmailAddress").GetString() == "changed@example.com", "the change is seen");
    }
}
