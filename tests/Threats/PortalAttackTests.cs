using System.Text;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Section F of docs/threats.md: what is done to people through their browsers.</summary>
public sealed class PortalAttackTests(PortalAttackTests.Fixture fixture) : IClassFixture<PortalAttackTests.Fixture>
{
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

    [Theory]
    [InlineData("http", "octologin", "octologin=S; path=/; samesite=lax; httponly")]
    [InlineData("https", "__Host-octologin", "__Host-octologin=S; path=/; secure; samesite=lax; httponly")]
    public async Task F1_a_cookie_that_scripts_other_hosts_or_plain_http_could_see(string scheme, string name, string expected)
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var browser = Behind(scheme);
        (await browser.LoginAsync(username, SignedIn.Password)).Status.ShouldBe(200);
        browser.SetCookie.ShouldHaveSingleItem().Replace(browser.Cookies[name], "S").ShouldBe(expected);
        browser.Cookies[name].ShouldMatch("^[A-Za-z0-9_-]{43}$");
        (await browser.StatusAsync()).ShouldBe(200);
        (await server.DumpAsync()).ShouldNotContain(browser.Cookies[name]);
        server.Log.Lines.ShouldNotContain(line => line.Contains(browser.Cookies[name]));
    }

    /// <summary>A neighbouring host can set a cookie for the whole domain, but none whose name begins with <c>__Host-</c>.</summary>
    [Fact]
    public async Task F1_a_cookie_that_a_neighbouring_host_planted()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var attacker = Behind("http");
        (await attacker.LoginAsync(username, SignedIn.Password)).Status.ShouldBe(200);
        using var victim = Behind("https");
        victim.Cookies["octologin"] = attacker.Session!;
        (await victim.StatusAsync()).ShouldBe(401);
    }

    [Fact]
    public async Task F1_a_session_that_was_there_before_the_sign_in()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        var (_, other) = await server.AddPersonWithPasswordAsync();
        using var planted = await server.SignInAsync(other);
        var known = planted.Session!;
        using var victim = new Browser(server.Url, known);
        (await victim.LoginAsync(username, SignedIn.Password)).Status.ShouldBe(200);
        victim.Session.ShouldNotBe(known);
        (await planted.StatusAsync()).ShouldBe(401, "the session that the browser came with has ended");

        using var madeUp = new Browser(server.Url, new string('A', 43));
        (await madeUp.LoginAsync(username, SignedIn.Password)).Status.ShouldBe(200);
        madeUp.Session.ShouldNotBe(new string('A', 43));
    }

    [Fact]
    public async Task F1_a_cookie_that_was_copied_before_its_person_signed_out()
    {
        var (_, _, browser) = await server.SignedInPersonAsync();
        using var thief = new Browser(server.Url, browser.Session);
        (await thief.StatusAsync()).ShouldBe(200);
        (await browser.CallAsync("POST", "/api/users/logout")).Status.ShouldBe(200);
        browser.SetCookie.ShouldHaveSingleItem().ShouldStartWith("octologin=; expires=Thu, 01 Jan 1970");
        (await thief.StatusAsync()).ShouldBe(401);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site", "Origin: https://evil.example")]
    [InlineData("Sec-Fetch-Site: same-site", "Origin: https://neighbour.example.com")]
    [InlineData("Sec-Fetch-Site:", "Origin: https://evil.example")]
    [InlineData("Sec-Fetch-Site:", "Origin: null")]
    [InlineData("Sec-Fetch-Site:", "Origin:")]
    public async Task F2_a_page_of_another_site_that_has_the_browser_send_a_request(params string[] headers)
    {
        var (id, _, browser) = await server.SignedInPersonAsync("userroles-systemmanager");
        foreach (var header in headers)
        {
            browser.Headers[header.Split(':')[0]] = header[(header.IndexOf(':') + 1)..].Trim() is { Length: > 0 } value ? value : null;
        }
        var before = await server.CountAsync("users");
        foreach (var contentType in (string[])["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"])
        {
            using var content = new StringContent("{\"Username\": \"forged\"}", Encoding.UTF8);
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
            using var answer = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/users") { Content = content });
            ((int)answer.StatusCode).ShouldBe(403, contentType);
        }
        foreach (var (method, path) in ((string, string)[])[("PUT", $"/api/users/{id}"), ("DELETE", $"/api/users/{id}/sessions"), ("POST", "/api/users/logout"), ("PATCH", "/api/users"), ("POST", "/api/no-such-route")])
        {
            (await browser.CallAsync(method, path, new { })).Status.ShouldBe(403, $"{method} {path}");
        }
        (await server.CountAsync("users")).ShouldBe(before);
        (await browser.StatusAsync()).ShouldBe(200, "reading is not refused, and the session goes on");

        browser.Headers.Clear();
        (await browser.CallAsync("POST", "/api/users", new { Username = $"own-{id}" })).Status.ShouldBe(201);
    }

    [Fact]
    public async Task F2_a_page_of_another_site_that_signs_its_visitor_in_as_somebody_else()
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var browser = new Browser(server.Url) { Headers = { ["Sec-Fetch-Site"] = "cross-site", ["Origin"] = "https://evil.example" } };
        (await browser.LoginAsync(username, SignedIn.Password)).Status.ShouldBe(403);
        browser.Session.ShouldBeNull();
    }

    /// <summary>A browser adds neither to a request by itself, so there is nothing to misuse.</summary>
    [Fact]
    public async Task F2_says_nothing_against_keys_and_programs()
    {
        using var client = server.ClientWithKey(ServerFixture.AdminApiKey);
        client.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        client.DefaultRequestHeaders.Add("Cookie", $"octologin={new string('A', 43)}");
        (await client.CallAsync(HttpMethod.Post, "/api/users", new { Username = $"by-key-{Guid.NewGuid():N}" })).Status.ShouldBe(201);
        var (_, username) = await server.AddPersonWithPasswordAsync();
        (await server.Anonymous.CallAsync(HttpMethod.Post, "/api/users/login", new { Username = username, SignedIn.Password })).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://evil.example/app")]
    [InlineData("https:evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\r\nLocation: https://evil.example")]
    [InlineData("@evil.example")]
    public async Task E5_a_link_to_the_sign_in_page_that_leads_elsewhere_afterwards(string wanted)
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        var link = $"/app/sign-in?redirectAfterLoginTo={Uri.EscapeDataString(wanted)}";
        using var client = new PortalClient(server.Url, null);
        var page = await client.GetAsync(link);
        page.Text.ShouldNotContain("evil.example");
        var token = page.Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, link)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["Input.Username"] = username, ["Input.Password"] = SignedIn.Password, ["redirectAfterLoginTo"] = wanted, ["__RequestVerificationToken"] = token,
            }),
        };
        using var answer = await client.Http.SendAsync(request);
        ((int)answer.StatusCode, answer.Headers.Location!.ToString()).ShouldBe((302, "/app"));
        // Who is signed in already is sent on at once.
        using var again = await client.Http.GetAsync(link);
        ((int)again.StatusCode, again.Headers.Location!.ToString()).ShouldBe((302, "/app"));
    }

    [Theory]
    [InlineData("/app/sign-in", 200)]
    [InlineData("/app/nowhere", 404)]
    [InlineData("/api", 200)]
    [InlineData("/api/users/me", 401)]
    [InlineData("/api/docs/index.html", 200)]
    [InlineData("/api/openapi.json", 200)]
    [InlineData("/nothing", 404)]
    public async Task F6_framing_sniffing_and_plain_http(string path, int status)
    {
        foreach (var scheme in (string[])["http", "https"])
        {
            using var browser = Behind(scheme);
            using var answer = await browser.GetAsync(path);
            ((int)answer.StatusCode).ShouldBe(status);
            answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("frame-ancestors 'none'");
            answer.Headers.Contains("Strict-Transport-Security").ShouldBe(scheme == "https", "over http a browser must ignore it");
        }
    }

    private Browser Behind(string scheme) => new(server.Url) { Headers = { ["X-Forwarded-For"] = "203.0.113.1", ["X-Forwarded-Proto"] = scheme } };
}
