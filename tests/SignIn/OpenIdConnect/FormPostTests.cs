using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>A provider that has the browser POST its answer, from its own page (OAuth 2.0 Form Post Response Mode), to a server on https.</summary>
public sealed class FormPostTests(HttpsProviderServer provided) : IClassFixture<HttpsProviderServer>, IAsyncLifetime
{
    private readonly ServerFixture server = provided.Server;

    public async ValueTask InitializeAsync()
    {
        await provided.ResetAsync();
        await provided.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(new[] { "form_post" }, "")]
    [InlineData(new[] { "query", "form_post" }, "urn:octologin")]
    public async Task Works_with_a_cookie_that_comes_with_another_sites_form_and_is_for_https_alone(string[] modes, string resource)
    {
        provided.Provider.Discovery["response_modes_supported"] = modes;
        await provided.SaveAsync(new { Resource = resource });
        using var browser = new Browser(server.Url);
        using var started = await browser.GetAsync(ProviderServer.Start);
        var location = started.Headers.Location!.OriginalString;
        QueryHelpers.ParseQuery(new Uri(location).Query)["response_mode"].ToString().ShouldBe("form_post");
        var cookie = browser.SetCookie.ShouldHaveSingleItem();
        foreach (var part in (string[])["__Host-octologin-sign-in=", "; samesite=none", "; secure", "; httponly", "; path=/"])
        {
            cookie.ShouldContain(part, Case.Insensitive);
        }
        var answer = new Uri(provided.Provider.Authorize(location));
        answer.GetLeftPart(UriPartial.Path).ShouldBe($"{HttpsProviderServer.Uri}{ProviderServer.Redirect}");
        (browser.Headers["Origin"], browser.Headers["Sec-Fetch-Site"]) = (new Uri(provided.Provider.Issuer).GetLeftPart(UriPartial.Authority), "cross-site");
        using var arrived = await browser.SubmitAsync(ProviderServer.Redirect, [.. QueryHelpers.ParseQuery(answer.Query).Select(one => (one.Key, one.Value.ToString()))]);
        ((int)arrived.StatusCode).ShouldBe(303, await arrived.Content.ReadAsStringAsync());
        browser.SetCookie.ShouldContain(one => one.StartsWith("__Host-octologin=", StringComparison.Ordinal) && one.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
        using var me = await browser.GetAsync("/api/users/me");
        ((int)me.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Where_the_provider_can_answer_by_query_the_cookie_stays_with_this_site()
    {
        using var browser = new Browser(server.Url);
        using var started = await browser.GetAsync(ProviderServer.Start);
        QueryHelpers.ParseQuery(started.Headers.Location!.Query).ShouldNotContainKey("response_mode");
        browser.SetCookie.ShouldHaveSingleItem().ShouldContain("samesite=lax", Case.Insensitive);
    }
}
