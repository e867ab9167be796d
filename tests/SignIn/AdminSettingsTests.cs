using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OctoLogin.Database;
using OctoLogin.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>The settings below <c>Admin:</c> make or repair an administrator at a start, and undo nothing while they are as they were.</summary>
public sealed class AdminSettingsTests : IAsyncLifetime
{
    private const string New = "another long password";

    private readonly ServerFixture server = new()
    {
        HasAdministrator = false,
        AlsoReplace = services => services.Replace(ServiceDescriptor.Singleton(new StandardOutput(TextWriter.Null))),
    };

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        await server.StopAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_name_without_a_way_in_ends_the_first_start_with_what_to_add()
    {
        server.Settings["Admin:Username"] = "alice";
        await ShouldNotStartAsync("Admin:Username is 'alice'", "no setting says how they sign in", "Add Admin:Password (at least 12 characters) or Admin:ApiKey", "Or take the settings below Admin: away");
        server.Settings["Admin:Email"] = "alice@example.com";
        await ShouldNotStartAsync("Admin:Email lets them in by an identity provider, and none is enabled yet");
        server.Settings["Admin:Password"] = SignedIn.Password;
        server.Settings["SignIn:PasswordsEnabled"] = "false";
        await ShouldNotStartAsync("Admin:Password lets nobody in while SignIn:PasswordsEnabled is false", "Add Admin:ApiKey");
        (await server.CountAsync("users")).ShouldBe(0);

        server.Settings.Remove("SignIn:PasswordsEnabled");
        await server.StartAsync();
        using var alice = await server.SignInAsync("alice");
        (await alice.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(200);
        // A password may be taken out of the settings when it has done its work.
        await RestartAsync("Admin:Password", null);
        (await alice.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(200);
        // Whoever was renamed in the portal must not keep the server from starting, and nobody is made who could not sign in.
        var id = (await alice.CallAsync("GET", "/api/users/me")).Id;
        (await alice.CallAsync("PUT", $"/api/users/{id}", new { Username = "alice.l" })).Status.ShouldBe(200);
        await RestartAsync("Admin:Email", "alice.l@example.com");
        (await server.CountAsync("users")).ShouldBe(1);
        Warnings("Admin:Username is alice, for whom nothing was done, as they could not sign in").ShouldBe(1);
    }

    /// <param name="noted">False: the last start was of a version that did not write down what it applied.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settings_that_are_as_they_were_undo_nothing_and_one_that_changed_repairs_the_account_with_it_alone(bool noted)
    {
        var (id, bob) = await StartWithTwoAsync();
        var key = (await bob.CallAsync("GET", $"/api/users/{id}/apikeys")).Ids().Single();
        (await bob.CallAsync("DELETE", $"/api/users/{id}/apikeys/{key}")).Status.ShouldBe(200);
        (await bob.CallAsync("PUT", $"/api/users/{id}", new { Password = New, EmailAddress = "new@example.com" })).Status.ShouldBe(200);
        await ExecuteAsync(noted ? "select 1" : "update applied_settings set fingerprint = ''");
        await RestartAsync();
        (await new Browser(server.Url).LoginAsync("alice", SignedIn.Password)).Status.ShouldBe(400);
        (await server.SignInAsync("alice", New)).Dispose();
        (await server.Admin.SendAsync("GET", "/api/users/me")).ShouldBe(401);
        (await bob.CallAsync("PUT", $"/api/users/{id}", new { IsActive = false })).Status.ShouldBe(200);
        await RestartAsync();
        (await new Browser(server.Url).LoginAsync("alice", New)).Status.ShouldBe(400);

        const string Key = "API-ANOTHERANOTHERANOTHERANOTHER";
        await RestartAsync("Admin:ApiKey", Key);
        (await server.ClientWithKey(Key).SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
        (await server.SignInAsync("alice", New)).Dispose();
        (await bob.CallAsync("GET", $"/api/users/{id}")).Json.GetProperty("EmailAddress").GetString().ShouldBe("new@example.com");
        await RestartAsync("Admin:Password", "a third long password");
        (await server.SignInAsync("alice", "a third long password")).Dispose();
        bob.Dispose();
    }

    /// <summary>Whoever has the name of one who was an administrator is none by that; and a server that has lost its last one gets it back by a start.</summary>
    [Fact]
    public async Task An_account_that_is_no_administrator_is_made_one_when_there_is_no_other()
    {
        var (id, bob) = await StartWithTwoAsync();
        await ExecuteAsync("delete from team_members where user_id = @id", id);
        await RestartAsync("Admin:Password", New);
        Warnings("Admin:Username is alice, which is an account that is no administrator; it is left as it is").ShouldBe(1);
        using (var alice = await server.SignInAsync("alice"))
        {
            (await alice.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(403);
        }
        bob.Dispose();
        await ExecuteAsync("update users set is_active = false");
        await RestartAsync();
        using var repaired = await server.SignInAsync("alice", New);
        (await repaired.CallAsync("GET", ProviderServer.Settings)).Status.ShouldBe(200);
        await ExecuteAsync("update users set is_active = false");
        await RestartAsync();
        (await server.Admin.SendAsync("GET", ProviderServer.Settings)).ShouldBe(200);
    }

    /// <summary>Alice by the settings, and Bob, who is an administrator as well.</summary>
    private async Task<(string Id, Browser Bob)> StartWithTwoAsync()
    {
        foreach (var (name, value) in ((string, string)[])[("Username", "alice"), ("Email", "alice@example.com"), ("Password", SignedIn.Password), ("ApiKey", ServerFixture.AdminApiKey)])
        {
            server.Settings[$"Admin:{name}"] = value;
        }
        await server.StartAsync();
        var alice = (await server.Admin.SendAsync("GET", "/api/users/me")).ShouldBe(200);
        (alice["Username"], alice["EmailAddress"]).ShouldBe(("alice", "alice@example.com"));
        var bob = await server.Admin.MakeAsync("/api/users", new { Username = "bob", SignedIn.Password });
        await ExecuteAsync("insert into team_members (team_id, user_id) values ('teams-administrators', @id)", bob.Id);
        return (alice.Id, await server.SignInAsync("bob"));
    }

    private async Task RestartAsync(string? changed = null, string? value = null)
    {
        await server.StopAsync();
        if (changed is not null)
        {
            _ = value is null ? server.Settings.Remove(changed) : (server.Settings[changed] = value).Length > 0;
        }
        await server.StartAsync();
    }

    private async Task ShouldNotStartAsync(params string[] reasons)
    {
        var fault = await Should.ThrowAsync<StartupException>(server.StartAsync);
        fault.ExitCode.ShouldBe(StartupException.ConfigurationFault);
        foreach (var reason in reasons)
        {
            fault.Message.ShouldContain(reason);
        }
        fault.Message.ShouldNotContain(SignedIn.Password);
    }

    private int Warnings(string text) => server.Log.Lines.Count(line => line.StartsWith("Warning ", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));

    private async Task ExecuteAsync(string sql, string? id = null)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, new { id });
    }
}
