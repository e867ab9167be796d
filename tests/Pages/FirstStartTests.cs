using Microsoft.Playwright;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>From a server that was just started to its administrator.</summary>
public sealed class FirstStartTests(Chromium chromium, UnclaimedServer unclaimed) : PageTests(chromium), IClassFixture<UnclaimedServer>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_code_that_was_printed_makes_the_administrator_who_then_is_signed_in(bool javaScript)
    {
        var code = await unclaimed.OfferAsync();
        var tab = await OpenAsync(unclaimed.Server.Url, new() { JavaScript = javaScript });
        tab.Expect("400");
        (await tab.GoAsync("/")).ShouldBe(200);
        await LookAsync(tab);
        await tab.ClickAsync("Set up the first one");
        await LookAsync(tab);
        await tab.FillAsync("One-time code", "AAAAA-BBBBB-CCCCC-DDDDD");
        await tab.FillAsync("User name", $"ada-{javaScript}");
        await tab.FillAsync("Password", SignedIn.Password);
        await tab.PressAsync("Set up");
        await tab.SeesAsync("Code is wrong.");
        await LookAsync(tab);

        await tab.FillAsync("One-time code", code);
        await tab.FillAsync("Password", SignedIn.Password);
        await tab.PressAsync("Set up");
        await tab.SeesAsync("is the administrator of this server, and signed in.");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Home" })).ToBeVisibleAsync();
        await tab.LooksGoodAsync();
        await tab.PressAsync("Sign out");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync();
    }

    private static Task LookAsync(Tab tab) => tab.How.JavaScript ? tab.LooksGoodEveryWayAsync() : tab.LooksGoodAsync();
}
