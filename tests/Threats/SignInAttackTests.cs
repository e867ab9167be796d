using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section E of docs/threats.md: signing in with the company's identity provider.</summary>
public sealed class SignInAttackTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private readonly ServerFixture server = provided.Server;
    private readonly TestBrowser browser = new(provided.Server);

    public async ValueTask InitializeAsync() => await provided.ResetAsync();

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task E1_a_state_that_is_missing_forged_used_of_another_browser_or_too_old()
    {
        await provided.AddAccountAsync();
        var answer = await provided.AnswerAsync(browser);
        var state = QueryHelpers.ParseQuery(new Uri(answer).Query)["state"].ToString();
        await RefusedAsync(browser.GetAsync(answer.Replace($"state={state}", "x=y")), Came.Nothing, "not begun in this browser", "has no 'state'");
        await RefusedAsync(browser.GetAsync($"{answer}&state={state}"), Came.Nothing, "'state' is there more than once");
        foreach (var forged in (string[])["x", new string('A', 300), state[..^4] + (state[^4] == 'A' ? 'B' : 'A') + state[^3..], state[2..], new string('A', 5000)])
        {
            await RefusedAsync(browser.GetAsync(answer.Replace(state, forged)), Came.Nothing, "none that this server made");
        }
        using var other = new TestBrowser(server);
        await RefusedAsync(other.GetAsync(answer), Came.Nothing, "of another browser");
        await other.GetAsync(ProviderServer.Start);
        await RefusedAsync(other.GetAsync(answer), Came.Nothing, "of another browser");
        (await other.MeAsync()).ShouldBeNull();

        (await browser.GetAsync(answer)).ShouldBe(303);
        await RefusedAsync(browser.GetAsync(answer), Came.Nothing, "finished already");
        var old = await provided.AnswerAsync(browser);
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        await RefusedAsync(browser.GetAsync(old), Came.Nothing, "more than 10 minutes ago");
    }

    [Fact]
    public async Task E1_one_answer_ten_times_at_once_signs_in_once()
    {
        await provided.AddAccountAsync();
        var answer = await provided.AnswerAsync(browser);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => browser.GetAsync(answer)));
        answers.Count(one => one.Status == 303).ShouldBe(1);
    }

    public static TheoryData<string, object?, string> WrongClaims => new()
    {
        { "nonce", "another", "'nonce' is not the one" },
        { "nonce", null, "'nonce' is not the one" },
        { "iss", "https://evil.example.com/", "'iss' is 'https://evil.example.com/'" },
        { "aud", "another-client", "'aud' is 'another-client'" },
        { "aud", null, "'aud' is missing" },
        { "aud", new[] { "octologin", "another-client" }, "'azp' is missing" },
        { "aud", new object[] { "octologin", 1 }, "'aud' is missing" },
        { "azp", "another-client", "'azp' is 'another-client'" },
        { "exp", 1000, "expired" },
        { "exp", null, "missing" },
        { "exp", "4102444800", "not a whole number" },
        { "iat", 4102444800, "of the future" },
        { "nbf", 4102444800, "of the future" },
        { "at_hash", "AAAAAAAAAAAAAAAAAAAAAA", "'at_hash'" },
        { "sub", "", "'sub' is not a text" },
        { "sub", 12, "'sub' is not a text" },
        { "sub", new string('x', 256), "'sub' is not a text" },
    };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task E2_an_ID_token_that_is_not_of_this_sign_in(string claim, object? value, string reason)
    {
        await provided.AddAccountAsync();
        provided.Provider.Claims = claims => claims[claim] = value;
        await RefusedAsync(provided.SignInAsync(browser), Came.Signed, "could not be proven", reason);
        (await browser.MeAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task E2_an_ID_token_that_the_provider_did_not_sign()
    {
        await provided.AddAccountAsync();
        using var stranger = RSA.Create(2048);
        var key = provided.Provider.Key;
        provided.Provider.IdToken = claims =>
        {
            provided.Provider.Key = stranger;
            var forged = provided.Provider.Sign(claims);
            provided.Provider.Key = key;
            return forged;
        };
        await RefusedAsync(provided.SignInAsync(browser), Came.Unproven, "signature does not verify");
        provided.Provider.IdToken = claims => provided.Provider.Sign(claims)[..^6] + "AAAAAA";
        await RefusedAsync(provided.SignInAsync(browser), Came.Unproven, "signature does not verify");
    }

    [Fact]
    public async Task E3_PKCE_with_S256_whatever_the_provider_says_and_a_new_challenge_each_time()
    {
        await provided.AddAccountAsync();
        provided.Provider.Discovery["code_challenge_methods_supported"] = new[] { "plain" };
        await provided.SaveAsync(new { DisplayName = "Plain" });
        var first = QueryHelpers.ParseQuery(new Uri((await browser.GetAsync(ProviderServer.Start)).Location!).Query);
        var second = QueryHelpers.ParseQuery(new Uri((await browser.GetAsync(ProviderServer.Start)).Location!).Query);
        foreach (var name in (string[])["code_challenge", "nonce", "state"])
        {
            first[name].ToString().Length.ShouldBeGreaterThanOrEqualTo(43);
            first[name].ToString().ShouldNotBe(second[name].ToString());
        }
        (first["code_challenge_method"].ToString(), first["response_type"].ToString()).ShouldBe(("S256", "code"));
        // The provider checks the verifier, so that a code without this browser's is worth nothing.
        (await provided.SignInAsync(browser)).ShouldBe(303);
    }

    [Fact]
    public async Task E4_an_answer_of_another_provider_or_of_none()
    {
        await provided.AddAccountAsync();
        var evil = $"iss={Uri.EscapeDataString("https://evil.example.com/")}";
        var before = provided.Provider.CountTokenRequests();
        await RefusedAsync(browser.GetAsync(WithoutIss(await provided.AnswerAsync(browser)) + "&" + evil), Came.Nothing, "not of the identity provider that you were sent to", "'iss' is 'https://evil.example.com/'");
        provided.Provider.Discovery["authorization_response_iss_parameter_supported"] = true;
        await provided.SaveAsync(new { DisplayName = "Names itself" });
        await RefusedAsync(browser.GetAsync(WithoutIss(await provided.AnswerAsync(browser))), Came.Nothing, "names itself in its answers");
        provided.Provider.CountTokenRequests().ShouldBe(before, "no code was sent");
        (await provided.SignInAsync(browser)).ShouldBe(303);
        provided.Provider.CountTokenRequests().ShouldBe(before + 1);
    }

    [Theory]
    [InlineData("//evil.example.com")]
    [InlineData("/\\evil.example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.example.com/app")]
    [InlineData("/%2f%2fevil.example.com")]
    [InlineData("/%5cevil.example.com")]
    [InlineData("/\tevil")]
    [InlineData("/\r\nSet-Cookie: x=y")]
    [InlineData("evil.example.com")]
    [InlineData("http:/evil.example.com")]
    public async Task E5_a_way_back_that_leads_to_another_server(string to)
    {
        await provided.AddAccountAsync();
        (await provided.SignInAsync(browser, $"{ProviderServer.Start}?redirectAfterLoginTo={Uri.EscapeDataString(to)}")).ShouldBe(303).Location.ShouldBe("/app");
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("none")]
    [InlineData("nOnE")]
    public async Task E6_an_ID_token_without_a_key_pair_is_a_set_up_error(string algorithm)
    {
        await provided.AddAccountAsync();
        provided.Provider.IdToken = claims =>
        {
            var input = $"{TestProvider.Encode($$"""{"alg":"{{algorithm}}"}""")}.{TestProvider.Encode(JsonSerializer.Serialize(claims))}";
            return algorithm == "HS256" ? $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestProvider.ClientSecret), Encoding.ASCII.GetBytes(input)))}" : $"{input}.";
        };
        await RefusedAsync(provided.SignInAsync(browser), Came.Unproven, "not set up as this server needs it", $"'{algorithm}'", "RS256 or ES256 is needed", "Signing Key");
        (await browser.MeAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task E6_an_encrypted_ID_token_is_a_set_up_error()
    {
        provided.Provider.IdToken = _ => "a.b.c.d.e";
        await RefusedAsync(provided.SignInAsync(browser), Came.Nothing, "encrypted ID tokens are not supported: leave the provider's encryption key empty");
    }

    [Theory]
    [InlineData(false)]
    [InlineData("false")]
    [InlineData("yes")]
    [InlineData(0)]
    public async Task E7_an_address_that_the_provider_did_not_verify(object verified)
    {
        var id = await provided.AddAccountAsync();
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        provided.Provider.Person["email_verified"] = verified;
        await RefusedAsync(provided.SignInAsync(browser), Came.Signed, "is not verified", "email_verified: false", "Authentik does so by default since 2025.10", "Trust unverified e-mail addresses");
        await provided.SaveAsync(new { TrustUnverifiedEmail = true });
        (await provided.SignInAsync(browser)).ShouldBe(303);
        (await browser.MeAsync())!.Id.ShouldBe(id);
    }

    [Fact]
    public async Task E7_a_second_person_with_the_address_of_an_account_that_is_linked()
    {
        var id = await provided.AddAccountAsync();
        (await provided.SignInAsync(browser)).ShouldBe(303);
        provided.Provider.Person["sub"] = "somebody-else";
        using var thief = new TestBrowser(server);
        await RefusedAsync(provided.SignInAsync(thief), Came.Signed, "There is no account for", "linked to another person of this provider already");
        await provided.SaveAsync(new { AllowAutoUserCreation = true });
        (await provided.SignInAsync(thief)).ShouldBe(303);
        (await thief.MeAsync())!.Id.ShouldNotBe(id);
    }

    /// <summary>Who may edit users plants an account with somebody's address and a password, and waits for that person, whose groups give more; now or later.</summary>
    [Theory]
    [InlineData(true, null)]
    [InlineData(true, "Spaces-1")]
    [InlineData(false, null)]
    [InlineData(false, "Spaces-1")]
    public async Task E7_an_account_that_somebody_planted_with_the_address_and_a_password(bool groupsComeLater, string? space)
    {
        var planted = await server.Admin.MakeAsync("/api/users", new { Username = Tenancy.Unique("planted"), EmailAddress = provided.Email, SignedIn.Password });
        using var before = await server.SignInAsync(planted["Username"]);
        var key = server.ClientWithKey((await before.CallAsync("POST", $"/api/users/{planted.Id}/apikeys", new { Purpose = "planted" })).Json.GetProperty("ApiKey").GetString()!);
        var group = Tenancy.Unique("group");
        provided.Provider.Person["groups"] = new[] { group };
        if (groupsComeLater)
        {
            (await provided.SignInAsync(browser)).ShouldBe(303);
        }
        var team = await server.Admin.MakeAsync("/api/teams", new { Name = group, ExternalSecurityGroups = new[] { new { Id = group } } });
        await server.GiveRoleAsync(team.Id, space is null ? "userroles-systemadministrator" : "userroles-spacemanager", space);
        if (!groupsComeLater)
        {
            (await provided.SignInAsync(browser)).ShouldBe(303);
        }
        var guarded = space is null ? ProviderServer.Settings : "/api/Spaces-1/teams";
        (await browser.MeAsync())!.Id.ShouldBe(planted.Id);
        (await browser.Client.SendAsync("GET", guarded)).ShouldBe(200);
        using var own = await provided.MakeKeyAsync(browser);
        (await own.SendAsync("GET", guarded)).ShouldBe(200);

        using var after = await server.SignInAsync(planted["Username"]);
        foreach (var refused in (CallAnswer[])[await before.CallAsync("GET", guarded), await after.CallAsync("GET", guarded), await key.CallAsync(HttpMethod.Get, guarded)])
        {
            (refused.Status, refused.Text).ShouldBe((403, refused.Text));
            refused.Error.ShouldContain("What the groups of the identity provider give is there when you are signed in with the provider");
        }
        // Nor is a key that is made by one of these ways.
        var more = await after.CallAsync("POST", $"/api/users/{planted.Id}/apikeys", new { Purpose = "more" });
        using var another = server.ClientWithKey(more.Json.GetProperty("ApiKey").GetString()!);
        (await another.SendAsync("GET", guarded)).ShouldBe(403);
    }

    [Fact]
    public async Task E7_a_service_account_with_the_address()
    {
        await server.Admin.MakeAsync("/api/users", new { Username = Tenancy.Unique("robot"), EmailAddress = provided.Email, IsService = true });
        await RefusedAsync(provided.SignInAsync(browser), Came.Signed, "There is no account for");
    }

    [Fact]
    public async Task E8_a_userinfo_answer_about_somebody_else()
    {
        await provided.AddAccountAsync();
        provided.Provider.Person.Remove("groups");
        foreach (var subject in (object?[])["somebody-else", null, 1])
        {
            provided.Provider.UserInfo = new() { ["sub"] = subject, ["groups"] = new[] { "administrators" } };
            await RefusedAsync(provided.SignInAsync(browser), Came.Signed, "contradict each other", "they must be the same");
        }
    }

    [Fact]
    public async Task E12_an_error_of_the_provider_with_markup_in_it()
    {
        const string Markup = "<script>alert(1)</script>\"'";
        var answer = await provided.AnswerAsync(browser);
        var state = QueryHelpers.ParseQuery(new Uri(answer).Query)["state"].ToString();
        var page = await RefusedAsync(browser.GetAsync(QueryHelpers.AddQueryString(ProviderServer.Redirect, new Dictionary<string, string?> { ["state"] = state, ["error"] = Markup, ["error_description"] = Markup })),
            Came.Nothing, "did not sign you in", Markup);
        page.Text.ShouldNotContain("<script>");
        page.Text.ShouldNotContain("alert(1)</");
        provided.Provider.Claims = claims => claims["iss"] = Markup;
        provided.Provider.Person["preferred_username"] = Markup;
        (await RefusedAsync(provided.SignInAsync(browser), Came.Signed, Markup)).Text.ShouldNotContain("<script>");
    }

    private async Task<PageAnswer> RefusedAsync(Task<PageAnswer> answer, Came came, params string[] reasons) => await provided.ShouldBeRefusedAsync(await answer, came, reasons);

    private static string WithoutIss(string answer) => answer[..answer.IndexOf("&iss=", StringComparison.Ordinal)];
}
