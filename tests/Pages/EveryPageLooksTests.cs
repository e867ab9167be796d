using OctoLogin.Portal.Pages.Space.Accounts;
using OctoLogin.Portal.Pages.Space.Feeds;
using OctoLogin.ServiceAccounts;
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
        // EntranceLooksTests and FirstStartTests look at how one comes in, which is closed to who is in.
        var paths = StatementCountTests.Paths(server, things).Where(path => path.StartsWith("/app", StringComparison.Ordinal) && path is not ("/app/set-up" or "/app/sign-in" or "/app/sign-out"))
            .Concat(OfEachKind(things)).Select(path => path.EndsWith("/packages/versions", StringComparison.Ordinal) ? $"{path}?id=Acme.Web0" : path).ToArray();
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
        paths.Length.ShouldBeGreaterThan(90);
    }

    /// <summary>A form for each kind, of which a page without one only offers the kinds.</summary>
    private static IEnumerable<string> OfEachKind(ManyThings things) =>
    [
        .. IdentityTemplate.All.Select(template => $"/app/service-accounts/{things.First("service-accounts")}/identities/new?for={template.Key}"),
        .. AccountKinds.All.Select(kind => $"/app/spaces/default/accounts/new/{kind.Type}"),
        .. FeedKinds.Registries.Select(kind => $"/app/spaces/default/feeds/new/{kind.Type}"),
    ];

    private static async Task<IReadOnlyList<string>> LookAsync(Tab tab, string path)
    {
        await tab.PlainAsync();
        var status = await tab.GoAsync(path);
        return status == 200 ? await tab.FaultsOfLooksAsync() : [$"answers {status}"];
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }
}
