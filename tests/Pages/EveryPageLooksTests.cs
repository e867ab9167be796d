using Microsoft.Playwright;
using OctoLogin.Tests.Portal;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>Every page of the portal with something on it, light, dark and on a phone: axe finds nothing, nothing is wider than the window, the browser has no fault to tell.</summary>
public sealed class EveryPageLooksTests(Chromium chromium) : PageTests(chromium), IAsyncLifetime
{
    /// <summary>How many tabs look at the same time.</summary>
    private const int Tabs = 2;

    private readonly ServerFixture server = new() { Settings = { ["Tasks:Worker"] = "false" } };

    public ValueTask InitializeAsync() => Chromium.Missing is null ? server.InitializeAsync() : ValueTask.CompletedTask;

    [Fact]
    public async Task Has_no_violation_no_fault_and_fits_a_phone()
    {
        Assert.SkipWhen(Chromium.Missing is not null, Chromium.Missing ?? "");
        var things = new ManyThings(server);
        await things.AddAsync(3);
        var paths = StatementCountTests.Paths(server, things).Where(path => path.StartsWith("/app", StringComparison.Ordinal) && path is not ("/app/set-up" or "/app/sign-out"))
            .Select(path => path.EndsWith("/packages/versions", StringComparison.Ordinal) ? $"{path}?id=Acme.Web0" : path).ToArray();
        var wrong = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, Tabs).Select(async turn =>
        {
            var tab = await OpenAsync(server.Url);
            await tab.Context.SetExtraHTTPHeadersAsync([KeyValuePair.Create("X-Octopus-ApiKey", ServerFixture.AdminApiKey)]);
            foreach (var path in paths.Where((_, index) => index % Tabs == turn))
            {
                var found = await LookAsync(tab, path);
                lock (wrong)
                {
                    wrong.AddRange(found.Select(fault => $"{path}: {fault}"));
                }
            }
        }));
        wrong.ShouldBeEmpty(string.Join("\n", wrong));
        paths.Length.ShouldBeGreaterThan(60);
    }

    private static async Task<List<string>> LookAsync(Tab tab, string path)
    {
        var faults = new List<string>();
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await tab.Page.SetViewportSizeAsync(1280, 800);
        var status = await tab.GoAsync(path);
        if (status != 200)
        {
            return [$"answers {status}"];
        }
        foreach (var (name, look) in ((string, Func<Task>)[])[
            ("light", tab.AxeAsync), ("dark", () => DarkAsync(tab)), ("phone", () => PhoneAsync(tab))])
        {
            if (await Record.ExceptionAsync(look) is { } fault)
            {
                faults.Add($"{name}: {fault.Message}");
            }
        }
        return faults;
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

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }
}
