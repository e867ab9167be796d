using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Http;
using OctoLogin.Spaces;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Access;

/// <summary>Every route below <c>/api</c>, as the server has mapped it: one that is forgotten to be closed is found here.</summary>
public sealed partial class EveryRouteTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>Open to everybody, by contract; the last two have their own proof in their body.</summary>
    private static readonly string[] Anonymous =
    [
        "GET /api", "GET /api/openapi.json", "GET /api/users/authenticate/GenericOidc", "GET /api/users/authenticatedToken/GenericOidc", "POST /api/token/v1",
        "POST /api/users/authenticatedToken/GenericOidc", "POST /api/users/login", "POST /api/users/logout/GenericOidc/backchannel",
    ];

    /// <summary>About the caller themself, lists that leave out what the caller may not see, and the same words for all.</summary>
    private static readonly string[] ForEverySignedInUser =
        ["GET /api/users/me", "POST /api/users/logout", "POST /api/users/me/password", "GET /api/spaces", "GET /api/spaces/all", "GET /api/events/categories", "GET /api/{space}/events/categories"];

    [Fact]
    public async Task Needs_credentials()
    {
        var open = new List<string>();
        foreach (var route in Routes())
        {
            var answer = await server.Anonymous.SendAsync(route.Method, route.Path, route.Body);
            if (answer.Status != 401)
            {
                open.Add(route.Name);
            }
        }
        open.ShouldBe(Anonymous);
    }

    [Fact]
    public async Task Needs_a_role()
    {
        var client = (await server.AddCallerAsync()).Client;
        var open = new List<string>();
        foreach (var route in Routes().Where(route => !Anonymous.Contains(route.Name) && !ForEverySignedInUser.Contains(route.Name)))
        {
            var answer = await client.SendAsync(route.Method, route.Path, route.Body);
            if (answer.Status is not (403 or 404))
            {
                open.Add($"{route.Name}: {answer.Status} {answer.Text}");
            }
        }
        open.ShouldBeEmpty(string.Join("\n", open));
    }

    [Fact]
    public void Only_the_documented_ones_are_mapped_as_anonymous() =>
        Routes().Where(route => route.IsAnonymous).Select(route => route.Name).ShouldBe(Anonymous);

    [Fact]
    public void There_are_as_many_as_there_should_be_at_least() => Routes().Count.ShouldBeGreaterThan(100);

    /// <summary>A system's route of such a name would never be reached: its path would be taken for one of the default space.</summary>
    [Fact]
    public void No_route_without_a_space_begins_as_those_of_the_default_space_do()
    {
        var collections = server.Services.GetRequiredService<SpaceCollections>();
        var mapped = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(PatternOf).ToList();
        mapped.Where(pattern => collections.Begins(pattern)).ShouldBeEmpty();
        mapped.Count(pattern => pattern.StartsWith("/api/{space}/", StringComparison.Ordinal)).ShouldBeGreaterThan(100);
        foreach (var path in new[] { "/api/projects", "/api/Projects/1", "/api/releases/create/v1" })
        {
            collections.Begins(path).ShouldBeTrue(path);
        }
        foreach (var path in new[] { "/api", "/api/", "/api/projectsX", "/api/Spaces-1/projects", "/api/tasks/1", "/projects", "/app/projects" })
        {
            collections.Begins(path).ShouldBeFalse(path);
        }
    }

    [Fact]
    public void No_space_can_have_a_slug_that_is_a_path_of_the_API() =>
        Routes().Select(route => route.Pattern.Split('/').ElementAtOrDefault(2)?.ToLowerInvariant() ?? "").Distinct()
            .Where(word => Slug.Fault(word) is null && !SpaceStore.Reserved.Contains(word)).ShouldBeEmpty();

    /// <summary>By name, in its order; those of a space also as the default space's, which no route but a rewritten path leads to.</summary>
    internal static List<Route> RoutesOf(IServiceProvider services) =>
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => new[] { PatternOf(endpoint), PatternOf(endpoint).Replace("/{space}/", "/", StringComparison.Ordinal) }
                .Where((pattern, i) => i == 0 || services.GetRequiredService<SpaceCollections>().Begins(pattern))
                .Select(pattern => (Endpoint: endpoint, Pattern: pattern)))
            .Where(route => route.Pattern == "/api" || route.Pattern.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(route => (route.Endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => new Route(method, route.Pattern, route.Endpoint)))
            .OrderBy(route => route.Name, StringComparer.Ordinal),
    ];

    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private List<Route> Routes() => RoutesOf(server.Services);

    internal sealed partial record Route(string Method, string Pattern, RouteEndpoint Endpoint)
    {
        public string Name => $"{Method} {Pattern}";

        /// <summary>With a space and things that there are, as far as there are any before a test makes some.</summary>
        public string Path => Parameter().Replace(Pattern, match => match.Groups[1].Value switch
        {
            "space" => "Spaces-1",
            "userId" or "id" when Pattern.Contains("user", StringComparison.Ordinal) || Pattern.Contains("serviceaccount", StringComparison.Ordinal) => "Users-1",
            "id" when Pattern.Contains("projectgroups", StringComparison.Ordinal) || Pattern.Contains("lifecycles", StringComparison.Ordinal) => "default",
            "id" when Pattern == "/api/spaces/{id}" => "Spaces-1",
            _ => "1",
        });

        public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

        public object? Body => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type && Method is not "GET"
            ? type.IsArray ? Array.Empty<string>() : new { }
            : null;

        [GeneratedRegex(@"\{([^}:?*=]+)[^}]*\}")]
        private static partial Regex Parameter();
    }
}
