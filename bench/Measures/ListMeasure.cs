using System.Diagnostics;
using System.Globalization;
using OctoLogin.Bench.References;

namespace OctoLogin.Bench.Measures;

/// <summary>
/// Lists and searches of pages and of the API in a database of a large installation, each beside a page of the same shell that shows
/// nothing. One after another, as a person asks.
/// </summary>
internal static class ListMeasure
{
    private const int Events = 100_000, Accounts = 10_000, Teams = 1_000, Things = 5_000;
    private const double MostMilliseconds = 100;
    private const string Reference = "/app/spaces?q=no-space-has-this-name";

    /// <summary>The start of the audit to its end is two weeks; {old} is a day of the first one. What is read "after" something is far from the list's beginning.</summary>
    private static readonly string[] Paths =
    [
        "/app", "/app?by=day",
        "/app/audit", "/app/audit?before={oldEvent}", "/app/audit?Input.Who=ci-00077", "/app/audit?Input.Category=Modified", "/app/audit?Input.Regarding={account}",
        "/app/audit?Input.Category=granted", "/app/audit?Input.Category=refused", "/app/audit?Input.To={old}&Input.Category=refused",
        "/app/audit?Input.Issuer={issuer}", "/app/audit?Input.From={old}", "/app/audit?Input.To={old}", "/app/audit?Input.To={old}&Input.Category=TokenRefused", "/app/audit/{event}",
        "/app/service-accounts", "/app/service-accounts?q=0077", "/app/service-accounts?after=ci-09800", "/app/service-accounts?q=Service&after=ci-09800", "/app/service-accounts/{account}",
        "/app/refusals", "/app/refusals?before={oldEvent}", "/app/refusals?cause=SubjectMismatch", "/app/refusals?cause=SubjectMismatch&before={oldEvent}", "/app/refusals?cause=Expired",
        "/app/refusals?account={account}", "/app/refusals?q={correlation}", "/app/refusals?q=no-such-correlation-id",
        "/app/users", "/app/users?q=0077", "/app/users?after=person-480", "/app/teams", "/app/teams?q=77", "/app/teams?after={team}", "/app/teams/{team}", "/app/roles",
        "/app/issuers", "/app/issuers?q=0077", "/app/issuers?after=https://issuer-04800.example.com", "/app/spaces", "/app/spaces?after=space-00150", "/app/settings/about",
        .. Space("projects", "project"), .. Space("feeds", "feed"), .. Space("accounts", "account"), .. Space("targets", "target"), "/app/spaces/default/targets?health=Unhealthy&after=target-04800",
        .. Space("tenants", "tenant"), .. Space("packages", "package"), "/app/spaces/default/packages/versions?id=package-00077", "/app/spaces/default/packages/versions?id=package-00077&after=1.0.5200",
        "/app/spaces/default/projects/project-00001/releases", "/app/spaces/default/projects/project-00001/releases?q=77", "/app/spaces/default/projects/project-00001/releases?after={oldRelease}",
        "/app/spaces/default/tasks", "/app/spaces/default/tasks?before={oldTask}", "/app/spaces/default/tasks?state=Failed", "/app/spaces/default/environments",
        "/api/events", "/api/events?skip=90000", "/api/events?eventCategories=TokenIssued", "/api/events?users={account}", "/api/events?regarding={account}", "/api/events?from={old}", "/api/events?to={old}",
        "/api/users", "/api/users?partialName=0077", "/api/users?skip=10000", "/api/teams", "/api/teams?partialName=77", "/api/issuers", "/api/scopeduserroles", "/api/userroles", "/api/tasks",
        .. from list in (string[])["projects", "feeds", "accounts", "machines", "tenants", "packages", "releases", "environments"] from place in (string[])["", "?skip=4800"] select $"/api/Spaces-1/{list}{place}",
    ];

    /// <summary>A list of the default space: its beginning, a search and a page near its end.</summary>
    private static string[] Space(string list, string name) => [$"/app/spaces/default/{list}", $"/app/spaces/default/{list}?q=0077", $"/app/spaces/default/{list}?after={name}-04800"];

    public static async Task<IReadOnlyList<Row>> RunAsync(Setting setting)
    {
        using var server = await ServerUnderTest.StartAsync(setting);
        await using var data = new ListData(server.PostgresSocket);
        await Console.Error.WriteLineAsync($"   filling: {Events} events, {Accounts} service accounts, {Teams} teams, {Things} of each kind of a space");
        await data.FillAsync(Events, Accounts, Teams);
        await data.FillSpaceAsync(Things);
        var values = await data.ValuesAsync();
        using var client = server.Client();
        var rounds = setting.Long ? 500 : 150;
        var reference = new List<double>();
        var rows = new List<Row>();
        foreach (var path in Paths)
        {
            var url = values.Aggregate(path, (text, value) => text.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal));
            using (var first = await client.GetAsync(url))
            {
                if (!first.IsSuccessStatusCode)
                {
                    rows.Add(new($"{path}", $"{(int)first.StatusCode}: not measured", "", "", "", null));
                    continue;
                }
            }
            var times = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                times.Add(await TimeAsync(client, url));
                if (round % 10 == 0)
                {
                    reference.Add(await TimeAsync(client, Reference));
                }
            }
            rows.Add(Of(path, times, reference));
            await Console.Error.WriteLineAsync($"   {path,-60} p50 {Percentile(times, 0.5):0.0}  p99 {Percentile(times, 0.99):0.0} ms");
        }
        return rows;
    }

    private static Row Of(string path, List<double> times, List<double> reference)
    {
        var (p50, p99) = (Percentile(times, 0.5), Percentile(times, 0.99));
        return new($"{path}: p99", $"{Figures.Milliseconds(p99)} (p50 {Figures.Milliseconds(p50)})",
            $"an empty page: {Figures.Milliseconds(Percentile(reference, 0.99))} (p50 {Figures.Milliseconds(Percentile(reference, 0.5))})",
            (p50 / Percentile(reference, 0.5)).ToString("0.00", CultureInfo.InvariantCulture), $"≤ {MostMilliseconds:0} ms", p99 <= MostMilliseconds);
    }

    private static async Task<double> TimeAsync(HttpClient client, string url)
    {
        var start = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(url);
        await answer.Content.ReadAsByteArrayAsync();
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Percentile(List<double> times, double part)
    {
        var sorted = times.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }
}
