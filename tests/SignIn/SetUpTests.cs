using Dapper;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>From a first start without settings to an administrator who is signed in.</summary>
public sealed class SetUpTests(UnclaimedServer unclaimed) : IClassFixture<UnclaimedServer>
{
    [Fact]
    public async Task The_code_that_the_first_start_printed_makes_an_administrator_and_signs_them_in()
    {
        var code = unclaimed.Printed.Length > 0 && await unclaimed.Server.CountAsync("team_members") == 0 ? unclaimed.LastCode : await unclaimed.OfferAsync();
        unclaimed.Printed.ShouldContain($"Set up the first administrator: {unclaimed.Server.Url}/app/set-up with the one-time code {code}\n");
        code.ShouldMatch("^([A-Z2-7]{5}-){3}[A-Z2-7]{5}$");
        unclaimed.Server.Log.Lines.ShouldContain(line => line.Contains("This server has no administrator yet."));
        unclaimed.Server.Log.Lines.ShouldNotContain(line => line.Contains(code));
        (await unclaimed.Server.DumpAsync()).ShouldNotContain(code.Replace("-", ""));

        using var client = unclaimed.Client();
        var page = await client.GetAsync("/app/sign-in");
        page.Words.ShouldContain("This server has no administrator yet.");
        page = await client.GetAsync(page.Document.QuerySelector("main a")!.GetAttribute("href")!);
        var name = $"ada-{Guid.NewGuid():N}";
        // As people type: without case and dashes, 0 for O. A fault elsewhere does not use it up.
        var typed = code.ToLowerInvariant().Replace("-", " ").Replace('o', '0').Replace('i', '1');
        page = await client.SubmitAsync(page, "Set up", 400, ("Input.Code", typed), ("Input.Username", name), ("Input.Password", "short"));
        page.ErrorsOf("Input.Password").Single().ShouldBe("Password must have at least 12 characters, not 5.");
        page = await client.SubmitAsync(page, "Set up", 200, ("Input.Code", typed), ("Input.Username", name), ("Input.EmailAddress", "ada@example.com"), ("Input.Password", SignedIn.Password));
        (page.Path, page.Words.Contains($"{name} is the administrator of this server, and signed in.")).ShouldBe(("/app", true));

        await client.GetAsync("/app/settings/about");
        await client.GetAsync("/app/set-up", 404);
        using var other = unclaimed.Client();
        (await other.GetAsync("/app/sign-in")).Words.ShouldNotContain("no administrator");
        await using var connection = await unclaimed.Server.Database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select message from audit_events where message like '%' || @name || '%' order by number", new { name }))
            .ShouldBe([$"User {name} was created", $"Team Octopus Administrators ({name} was added) was changed", $"{name} signed in with set-up code"]);
    }

    [Fact]
    public async Task A_start_with_an_administrator_prints_nothing_and_forgets_the_codes()
    {
        await unclaimed.OfferAsync();
        await using var connection = await unclaimed.Server.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into users (username, display_name) values ('somebody', 'Somebody'); insert into team_members select 'teams-administrators', id from users where username = 'somebody'");
        var before = unclaimed.Printed;
        await unclaimed.OfferAgainAsync();
        unclaimed.Printed.ShouldBe(before);
        (await unclaimed.Server.CountAsync("set_up_codes")).ShouldBe(0);
    }

    [Fact]
    public async Task Each_start_prints_another_code_and_the_last_ten_work()
    {
        var first = await unclaimed.OfferAsync();
        for (var i = 0; i < 10; i++)
        {
            unclaimed.Server.Clock.Advance(TimeSpan.FromSeconds(1));
            (await unclaimed.OfferAgainAsync()).ShouldNotBe(first);
        }
        (await unclaimed.Server.CountAsync("set_up_codes")).ShouldBe(10);
        using var client = unclaimed.Client();
        var page = await client.GetAsync("/app/set-up");
        (await client.SubmitAsync(page, "Set up", 400, ("Input.Code", first), ("Input.Username", "x"), ("Input.Password", SignedIn.Password)))
            .ErrorsOf("Input.Code").Single().ShouldStartWith("Code is wrong. It is in what the server printed when it started");
    }

    [Fact]
    public async Task An_administrator_whom_the_settings_name_needs_no_code()
    {
        var named = new ServerFixture();
        var output = new StringWriter();
        named.AlsoReplace = services => Microsoft.Extensions.DependencyInjection.Extensions.ServiceCollectionDescriptorExtensions.Replace(
            services, Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton(new OctoLogin.SignIn.StandardOutput(output)));
        await named.InitializeAsync();
        await using var _ = named;
        output.ToString().ShouldBeEmpty();
        await named.Admin.GetAsync("/api/users/me", 200);
    }
}
