using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Pages;

/// <summary>One page with cookies of its own. What goes wrong in it unasked fails the test when it is closed, which <see cref="PageTests"/> does.</summary>
public sealed class Tab
{
    // Chromium reports each blocked style or script on the console; this names the directive and the source too.
    private const string TellViolations =
        "document.addEventListener('securitypolicyviolation', e => console.error(`CSP: ${e.effectiveDirective} forbids ${e.blockedURI} in ${e.sourceFile}:${e.lineNumber} ${e.sample}`))";

    private static readonly List<string> Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    private static readonly string Screenshots = Directory.CreateDirectory(Path.Combine(Repository.Root, ".build", "screenshots")).FullName;

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly List<string> _expected = [];

    private Tab(IBrowserContext context, IPage page, Viewing how)
    {
        (Context, Page, How) = (context, page, how);
        context.Console += (_, message) => Record(message.Type == "error", $"console: {message.Text} ({message.Location})");
        context.WebError += (_, error) => Record(true, $"exception: {error.Error}");
        // Chromium itself breaks off what a page still loads when it is left, and a navigation that becomes a download.
        context.RequestFailed += (_, request) => Record(request.Failure != "net::ERR_ABORTED", $"request: {request.Method} {request.Url} {request.Failure}");
    }

    public IBrowserContext Context { get; }
    public IPage Page { get; }
    public Viewing How { get; }

    /// <summary>Console errors, exceptions, failed requests and breaches of the CSP that the test did not expect.</summary>
    public IReadOnlyList<string> Faults => [.. _faults.Where(fault => !_expected.Exists(part => fault.Contains(part, StringComparison.Ordinal)))];

    internal static async Task<Tab> OpenAsync(IBrowserContext context, Viewing how)
    {
        await context.AddInitScriptAsync(TellViolations);
        return new Tab(context, await context.NewPageAsync(), how);
    }

    /// <summary>A fault with this text in it is what the test is about: Chromium reports a page's own 403, for example.</summary>
    public void Expect(string part) => _expected.Add(part);

    /// <returns>The answer's status.</returns>
    public async Task<int> GoAsync(string path) => (await Page.GotoAsync(path)).ShouldNotBeNull(path).Status;

    /// <summary>WCAG 2.2 AA as far as a program can tell, and axe's best practices.</summary>
    public async Task AxeAsync() => (await ViolationsAsync(new RunOnlyOptions { Type = "tag", Values = Rules })).ShouldBeEmpty($"axe on {Page.Url}");

    /// <summary>What depends on the colours alone, of a page that <see cref="AxeAsync"/> has looked at in others: axe is still there.</summary>
    public async Task AxeColoursAsync() => string.Join("\n", await Page.EvaluateAsync<string[]>(
        """
        async () => (await axe.run(document, { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } })).violations
          .flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.target}: ${node.html.slice(0, 200)} ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`))
        """)).ShouldBeEmpty($"axe on the colours of {Page.Url}");

    private async Task<string> ViolationsAsync(RunOnlyOptions rules)
    {
        How.JavaScript.ShouldBeTrue("axe is a script of the page, and would never answer");
        var result = await Page.RunAxe(new AxeRunOptions { RunOnly = rules });
        return string.Join("\n", result.Violations.SelectMany(violation => violation.Nodes.Select(node =>
            $"{violation.Id} ({violation.Impact}): {violation.Help}\n    at {node.Target}: {node.Html}\n    {string.Join("; ", node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))}")));
    }

    /// <summary>Nobody should scroll to both sides to read.</summary>
    public async Task FitsAsync()
    {
        var wider = await Page.EvaluateAsync<string[]>(
            """
            () => {
              const width = document.documentElement.clientWidth;
              return document.documentElement.scrollWidth <= width ? []
                : [`${document.documentElement.scrollWidth} of ${width} pixels`, ...[...document.querySelectorAll('body *')]
                    .filter(one => one.getBoundingClientRect().right > width + 0.5).slice(-8).map(one => one.outerHTML.slice(0, 160))];
            }
            """);
        string.Join("\n", wider).ShouldBeEmpty($"{Page.Url} is wider than the window");
    }

    /// <summary>The whole page as .build/screenshots/NAME.png, and for the documentation when that is asked for.</summary>
    public async Task ScreenshotAsync(string name)
    {
        var picture = await Page.ScreenshotAsync(new() { FullPage = true, Path = Path.Combine(Screenshots, name + ".png") });
        if (Environment.GetEnvironmentVariable("OCTOLOGIN_SCREENSHOTS") == "1")
        {
            var images = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "images")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(images, name + ".png"), picture);
        }
    }

    /// <summary>Closes it, and fails when there were faults.</summary>
    public async Task CloseAsync()
    {
        var url = Page.Url;
        await Context.CloseAsync();
        string.Join("\n", Faults).ShouldBeEmpty($"the browser's faults up to {url}");
    }

    private void Record(bool isFault, string fault)
    {
        if (isFault)
        {
            _faults.Enqueue(fault);
        }
    }
}
