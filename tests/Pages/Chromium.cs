using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(OctoLogin.Tests.Pages.Chromium))]

namespace OctoLogin.Tests.Pages;

/// <summary>How a page is looked at.</summary>
public sealed record Viewing
{
    public bool JavaScript { get; init; } = true;
    public bool Dark { get; init; }

    /// <summary>375 pixels wide, as a small phone is.</summary>
    public bool Phone { get; init; }

    /// <summary>Where other hosts than this machine are found, with certificates of a test's CA, which Chromium is not told of.</summary>
    public string? Proxy { get; init; }
}

/// <summary>The run's one Chromium, started at its first use; each <see cref="Tab"/> has cookies and storage of its own.</summary>
public sealed class Chromium : IAsyncDisposable
{
    // Debian's; Google's is what GitHub's runners have.
    private static readonly string? Program =
        new[] { "chromium", "google-chrome" }.Select(name => Path.Combine("/usr/bin", name)).FirstOrDefault(File.Exists);

    // Root cannot have the sandbox, and nothing is to ask Google's hosts.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Program)>> _started = new(StartAsync);

    public static string? Missing { get; } = Program is null ? "Chromium is not on this machine (./test installs it where Debian's packages are), so no page was looked at." : null;

    /// <summary>Skips the test where there is no Chromium.</summary>
    /// <param name="url">Where paths begin, without a slash at its end.</param>
    public async Task<Tab> OpenAsync(string url, Viewing? viewing = null)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var how = viewing ?? new Viewing();
        var context = await (await _started.Value).Program.NewContextAsync(new()
        {
            BaseURL = url,
            JavaScriptEnabled = how.JavaScript,
            ColorScheme = how.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = how.Phone ? new() { Width = 375, Height = 720 } : new() { Width = 1280, Height = 800 },
            // A colour between two others is no colour that a person reads.
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "UTC",
            // Playwright sends what goes to this machine by a proxy too, unless it is told.
            Proxy = how.Proxy is null ? null : new() { Server = how.Proxy, Bypass = "127.0.0.1,localhost" },
            IgnoreHTTPSErrors = how.Proxy is not null,
            AcceptDownloads = true,
        });
        return await Tab.OpenAsync(context, how);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            var (driver, program) = await _started.Value;
            await program.DisposeAsync();
            driver.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments, ChromiumSandbox = false }));
    }
}
