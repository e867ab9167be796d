using Dapper;
using Npgsql;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Row F5: who becomes the first administrator.</summary>
public sealed class SetUpAttackTests(UnclaimedServer unclaimed) : IClassFixture<UnclaimedServer>
{
    [Fact]
    public async Task F5_many_who_set_up_the_first_administrator_at_the_same_moment()
    {
        string[] codes = [await unclaimed.OfferAsync(), await unclaimed.OfferAgainAsync()];
        var forms = new List<(PortalClient Client, PortalPageView Page)>();
        for (var i = 0; i < 12; i++)
        {
            var client = unclaimed.Client();
            forms.Add((client, await client.GetAsync("/app/set-up")));
        }
        var answers = await Task.WhenAll(forms.Select((form, i) => unclaimed.SendAsync(form.Client, form.Page, codes[i % 2], $"first-{Guid.NewGuid():N}")));
        answers.Count(status => status == 302).ShouldBe(1);
        answers.Where(status => status != 302).ShouldAllBe(status => status == 404);
        await using var connection = await unclaimed.Server.Database.DataSource.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from team_members where team_id = 'teams-administrators'")).ShouldBe(1);
        (await connection.ExecuteScalarAsync<long>("select count(*) from users where username like 'first-%'")).ShouldBe(1, "those who came late left no account behind");
        (await connection.ExecuteScalarAsync<long>("select count(*) from set_up_codes")).ShouldBe(0);
    }

    [Fact]
    public async Task F5_guesses_of_the_code()
    {
        var code = await unclaimed.OfferAsync();
        await using var connection = await unclaimed.Server.Database.DataSource.OpenConnectionAsync();
        // Those of the other tests of this server are there already, in whatever order they ran.
        var before = await RefusedAsync(connection);
        using var client = unclaimed.Client();
        var page = await client.GetAsync("/app/set-up");
        for (var i = 0; i < 10; i++)
        {
            (await unclaimed.SendAsync(client, page, $"AAAAA-BBBBB-CCCCC-0000{i}", "thief")).ShouldBe(400);
        }
        (await unclaimed.SendAsync(client, page, code, "thief")).ShouldBe(429);
        (await RefusedAsync(connection) - before).ShouldBe(10);
        (await connection.ExecuteScalarAsync<long>("select count(*) from users where username = 'thief'")).ShouldBe(0);

        // Who has the code is at another address, and is not kept out by it.
        using var owner = unclaimed.Client();
        (await unclaimed.SendAsync(owner, await owner.GetAsync("/app/set-up"), code, $"owner-{Guid.NewGuid():N}")).ShouldBe(302);
    }

    [Fact]
    public async Task F5_a_code_that_was_used_or_is_not_needed_any_more()
    {
        var (used, other) = (await unclaimed.OfferAsync(), await unclaimed.OfferAgainAsync());
        using var client = unclaimed.Client();
        var page = await client.GetAsync("/app/set-up");
        (await unclaimed.SendAsync(client, page, used, $"owner-{Guid.NewGuid():N}")).ShouldBe(302);
        using var thief = unclaimed.Client();
        await thief.GetAsync("/app/set-up", 404);
        foreach (var code in (string[])[used, other])
        {
            // With a form of before, from a browser that is not signed in.
            using var late = unclaimed.Client();
            (await unclaimed.SendAsync(late, await late.GetAsync("/app/sign-in"), code, "thief")).ShouldBe(404);
        }
        // Also when there is none again: it was for once.
        await unclaimed.ForgetAdministratorsAsync();
        using var again = unclaimed.Client();
        (await unclaimed.SendAsync(again, await again.GetAsync("/app/set-up"), used, "thief")).ShouldBe(400);
    }

    private static Task<long> RefusedAsync(NpgsqlConnection connection) => connection.ExecuteScalarAsync<long>(
        "select count(*) from audit_events where message = 'Setting up the first administrator was refused: the code was wrong'");
}
