using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>
/// No page, and no list of the API, asks the database more often when it shows more. Pages are found by their routes, so that a new one
/// is looked at without a word here, unless it has a parameter for a kind of thing that <see cref="ManyThings"/> does not make.
/// </summary>
public sealed class StatementCountTests : IAsyncLifetime
{
    private const int Few = 2, Many = 30;

    private StatementCounter counter = null!;
    private readonly ServerFixture server = new();

    public async ValueTask InitializeAsync()
    {
        server.Settings["Tasks:Worker"] = "false";
        // A test's account would reach its limits.
        server.Settings["RateLimits:RefusalsPerMinute"] = "100000";
        server.AlsoReplace = services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        await server.InitializeAsync();
        counter = new StatementCounter(server.Database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        counter.Dispose();
    }

    [Fact]
    public async Task Asks_no_more_of_the_database_for_many_rows_than_for_few()
    {
        var things = new ManyThings(server);
        await things.AddAsync(Few);
        var paths = Paths(server, things);
        paths.Count(path => path.StartsWith("/app", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
        var few = await CountAsync(paths, 2);
        await things.AddAsync(Many - Few);
        var many = await CountAsync(few.Keys, 1);
        // Now and then one reads anew what it had in memory.
        foreach (var (path, statements) in await CountAsync(few.Keys.Where(path => many[path].Count > few[path].Count), 3))
        {
            many[path] = statements;
        }
        few.Count.ShouldBeGreaterThan(30, "pages and lists that were looked at");
        few.Values.Max(list => list.Count).ShouldBeGreaterThan(0, "statements are counted at all");
        var grown = few.Where(one => many[one.Key].Count > one.Value.Count)
            .Select(one => $"{one.Key}: {one.Value.Count} for {Few}, {many[one.Key].Count} for {Many}, most of them: {many[one.Key].GroupBy(sql => sql).MaxBy(group => group.Count())!.Key}").ToList();
        grown.ShouldBeEmpty(string.Join("\n", grown));
    }

    /// <summary>Each page that is only looked at, with the first of every kind in its parameters, and the API's lists.</summary>
    internal static List<string> Paths(ServerFixture server, ManyThings things)
    {
        var (paths, unknown) = (new List<string>(), new List<string>());
        foreach (var endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = $"/{endpoint.RoutePattern.RawText!.Trim('/')}";
            var isPage = endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null && pattern.StartsWith("/app", StringComparison.Ordinal);
            var isList = pattern.StartsWith("/api/", StringComparison.Ordinal) && !pattern.Replace("/{space}", "", StringComparison.Ordinal).Contains('{')
                && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is ["GET"];
            // An export is read in batches, so it asks more often for more.
            if ((!isPage && !isList) || pattern.EndsWith("/export", StringComparison.Ordinal))
            {
                continue;
            }
            paths.Add(things.PathOf(pattern, unknown));
        }
        unknown.ShouldBeEmpty(string.Join("\n", unknown));
        return [.. paths.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Of each that can be looked at, the fewest of so many times.</summary>
    private async Task<Dictionary<string, IReadOnlyList<string>>> CountAsync(IEnumerable<string> paths, int times)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url) };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
        var counts = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var path in paths.ToList())
        {
            for (var turn = 0; turn < times; turn++)
            {
                counter.Take();
                using var answer = await client.GetAsync(path);
                var text = await answer.Content.ReadAsStringAsync();
                ((int)answer.StatusCode).ShouldBeLessThan(500, $"{path}: {text}");
                var statements = counter.Take();
                ((int)answer.StatusCode == 404 && path.Any(char.IsAsciiDigit)).ShouldBeFalse($"{path} is looked at with something that is not there; have ManyThings note the right one");
                if ((int)answer.StatusCode == 200 && (!counts.TryGetValue(path, out var known) || statements.Count < known.Count))
                {
                    counts[path] = statements;
                }
            }
        }
        return counts;
    }
}
