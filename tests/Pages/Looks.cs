using Microsoft.Playwright;

namespace OctoLogin.Tests.Pages;

/// <summary>What a page must look like as it is now: in light, in dark and on a phone.</summary>
public static class Looks
{
    /// <summary>Light, and on a wide screen: how a page is opened that is looked at every way.</summary>
    public static async Task PlainAsync(this Tab tab)
    {
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await tab.Page.SetViewportSizeAsync(1280, 800);
    }

    /// <summary>What is wrong with a page that was opened in <see cref="PlainAsync"/>; leaves it dark and narrow.</summary>
    public static async Task<IReadOnlyList<string>> FaultsOfLooksAsync(this Tab tab)
    {
        var faults = new List<string>();
        foreach (var (name, look) in ((string, Func<Task>)[])[("light", tab.AxeAsync), ("dark", () => DarkAsync(tab)), ("phone", () => PhoneAsync(tab))])
        {
            if (await Record.ExceptionAsync(look) is { } fault)
            {
                faults.Add($"{name}: {fault.Message}");
            }
        }
        return faults;
    }

    public static async Task LooksGoodEveryWayAsync(this Tab tab)
    {
        string.Join("\n", await tab.FaultsOfLooksAsync()).ShouldBeEmpty(tab.Page.Url);
        await tab.PlainAsync();
    }

    private static async Task DarkAsync(Tab tab)
    {
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Assertions.Expect(tab.Page.Locator("html[data-bs-theme=dark]")).ToHaveCountAsync(1);
        await tab.AxeColoursAsync();
    }

    private static async Task PhoneAsync(Tab tab)
    {
        await tab.Page.SetViewportSizeAsync(375, 720);
        await tab.FitsAsync();
    }
}
