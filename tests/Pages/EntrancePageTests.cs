using Microsoft.Playwright;
using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>From the first start to an administrator, and the pages of one's own account, in Chromium: without a fault, with axe, on a phone, without script.</summary>
public sealed class EntrancePageTests(Chromium chromium, UnclaimedServer unclaimed) : PageTests(chromium), IClassFixture<UnclaimedServer>
{
    public static TheoryData<bool, bool, bool> Ways { get; } = new() { { false, false, true }, { true, true, true }, { false, false, false } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_first_administrator_sets_the_server_up_changes_the_password_makes_a_key_and_signs_out(bool dark, bool phone, bool script)
    {
        var code = await unclaimed.OfferAsync();
        var tab = await OpenAsync(unclaimed.Server.Url, new() { Dark = dark, Phone = phone, JavaScript = script });
        await tab.GoAsync("/app");
        await LookAsync(tab, "sign-in");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Set up the first one" }).ClickAsync();
        await LookAsync(tab, "set-up");

        var name = $"ada-{Guid.NewGuid():N}"[..12];
        tab.Expect("400");
        await FillAsync(tab, ("One-time code", "wrong"), ("User name", name), ("Password", SignedIn.Password));
        await PressAsync(tab, "Set up");
        await Assertions.Expect(tab.Page.GetByText("Code is wrong.")).ToBeVisibleAsync();
        await LookAsync(tab, "set-up-refused");
        await FillAsync(tab, ("One-time code", code), ("Password", SignedIn.Password));
        await PressAsync(tab, "Set up");
        await Assertions.Expect(tab.Page.GetByText("is the administrator of this server, and signed in.")).ToBeVisibleAsync();

        await tab.GoAsync("/app/me/api-keys/new");
        await LookAsync(tab, "api-key-new");
        await FillAsync(tab, ("Purpose", "my script"));
        await PressAsync(tab, "Create");
        await Assertions.Expect(tab.Page.GetByText("The key is shown this once.")).ToBeVisibleAsync();
        await LookAsync(tab, "api-key-made");
        await tab.GoAsync("/app/me");
        await LookAsync(tab, "me");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Delete the key my script" }).ClickAsync();
        await LookAsync(tab, "api-key-delete");

        await tab.GoAsync("/app/me/password");
        await LookAsync(tab, "password");
        await FillAsync(tab, ("Present password", SignedIn.Password), ("New password", "another long password"), ("New password again", "another long password"));
        await PressAsync(tab, "Change password");
        await Assertions.Expect(tab.Page.GetByText("Your password was changed")).ToBeVisibleAsync();
        await PressAsync(tab, "Sign out");
        await Assertions.Expect(tab.Page.GetByText("You are signed out.")).ToBeVisibleAsync();
        await FillAsync(tab, ("User name", name), ("Password", "another long password"));
        await PressAsync(tab, "Sign in");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Home" })).ToBeVisibleAsync();
    }

    private static async Task LookAsync(Tab tab, string name)
    {
        await tab.FitsAsync();
        if (!tab.How.JavaScript)
        {
            return;
        }
        await tab.AxeAsync();
        await tab.ScreenshotAsync($"entrance-{name}{(tab.How.Phone ? "-phone-dark" : "")}");
    }

    private static async Task FillAsync(Tab tab, params (string Label, string Text)[] fields)
    {
        foreach (var (label, text) in fields)
        {
            await tab.Page.GetByLabel(label, new() { Exact = true }).FillAsync(text);
        }
    }

    private static Task PressAsync(Tab tab, string button) => tab.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
}
