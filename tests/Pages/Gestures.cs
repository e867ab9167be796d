using Microsoft.Playwright;

namespace OctoLogin.Tests.Pages;

/// <summary>What people do with a page: by the words that they read, as a screen reader says them.</summary>
public static class Gestures
{
    public static Task FillAsync(this Tab tab, string label, string text) => tab.Page.GetByLabel(label, new() { Exact = true }).First.FillAsync(text);

    public static Task ChooseAsync(this Tab tab, string label, string option) => tab.Page.GetByLabel(label, new() { Exact = true }).First.SelectOptionAsync(new SelectOptionValue { Label = option });

    public static Task CheckAsync(this Tab tab, string label, bool on = true) => tab.Page.GetByLabel(label, new() { Exact = true }).First.SetCheckedAsync(on);

    /// <summary>A link in the page, or else in the menu.</summary>
    public static Task ClickAsync(this Tab tab, string link) =>
        tab.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).And(tab.Page.Locator(":visible")).First.ClickAsync();

    public static Task PressAsync(this Tab tab, string button) => tab.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();

    /// <summary>Waits until it is there.</summary>
    public static Task SeesAsync(this Tab tab, string text) => Assertions.Expect(tab.Page.Locator("body")).ToContainTextAsync(text);

    public static Task DoesNotSeeAsync(this Tab tab, string text) => Assertions.Expect(tab.Page.Locator("body")).Not.ToContainTextAsync(text);

    /// <summary>What axe and the width say of it as it is now.</summary>
    public static async Task LooksGoodAsync(this Tab tab)
    {
        if (tab.How.JavaScript)
        {
            await tab.AxeAsync();
        }
        await tab.FitsAsync();
    }

    public static async Task SignInAsync(this Tab tab, string username, string password, string? goTo = null)
    {
        await tab.GoAsync($"/app/sign-in?manual=true{(goTo is null ? "" : $"&redirectAfterLoginTo={Uri.EscapeDataString(goTo)}")}");
        await tab.FillAsync("User name", username);
        await tab.FillAsync("Password", password);
        await tab.PressAsync("Sign in");
    }
}
