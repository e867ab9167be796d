using Microsoft.Playwright;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>The tests of pages can see what they are to find.</summary>
public sealed class BrowserTests(Chromium chromium, ServerFixture server) : PageTests(chromium), IClassFixture<ServerFixture>
{
    private const string Clean = "<h1>Teams</h1><form method='post'><label for='name'>Name</label> <input id='name' name='name'></form>";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_of_the_API_loads_without_a_fault(bool dark)
    {
        var tab = await OpenAsync(server.Url, new() { Dark = dark });
        (await tab.GoAsync("/api/docs/index.html")).ShouldBe(200);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "POST /token/v1 Exchange" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("<script>throw new Error('of the page')</script>", "", "exception: Error: of the page")]
    [InlineData("<script>console.error('said so')</script>", "", "console: said so")]
    [InlineData("<img alt='' src='/gone.png'>", "", "404")]
    [InlineData("<img alt='' src='http://127.0.0.1:1/'>", "", "request: GET http://127.0.0.1:1/ net::ERR_")]
    [InlineData("<p style='color: red'>red</p>", "default-src 'none'", "CSP: style-src-attr forbids inline")]
    [InlineData("<script>alert(1)</script>", "default-src 'none'; script-src 'self'", "CSP: script-src-elem forbids inline")]
    public async Task A_fault_of_a_page_fails_the_test(string body, string policy, string fault)
    {
        await using var site = await SiteAsync(Clean + body, policy);
        var tab = await Chromium.OpenAsync(site.Url);
        (await tab.GoAsync("/")).ShouldBe(200);
        (await Record.ExceptionAsync(tab.CloseAsync)).ShouldNotBeNull().Message.ShouldContain(fault);
    }

    [Fact]
    public async Task A_fault_that_a_test_is_about_does_not()
    {
        await using var site = await SiteAsync(Clean, "");
        var tab = await OpenAsync(site.Url);
        tab.Expect("404");
        (await tab.GoAsync("/gone")).ShouldBe(404);
    }

    [Theory]
    [InlineData("<input name='other'>", "", "label")]
    [InlineData("<p id='faint'>faint</p>", "#faint { color: #ccc; background: #fff }", "color-contrast")]
    [InlineData("<p><a href='/a' class='a'>a</a><a href='/b' class='a'>b</a></p>", ".a { display: inline-block; width: 8px; height: 8px; overflow: hidden }", "target-size")]
    public async Task Axe_finds_what_a_person_could_not_use(string body, string style, string rule)
    {
        await using var site = await SiteAsync(Clean + body, "default-src 'none'; style-src 'self'; img-src 'self'", style);
        var tab = await OpenAsync(site.Url);
        await tab.GoAsync("/");
        (await Record.ExceptionAsync(tab.AxeAsync)).ShouldNotBeNull().Message.ShouldContain(rule + " (");
    }

    [Fact]
    public async Task A_good_page_passes_with_and_without_JavaScript_light_dark_and_on_a_phone()
    {
        await using var site = await SiteAsync(Clean + "<p id='script'>quiet</p><script src='/site.js'></script><p id='dark'>dark</p><p id='phone'>phone</p>", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'",
            "#dark, #phone { display: none } @media (prefers-color-scheme: dark) { #dark { display: block } } @media (max-width: 400px) { #phone { display: block } }");
        foreach (var how in (Viewing[])[new(), new() { Dark = true }, new() { Phone = true }, new() { JavaScript = false }])
        {
            var tab = await OpenAsync(site.Url, how);
            await tab.GoAsync("/");
            if (how.JavaScript)
            {
                await tab.AxeAsync();
            }
            await tab.FitsAsync();
            (await tab.Page.GetByText("dark").IsVisibleAsync()).ShouldBe(how.Dark);
            (await tab.Page.GetByText("phone").IsVisibleAsync()).ShouldBe(how.Phone);
            (await tab.Page.GetByText("quiet").IsVisibleAsync()).ShouldBe(!how.JavaScript);
        }
    }

    [Fact]
    public async Task A_page_wider_than_a_phone_is_told_by_what_is_wide()
    {
        await using var site = await SiteAsync(Clean + "<p class='wide'>wide</p>", "", ".wide { width: 500px }");
        var tab = await OpenAsync(site.Url, new() { Phone = true });
        await tab.GoAsync("/");
        (await Record.ExceptionAsync(tab.FitsAsync)).ShouldNotBeNull().Message.ShouldContain("<p class=\"wide\">");
    }

    private static Task<FakeHttpServer> SiteAsync(string body, string policy, string style = "") => FakeHttpServer.StartAsync(request => request.Path switch
    {
        "/" => new FakeAnswer(200,
            $"<!doctype html><html lang='en'><meta name='viewport' content='width=device-width'><title>Teams</title><link rel='icon' href='/icon.svg'><link rel='stylesheet' href='/site.css'><main>{body}</main></html>", "text/html")
            .With("Content-Security-Policy", policy),
        "/site.css" => new FakeAnswer(200, "input { min-height: 24px } " + style, "text/css"),
        "/site.js" => new FakeAnswer(200, "document.getElementById('script').textContent = 'loud'", "text/javascript"),
        "/icon.svg" => new FakeAnswer(200, "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        _ => new FakeAnswer(404, "<!doctype html><title>Not found</title>", "text/html"),
    });
}
