using Microsoft.Playwright;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>One's own account: where one is signed in, keys, password.</summary>
public sealed class MyAccountPageTests(Chromium chromium, ServerFixture server) : PageTests(chromium), IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    public async Task A_person_makes_a_key_deletes_it_ends_another_session_and_changes_the_password(bool dark, bool phone, bool javaScript)
    {
        var (_, username) = await server.AddPersonWithPasswordAsync();
        using var elsewhere = await server.SignInAsync(username);
        var tab = await OpenAsync(server.Url, new() { Dark = dark, Phone = phone, JavaScript = javaScript });
        await tab.SignInAsync(username, SignedIn.Password, "/app/me");
        await tab.SeesAsync("this one");
        await tab.SeesAsync("No API key");
        await tab.LooksGoodAsync();

        await tab.ClickAsync("New API key");
        await tab.LooksGoodAsync();
        await tab.FillAsync("Purpose", "my script");
        await tab.PressAsync("Create");
        await tab.SeesAsync("The key is shown this once.");
        await tab.LooksGoodAsync();
        await tab.ClickAsync("I have copied it");
        await tab.LooksGoodAsync();
        if (javaScript && !phone)
        {
            await tab.ScreenshotAsync("my-account");
        }
        await tab.ClickAsync("Delete the key my script");
        await tab.LooksGoodAsync();
        await tab.Page.GetByLabel("To do it, type my script").FillAsync("my script");
        await tab.PressAsync("Delete");
        await tab.SeesAsync("The API key my script was deleted.");
        await tab.PressAsync("End all others");
        await tab.SeesAsync("All other sessions were ended.");
        (await elsewhere.StatusAsync()).ShouldBe(401);

        await tab.ClickAsync("Change password");
        tab.Expect("400");
        await tab.FillAsync("Present password", "wrong");
        await tab.FillAsync("New password", "another long password");
        await tab.FillAsync("New password again", "another long password");
        await tab.PressAsync("Change password");
        await tab.SeesAsync("is not your present password.");
        await tab.LooksGoodAsync();
        await tab.FillAsync("Present password", SignedIn.Password);
        await tab.FillAsync("New password", "another long password");
        await tab.FillAsync("New password again", "another long password");
        await tab.PressAsync("Change password");
        await tab.SeesAsync("Your password was changed");
        await tab.PressAsync("Sign out");
        await Assertions.Expect(tab.Page.GetByText("You are signed out.")).ToBeVisibleAsync();
    }
}
