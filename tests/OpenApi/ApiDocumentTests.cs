using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenApi;

public sealed class ApiDocumentTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly string[] Verbs = ["get", "post", "put", "delete", "patch"];

    /// <summary>A browser's way to the identity provider and back, and the provider's own call: no part of what programs call.</summary>
    private static readonly string[] NotForPrograms =
    [
        "/api/users/authenticate/GenericOidc", "/api/users/authenticate/GenericOidc/test", "/api/users/authenticatedToken/GenericOidc", "/api/users/logout/GenericOidc/backchannel",
    ];

    [Fact]
    public async Task Every_route_of_the_api_is_described()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(method => (Method: method.ToLowerInvariant(), Path: PathOf(endpoint))) ?? [])
            .Where(route => (route.Path.StartsWith("/api", StringComparison.Ordinal) || route.Path.StartsWith("/token", StringComparison.Ordinal)) && route.Path != "/api/openapi.json" && !NotForPrograms.Contains(route.Path))
            .ToList();
        routes.Count.ShouldBeGreaterThan(50);
        foreach (var (method, path) in routes)
        {
            // A route of the default space is described by its twin with the space.
            var twin = path.Replace("/api/", "/api/{space}/", StringComparison.Ordinal);
            (Has(paths, path, method) || Has(paths, twin, method)).ShouldBeTrue($"{method} {path} is not described");
        }
    }

    [Fact]
    public async Task What_the_server_binds_by_itself_does_not_leak_into_the_description()
    {
        var text = await server.Anonymous.GetStringAsync("/api/openapi.json");
        foreach (var name in (string[])["Caller", "SpaceContext", "ScopedUserRolePath", "AuditQuery", "PasswordHash", "GroupsJson", "CancellationToken"])
        {
            text.ShouldNotContain($"\"{name}\"");
        }
        foreach (var (path, method, operation) in Operations(await DocumentAsync()))
        {
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            var inPath = parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString());
            inPath.ShouldBe(Regex.Matches(path, @"\{([a-zA-Z]+)\}").Select(match => match.Groups[1].Value), ignoreOrder: true, $"{method} {path}");
            parameters.Select(parameter => parameter.GetProperty("name").GetString()).Distinct().Count().ShouldBe(parameters.Count, $"{method} {path}");
        }
    }

    [Fact]
    public async Task Every_operation_has_a_summary_a_tag_and_its_refusals()
    {
        foreach (var (path, method, operation) in Operations(await DocumentAsync()))
        {
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty($"{method} {path}");
            operation.GetProperty("tags").GetArrayLength().ShouldBe(1);
            var answers = operation.GetProperty("responses").Names();
            var anonymous = operation.TryGetProperty("security", out var security) && security.GetArrayLength() == 0;
            answers.Contains("401").ShouldBe(!anonymous, $"{method} {path}");
            if (path.StartsWith("/api/", StringComparison.Ordinal) && method is "post" or "put" && !path.Contains("token"))
            {
                operation.GetProperty("responses").GetProperty("400").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetRawText().ShouldContain("ApiError");
            }
        }
    }

    [Fact]
    public async Task Who_needs_no_credentials_is_said_as_the_routes_say_it()
    {
        var document = await DocumentAsync();
        var anonymous = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(PathOf).ToHashSet();
        foreach (var (path, method, operation) in Operations(document))
        {
            (operation.TryGetProperty("security", out var security) && security.GetArrayLength() == 0).ShouldBe(anonymous.Contains(path), $"{method} {path}");
        }
        document.GetProperty("security").GetRawText().ReplaceLineEndings("").Replace(" ", "").ShouldBe("""[{"bearer":[]},{"apiKey":[]}]""");
        document.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey").GetProperty("name").GetString().ShouldBe("X-Octopus-ApiKey");
        document.GetProperty("info").GetProperty("title").GetString().ShouldBe("OctoLogin");
    }

    [Fact]
    public async Task The_token_endpoints_are_described_with_their_forms_and_OAuths_errors()
    {
        var document = await DocumentAsync();
        foreach (var (path, form) in ((string, string)[])[
            ("/token/v1", "ExchangeForm"), ("/api/token/v1", "ExchangeForm"), ("/token/revoke/v1", "TokenForm"), ("/token/introspect/v1", "TokenForm")])
        {
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty("post");
            operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/x-www-form-urlencoded").GetProperty("schema").GetProperty("$ref").GetString().ShouldEndWith($"/{form}");
            operation.GetProperty("responses").GetProperty("400").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString().ShouldEndWith("/OAuthError");
            operation.GetProperty("responses").Names().Contains("429").ShouldBe(form == "ExchangeForm", $"{path}: exchanges alone are limited");
        }
        var schemas = document.GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("ExchangeForm").GetProperty("required").Strings().ShouldBe(["grant_type", "audience", "subject_token_type", "subject_token"]);
        schemas.GetProperty("TokenResponse").GetProperty("properties").Names().ShouldBe(["access_token", "token_type", "issued_token_type", "expires_in", "scope"]);
        // What is described is what is sent.
        var refused = await server.ExchangeAsync("nobody", "nothing");
        schemas.GetProperty("OAuthError").GetProperty("properties").Names().ShouldBe(refused.Json.Names());
        schemas.GetProperty("ApiError").GetProperty("properties").Names().ShouldBe((await server.Anonymous.CallAsync(HttpMethod.Get, "/api/users/me")).Json.Names());
    }

    [Fact]
    public async Task Names_are_described_as_they_are_sent()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("Team").GetProperty("properties").Names().ShouldBe((await server.Admin.GetAsync($"/api/teams/{People.Administrators}", 200)).Json.Names());
        schemas.GetProperty("ResourceCollectionOfTeam").GetProperty("properties").Names().ShouldBe((await server.Admin.GetAsync("/api/teams", 200)).Json.Names());
    }

    [Fact]
    public async Task The_kinds_of_a_claim_condition_are_listed_and_described()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("ConditionKind").GetProperty("enum").Strings().ShouldBe(["Pattern", "Equals", "OneOf", "Exists", "Absent", "Boolean", "Number"]);
        var condition = schemas.GetProperty("ClaimCondition");
        condition.GetProperty("required").Strings().ShouldBe(["Claim"]);
        condition.GetProperty("properties").GetProperty("Claim").GetProperty("description").GetString()!.ShouldContain("JSON pointer (RFC 6901)");
        condition.GetProperty("properties").GetProperty("Values").GetProperty("description").GetString()!.ShouldContain("none for Exists and Absent");
    }

    [Fact]
    public async Task The_page_brings_everything_itself_and_keeps_no_key()
    {
        using var page = await server.Anonymous.GetAsync("/api/docs");
        page.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/api/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain("<title>OctoLogin</title>");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self';");
        var parts = Regex.Matches(html, "(?:src|href)=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        parts.Count.ShouldBeGreaterThan(4);
        foreach (var part in parts)
        {
            part.ShouldNotContain("//", Case.Sensitive, "nothing from elsewhere");
            using var answer = await server.Anonymous.GetAsync(new Uri(page.RequestMessage.RequestUri, part));
            ((int)answer.StatusCode).ShouldBe(200, part);
        }
        var script = await server.Anonymous.GetStringAsync("/api/docs/index.js");
        script.ShouldContain("\"persistAuthorization\":false");
        script.ShouldContain("\"url\":\"/api/openapi.json\"");
    }

    private async Task<JsonElement> DocumentAsync() => JsonDocument.Parse(await server.Anonymous.GetStringAsync("/api/openapi.json")).RootElement;

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => Verbs.Contains(operation.Name)).Select(operation => (path.Name, operation.Name, operation.Value)));

    private static bool Has(JsonElement paths, string path, string method) => paths.TryGetProperty(path, out var operations) && operations.TryGetProperty(method, out _);

    private static string PathOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');
}
