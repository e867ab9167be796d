namespace OctoLogin.Tests.Pages;

/// <summary>Tests that look at pages. After each test its tabs are closed, which fails it for faults that it did not expect, beside what else failed.</summary>
public abstract class PageTests(Chromium chromium) : IAsyncDisposable
{
    private readonly List<Tab> _tabs = [];

    protected Chromium Chromium { get; } = chromium;

    /// <param name="url">Where paths begin, without a slash at its end.</param>
    protected async Task<Tab> OpenAsync(string url, Viewing? how = null)
    {
        var tab = await Chromium.OpenAsync(url, how);
        _tabs.Add(tab);
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        var faults = new List<Exception>();
        foreach (var (number, tab) in _tabs.Index())
        {
            if (failed && !tab.Page.IsClosed)
            {
                await tab.ScreenshotAsync($"failed-{TestContext.Current.TestMethod?.MethodName}-{number}");
            }
            if (await Record.ExceptionAsync(tab.CloseAsync) is { } fault)
            {
                faults.Add(fault);
            }
        }
        if (faults.Count > 0)
        {
            throw faults.Count == 1 ? faults[0] : new AggregateException(faults);
        }
    }
}
