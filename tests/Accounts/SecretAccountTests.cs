using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Accounts;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Accounts;

/// <summary>Accounts of the old style: what they keep secret is read back by nobody and stands nowhere in the clear.</summary>
public sealed class SecretAccountTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("AmazonWebServicesAccount", "SecretKey")]
    [InlineData("AzureServicePrincipal", "Password")]
    [InlineData("Token", "Token")]
    [InlineData("UsernamePassword", "Password")]
    public async Task A_secret_is_kept_sealed_and_shown_to_nobody(string type, string property)
    {
        var secret = $"hunter2-{Guid.NewGuid():N}";
        var made = await server.AddAccountAsync(type, new JsonObject { [property] = TestAccounts.Secret(secret) });
        var path = $"{TestAccounts.Accounts}/{made.Id}";
        (await OpenAsync(made.Id, property)).ShouldBe(secret);
        // What was read goes back: it stays. A change that does not name it: it stays.
        (await server.Admin.SendAsync("PUT", path, made.Json)).ShouldBe(200);
        (await server.Admin.SendAsync("PUT", path, new { Description = "d" })).ShouldBe(200);
        (await OpenAsync(made.Id, property)).ShouldBe(secret);
        var answers = new List<string> { made.Text, (await server.Admin.SeeAsync(path)).Text, (await server.Admin.SeeAsync(TestAccounts.Accounts)).Text, (await server.Admin.SeeAsync($"{Api.Space}/events?take=1000")).Text };
        var dump = await server.DumpAsync();
        dump.ShouldContain(made.Id);
        var log = string.Join('\n', server.Log.Lines);
        foreach (var form in new[] { secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)) })
        {
            answers.ShouldAllBe(answer => !answer.Contains(form, StringComparison.Ordinal));
            dump.Contains(form, StringComparison.Ordinal).ShouldBeFalse();
            log.Contains(form, StringComparison.Ordinal).ShouldBeFalse();
        }
        (await server.Admin.SendAsync("PUT", path, new JsonObject { [property] = TestAccounts.Secret("another") })).ShouldBe(200);
        (await OpenAsync(made.Id, property)).ShouldBe("another");
        var cleared = await server.Admin.SendAsync("PUT", path, new JsonObject { [property] = new JsonObject { ["HasValue"] = false } });
        cleared.ShouldBe(type == "UsernamePassword" ? 200 : 400);
        (await OpenAsync(made.Id, property)).ShouldBe(type == "UsernamePassword" ? null : "another");
    }

    [Fact]
    public async Task A_secret_that_is_moved_to_another_account_opens_nowhere()
    {
        var (one, two) = (await server.AddAccountAsync("Token"), await server.AddAccountAsync("Token"));
        await using (var connection = await server.Database.DataSource.OpenConnectionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"update accounts set secrets = (select secrets from accounts where id = '{one.Id}') where id = '{two.Id}'";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        (await OpenAsync(one.Id, "Token")).ShouldBe("a-secret");
        await Should.ThrowAsync<System.Security.Cryptography.CryptographicException>(() => OpenAsync(two.Id, "Token"));
    }

    [Fact]
    public async Task It_has_no_ID_token_and_no_subject()
    {
        var (account, project, environment) = (await server.AddAccountAsync("Token"), await server.AddProjectAsync(), await server.AddEnvironmentAsync());
        (await server.Admin.SendAsync("GET", $"{TestAccounts.Accounts}/{account.Id}/subject-preview")).ShouldBeRefused(400, "logs in with a secret and has no subject");
        (await server.Admin.SendAsync("POST", $"{TestAccounts.Accounts}/{account.Id}/token", new { ProjectId = project.Id, EnvironmentId = environment.Id })).ShouldBeRefused(400, "logs in with a secret and not with an ID token");
    }

    private async Task<string?> OpenAsync(string id, string name)
    {
        var account = await server.Services.GetRequiredService<AccountStore>().FindAsync("Spaces-1", id, TestContext.Current.CancellationToken);
        return server.Services.GetRequiredService<AccountSecrets>().Open(account.ShouldNotBeNull(), name);
    }
}
