using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OctoLogin.Tests.Support;
using OctoLogin.Users;

namespace OctoLogin.Tests.SignIn;

/// <summary>User name and password. The proxy is trusted, so that a test can come from several addresses.</summary>
public sealed class PasswordSignInTests(PasswordSignInTests.Fixture fixture) : IClassFixture<PasswordSignInTests.Fixture>
{
    private const string Wrong = "Invalid username or password.";
    private const string Password = SignedIn.Password;

    private static int addresses;

    private readonly ServerFixture server = fixture.Server;

    public sealed class Fixture : IAsyncLifetime
    {
        public ServerFixture Server { get; } = new();

        public ValueTask InitializeAsync()
        {
            Server.Settings["TrustedProxies:0"] = "127.0.0.1";
            return Server.InitializeAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task A_person_signs_in_calls_the_API_and_signs_out()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync("userroles-systemmanager");
        using var browser = From(NewAddress());
        var answer = await browser.LoginAsync($" {username.ToUpperInvariant()} ", Password);
        answer.Status.ShouldBe(200, answer.Text);
        (answer.Id, answer.Json.GetProperty("IsRequestor").GetBoolean()).ShouldBe((id, true));

        (await browser.CallAsync("GET", "/api/users/me")).Id.ShouldBe(id);
        var made = await browser.CallAsync("POST", "/api/users", new { Username = $"made-by-{username}" });
        made.Status.ShouldBe(201, made.Text);
        (await browser.CallAsync("POST", "/api/users/logout")).Status.ShouldBe(200);
        browser.Session.ShouldBeNull();

        var happened = (await server.Admin.GetAsync($"/api/events?users={id}", 200)).Json.GetProperty("Items").EnumerateArray()
            .Select(one => (one.GetProperty("Category").GetString(), one.GetProperty("Message").GetString())).Reverse().ToArray();
        happened.ShouldBe([("LoginSucceeded", $"{username} signed in with password"), ("Created", $"User made-by-{username} was created"), ("SessionEnded", $"{username} signed out")]);
    }

    [Fact]
    public async Task Nothing_tells_a_wrong_name_a_wrong_password_a_disabled_and_a_service_account_apart()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        var (disabledId, disabled) = await server.AddPersonWithPasswordAsync();
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{disabledId}", new { IsActive = false }, 200);
        var machine = await server.AddCallerAsync();
        var stranger = $"my secret {Guid.NewGuid():N}";
        foreach (var (name, password) in ((string, string)[])[(username, "wrong"), (username, ""), (username, new string('x', 5000)), (disabled, Password), (machine.Username, Password), (stranger, Password), ("", "")])
        {
            using var browser = From(NewAddress());
            var answer = await browser.LoginAsync(name, password);
            (answer.Status, answer.Error, browser.SetCookie).ShouldBe((400, Wrong, []), name);
        }
        (await MessagesAsync(id)).Count(message => message == $"A sign-in as {username} was refused: the password was wrong").ShouldBe(3);
        (await MessagesAsync(disabledId)).ShouldContain($"A sign-in as {disabled} was refused: the account is disabled");
        (await MessagesAsync(machine.Id)).ShouldContain($"A sign-in as {machine.Username} was refused: it is a service account");
        var everything = (await server.Admin.GetAsync("/api/events?take=1000", 200)).Text;
        everything.ShouldContain("A sign-in with a user name that nobody has was refused");
        everything.ShouldNotContain(stranger, Case.Insensitive, "it may be a password in the wrong field");
        server.Log.Lines.ShouldNotContain(line => line.Contains(stranger) || line.Contains(Password));
    }

    [Fact]
    public async Task An_account_waits_after_ten_failures_wherever_they_came_from_and_so_does_a_name_that_nobody_has()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        using var inside = await SignInAsync(username);
        foreach (var name in (string[])[username, $"nobody-{Guid.NewGuid():N}"])
        {
            for (var i = 0; i < 10; i++)
            {
                (await TryAsync(name, "wrong")).Status.ShouldBe(400);
            }
            using var browser = From(NewAddress());
            using var answer = await browser.SendAsync(Login(name, Password));
            ((int)answer.StatusCode).ShouldBe(429);
            answer.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
            (await answer.Content.ReadAsStringAsync()).ShouldContain("There were 10 failed tries within ten minutes. Try again in");
        }
        (await MessagesAsync(id)).Count(message => message.Contains("was refused")).ShouldBe(10, "what is not looked at is not recorded");
        (await inside.StatusAsync()).ShouldBe(200, "a session that there is goes on");

