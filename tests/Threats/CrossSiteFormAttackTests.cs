using Dapper;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Row F2 of docs/threats.md, for the two forms that nobody must be signed in for: a page of another site sends them, with a token that it somehow has.</summary>
public sealed class CrossSiteFormAttackTests(UnclaimedServer unclaimed) : IClassFixture<UnclaimedServer>
{
    private readonly ServerFixture server = unclaimed.Server;

    private static readonly (string? Site, string? Origin)[] Foreign =
    [
        ("cross-site", "https://evil.example"), ("same-site", "https://neighbour.example.com"), ("cross-site", null), (null, "https://evil.example"), (null, "null"), (null, "http://127.0.0.1:1"),
    ];

    [Fact]
    public async Task F2_the_form_of_the_sign_in_page_that_another_site_sends()
    {
        var code = await unclaimed.OfferAsync();
        var username = $"owner-{Guid.NewGuid():N}";
        using var owner = unclaimed.Client();
        (await unclaimed.SendAsync(owner, await owner.GetAsync("/app/set-up"), code, username)).ShouldBe(302);
        (string, string)[] fields = [("Input.Username", username), ("Input.Password", SignedIn.Password)];
        await RefusedAsync("/app/sign-in", fields);
        (await CountAsync("sign_in_failures", "failures > 0")).ShouldBe(0, "nor is a foreign page's try one of the person's");

        using var browser = unclaimed.Client();
        (await SendAsync(browser, "/app/sign-in", ("same-origin", server.Url), fields)).Status.ShouldBe(302);
        SessionOf(browser).ShouldNotBeNull();
    }

    [Fact]
    public async Task F2_the_form_of_the_set_up_page_that_another_site_sends()
    {
        var code = await unclaimed.OfferAsync();
        (string, string)[] fields = [("Input.Code", code), ("Input.Username", "thief"), ("Input.Password", SignedIn.Password)];
        await RefusedAsync("/app/set-up", fields);
        (await CountAsync("users", "username = 'thief'")).ShouldBe(0);
        (await CountAsync("set_up_codes", "true")).ShouldBeGreaterThan(0, "the code is still worth something");

        using var browser = unclaimed.Client();
        (await SendAsync(browser, "/app/set-up", ("same-origin", server.Url), [fields[0], ("Input.Username", $"owner-{Guid.NewGuid():N}"), fields[2]])).Status.ShouldBe(302);
        SessionOf(browser).ShouldNotBeNull();
    }

    /// <summary>With a token of the page, and, from a page of this server, without one.</summary>
    private async Task RefusedAsync(string path, (string, string)[] fields)
    {
        foreach (var from in Foreign)
        {
            using var browser = unclaimed.Client();
            var answer = await SendAsync(browser, path, from, fields);
            answer.Status.ShouldBe(403, $"{from}: {answer.Text}");
            answer.Text.ShouldContain("does not come from a page of this server");
            SessionOf(browser).ShouldBeNull();
        }
        using var without = unclaimed.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { { "Sec-Fetch-Site", "same-origin" } },
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
        };
        using var refused = await without.Http.SendAsync(request);
        ((int)refused.StatusCode).ShouldBe(403);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("This form is out of date");
        SessionOf(without).ShouldBeNull();
    }

    private static async Task<(int Status, string Text)> SendAsync(PortalClient browser, string path, (string? Site, string? Origin) from, (string Name, string Value)[] fields)
    {
        var page = await browser.GetAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(
            [
                .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
                KeyValuePair.Create("__RequestVerificationToken", page.Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!),
            ]),
        };
        foreach (var (name, value) in ((string, string?)[])[("Sec-Fetch-Site", from.Site), ("Origin", from.Origin)])
        {
            if (value is not null)
            {
                request.Headers.Add(name, value);
            }
        }
        using var answer = await browser.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private string? SessionOf(PortalClient browser) => browser.Cookies.GetCookies(new Uri(server.Url))["octologin"]?.Value;

    private async Task<long> CountAsync(string table, string where)
    {
        await using var connection = await server.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table} where {where}");
    }
}
