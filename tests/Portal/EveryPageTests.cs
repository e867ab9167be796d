using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>Every page below <c>/app</c> and every form of it, as the server has mapped them: one that is forgotten to be closed is found here.</summary>
public sealed partial class EveryPageTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    /// <summary>How one comes in.</summary>
    private static readonly string[] Anonymous = ["/app/set-up", "/app/sign-in"];

    /// <summary>About oneself, and what leaves out what one may not see.</summary>
    private static readonly string[] ForEverySignedInUser = ["/app", "/app/me", "/app/me/api-keys/new", "/app/me/password", "/app/me/permissions", "/app/spaces", "/app/sign-out"];

    [Fact]
    public async Task Needs_somebody_who_is_signed_in()
    {
        using var nobody = new PortalClient(server.Url, null);
        var open = new List<string>();
        foreach (var page in Pages())
        {
            using var read = await nobody.Http.GetAsync(page.Path);
            using var sent = await nobody.Http.PostAsync(page.Path, new FormUrlEncodedContent([]));
            if (!IsToSignIn(read) || !(IsToSignIn(sent) || (int)sent.StatusCode is 403 or 404))
            {
                open.Add(page.Pattern);
            }
        }
        open.Order().ShouldBe(Anonymous);
        Pages().Where(page => page.IsAnonymous).Select(page => page.Pattern).Order().ShouldBe(Anonymous);
    }

    [Fact]
    public async Task Needs_a_role_to_be_read_and_for_each_of_its_forms()
    {
        var somebody = await server.AddCallerAsync();
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var form = await client.GetAsync("/app/spaces");
        var token = form.Document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var open = new List<string>();
        foreach (var page in Pages().Where(page => !Anonymous.Contains(page.Pattern) && !ForEverySignedInUser.Contains(page.Pattern)))
        {
            using var read = await client.Http.GetAsync(page.Path);
            if ((int)read.StatusCode is not (403 or 404))
            {
                open.Add($"GET {page.Pattern}: {(int)read.StatusCode}");
            }
            foreach (var handler in page.PostHandlers)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, handler.Length == 0 ? page.Path : $"{page.Path}?handler={handler}");
                request.Headers.Add("Sec-Fetch-Site", "same-origin");
                request.Content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]);
                using var sent = await client.Http.SendAsync(request);
                if ((int)sent.StatusCode is not (403 or 404))
                {
                    open.Add($"POST {page.Pattern} {handler}: {(int)sent.StatusCode} {sent.Headers.Location}");
                }
                (await sent.Content.ReadAsStringAsync()).ShouldNotContain("This form is out of date");
            }
        }
        open.ShouldBeEmpty(string.Join("\n", open));
    }

    [Fact]
    public void There_are_as_many_as_there_should_be_at_least() => Pages().Count.ShouldBeGreaterThan(3);

    private static bool IsToSignIn(HttpResponseMessage response) =>
        (int)response.StatusCode == 302 && response.Headers.Location!.ToString().StartsWith("/app/sign-in", StringComparison.Ordinal);

    private List<PortalRoute> Pages() =>
    [
        .. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => new PortalRoute("/" + endpoint.RoutePattern.RawText!.Trim('/'), endpoint))
            .OrderBy(page => page.Pattern, StringComparer.Ordinal),
    ];

    private sealed partial record PortalRoute(string Pattern, RouteEndpoint Endpoint)
    {
        public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
            || Model?.GetCustomAttribute<AllowAnonymousAttribute>() is not null;

        /// <summary>With a space that there is, and nothing else.</summary>
        public string Path => Parameter().Replace(Pattern, match => match.Groups[1].Value == "space" ? "default" : "1");

        /// <summary>"" is the one without a name.</summary>
        public IEnumerable<string> PostHandlers => Model?.GetMethods()
            .Where(method => method.Name.StartsWith("OnPost", StringComparison.Ordinal))
            .Select(method => method.Name["OnPost".Length..].Replace("Async", "", StringComparison.Ordinal)) ?? [];

        /// <summary>By the convention of the names: <c>Pages/Spaces/Edit.cshtml</c> is <c>Pages.Spaces.EditModel</c>.</summary>
        private Type? Model => typeof(Server).Assembly.GetType(
            $"OctoLogin{Endpoint.Metadata.GetMetadata<PageActionDescriptor>()!.RelativePath[..^".cshtml".Length].Replace('/', '.')}Model");

        [GeneratedRegex(@"\{([^}:?*]+)[^}]*\}")]
        private static partial Regex Parameter();
    }
}