        server.Clock.Advance(TimeSpan.FromMinutes(10));
        (await TryAsync(username, Password)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_address_waits_after_ten_failures_whatever_the_names_and_a_good_sign_in_does_not_begin_anew()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        var (_, other) = await server.AddPersonWithPasswordAsync();
        var address = NewAddress();
        using var browser = From(address);
        for (var i = 0; i < 10; i++)
        {
            (await browser.LoginAsync($"nobody-{i}", "wrong")).Status.ShouldBe(400);
            if (i < 9)
            {
                (await browser.LoginAsync(username, Password)).Status.ShouldBe(200);
            }
        }
        (await browser.LoginAsync(username, Password)).Status.ShouldBe(429);
        // Not looked at, so it counts against no account either: one address cannot lock everybody out.
        for (var i = 0; i < 12; i++)
        {
            (await browser.LoginAsync(other, "wrong")).Status.ShouldBe(429);
        }
        (await TryAsync(other, Password)).Status.ShouldBe(200);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        (await browser.LoginAsync(username, Password)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_addresses_of_one_IPv6_network_are_one_address()
    {
        for (var i = 0; i < 10; i++)
        {
            using var browser = From($"2001:db8:1:2::{i + 1}");
            (await browser.LoginAsync($"nobody-{i}", "wrong")).Status.ShouldBe(400);
        }
        using var same = From("2001:db8:1:2:ffff::1");
        (await same.LoginAsync("somebody", "wrong")).Status.ShouldBe(429);
        using var neighbour = From("2001:db8:1:3::1");
        (await neighbour.LoginAsync("somebody", "wrong")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Fifty_guesses_at_once_over_two_replicas_are_ten_guesses()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        var replica = (await server.AddReplicaAsync()).BaseAddress!.ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using var browser = From(NewAddress(), i % 2 == 0 ? server.Url : replica);
            return (await browser.LoginAsync(username, $"guess {i}")).Status;
        }));
        (answers.Count(status => status == 400), answers.Count(status => status == 429)).ShouldBe((10, 40));
    }

    [Fact]
    public async Task Ones_own_password_takes_the_present_one_and_ends_the_other_sessions()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        using var here = await SignInAsync(username);
        using var elsewhere = await SignInAsync(username);
        const string Path = "/api/users/me/password", Wanted = "another long password";
        (await here.CallAsync("POST", Path, new { CurrentPassword = "wrong", NewPassword = Wanted })).Error.ShouldBe("CurrentPassword is not your present password.");
        (await here.CallAsync("POST", Path, new { CurrentPassword = Password, NewPassword = "short" })).Error.ShouldBe("NewPassword must have at least 12 characters, not 5.");
        (await elsewhere.StatusAsync()).ShouldBe(200);

        (await here.CallAsync("POST", Path, new { CurrentPassword = Password, NewPassword = Wanted })).Status.ShouldBe(200);
        (await here.StatusAsync(), await elsewhere.StatusAsync()).ShouldBe((200, 401));
        (await TryAsync(username, Password)).Status.ShouldBe(400);
        (await TryAsync(username, Wanted)).Status.ShouldBe(200);
        (await MessagesAsync(id)).ShouldContain($"User {username} was changed");

        // Guesses from a browser that was left open are guesses.
        for (var i = 0; i < 10; i++)
        {
            here.Headers["X-Forwarded-For"] = NewAddress();
            (await here.CallAsync("POST", Path, new { CurrentPassword = $"guess {i}", NewPassword = Password })).Status.ShouldBe(400);
        }
        (await here.CallAsync("POST", Path, new { CurrentPassword = Wanted, NewPassword = Password })).Status.ShouldBe(429);
    }

    [Fact]
    public async Task A_password_that_an_administrator_sets_ends_every_session_of_that_person()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        using var browser = await SignInAsync(username);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { DisplayName = "Somebody" }, 200);
        (await browser.StatusAsync()).ShouldBe(200);
        await server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{id}", new { Password = "another long password" }, 200);
        (await browser.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_is_made_anew_at_the_sign_in()
    {
        var (id, username) = await server.AddPersonWithPasswordAsync();
        var old = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 })).HashPassword(null!, Password);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("update users set password_hash = @old where id = @id", new { old, id });
        using var before = await SignInAsync(username);
        var hash = await connection.ExecuteScalarAsync<string>("select password_hash from users where id = @id", new { id });
        hash.ShouldNotBe(old);
        (await TryAsync(username, Password)).Status.ShouldBe(200);
        (await before.StatusAsync()).ShouldBe(200, "it is the same password");
    }

    [Fact]
    public async Task A_server_whose_passwords_are_turned_off_says_so()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        server.Settings["SignIn:PasswordsEnabled"] = "false";
        var url = (await server.AddReplicaAsync()).BaseAddress!.ToString();
        server.Settings.Remove("SignIn:PasswordsEnabled");
        using var browser = From(NewAddress(), url);
        var answer = await browser.LoginAsync(username, Password);
        (answer.Status, answer.Error).ShouldBe((403, "Signing in with user name and password is turned off on this server (SignIn:PasswordsEnabled=false). Use the identity provider of the sign-in page, or an API key."));
    }

    private static string NewAddress() => $"203.0.113.{Interlocked.Increment(ref addresses)}";

    private static HttpRequestMessage Login(string username, string password) =>
        new(HttpMethod.Post, "/api/users/login") { Content = System.Net.Http.Json.JsonContent.Create(new { Username = username, Password = password }) };

    private Browser From(string address, string? url = null) => new(url ?? server.Url) { Headers = { ["X-Forwarded-For"] = address } };

    private async Task<CallAnswer> TryAsync(string username, string password)
    {
        using var browser = From(NewAddress());
        return await browser.LoginAsync(username, password);
    }

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = From(NewAddress());
        (await browser.LoginAsync(username, Password)).Status.ShouldBe(200);
        return browser;
    }

    private async Task<string[]> MessagesAsync(string id) =>
        [.. (await server.Admin.GetAsync($"/api/events?regarding={id}&take=1000", 200)).Json.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("Message").GetString()!)];
}
