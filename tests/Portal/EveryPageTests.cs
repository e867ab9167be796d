using System.Net;
using AngleSharp.Html.Parser;
using OctoLogin.Access;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>
/// Every page below <c>/app</c> and every form of it, as the server has mapped them and with things that are there: one that is forgotten
/// to be closed is found here, and a new one is tried without a word here.
/// </summary>
[Collection(PortalThingsCollection.Name)]
public sealed class EveryPageTests(PortalThings made)
{
    /// <summary>How one comes in.</summary>
    private static readonly string[] Anonymous = ["/app/set-up", "/app/sign-in"];

    /// <summary>About oneself, and what leaves out what one may not see.</summary>
    private static readonly string[] ForEverySignedInUser = ["/app", "/app/me", "/app/me/api-keys/new", "/app/me/password", "/app/me/permissions", "/app/spaces", "/app/sign-out"];

    /// <summary>Changes nothing: whoever may see an account may ask what its identities say to a token.</summary>
    private static readonly (string, string)[] OnlyAsks = [("/app/service-accounts/{id}/test-token", "")];

    /// <summary>Nobody else's is there for anybody.</summary>
    private const string KeyOfOnesOwn = "/app/me/api-keys/{id}/delete";

    private readonly ServerFixture server = made.Server;

    private IEnumerable<PortalRoute> Closed => made.Routes.Where(route => !Anonymous.Contains(route.Pattern) && !ForEverySignedInUser.Contains(route.Pattern));

    [Fact]
    public async Task Needs_somebody_who_is_signed_in()
    {
        using var nobody = new PortalClient(server.Url, null);
        var open = new HashSet<string>();
        foreach (var route in made.Routes)
        {
            var path = made.PathOf(route);
            foreach (var handler in route.Handlers)
            {
                using var request = new HttpRequestMessage(new(handler.Method), WithHandler(path, handler.Name));
                using var answer = await nobody.Http.SendAsync(request);
                if ((int)answer.StatusCode != 302 || !answer.Headers.Location!.ToString().StartsWith("/app/sign-in", StringComparison.Ordinal))
                {
                    open.Add(route.Pattern);
                }
            }
        }
        open.Order().ShouldBe(Anonymous);
        made.Routes.Where(route => route.IsAnonymous).Select(route => route.Pattern).ShouldBe(Anonymous);
    }

    [Fact]
    public async Task Is_there_for_an_administrator_with_what_its_address_names()
    {
        using var admin = new PortalClient(server.Url, ServerFixture.AdminApiKey);
        foreach (var route in Closed)
        {
            foreach (var handler in route.Gets)
            {
                await admin.GetAsync(AddressOf(route, handler));
            }
        }
        made.Routes.Count.ShouldBeGreaterThan(80);
        (await made.FormsAsync()).Count.ShouldBeGreaterThan(80);
    }

    /// <summary>What somebody may not see is not there for them (docs/permissions.md): the 404 of a thing, which the test above has shown to be there.</summary>
    [Fact]
    public async Task Needs_a_role_to_be_read_and_for_each_of_its_forms()
    {
        var somebody = await server.AddCallerAsync();
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var open = new List<string>();
        foreach (var route in Closed)
        {
            foreach (var handler in route.Gets)
            {
                using var answer = await client.Http.GetAsync(AddressOf(route, handler));
                Note(open, $"GET {route.Pattern} {handler.Name}", (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
            }
        }
        await TryFormsAsync(client, (form, status, text) => Note(open, $"POST {form.Pattern} {form.Handler}", status, text));
        open.ShouldBeEmpty(string.Join("\n", open));
    }

    [Fact]
    public async Task Lets_whoever_may_only_look_look_and_change_nothing()
    {
        Permission[] views = [.. Enum.GetValues<Permission>().Where(permission => permission.ToString().EndsWith("View", StringComparison.Ordinal))];
        var role = await server.AddRoleAsync([.. views.Where(Permissions.IsSpace).Select(view => view.ToString())], [.. views.Where(Permissions.IsSystem).Select(view => view.ToString())]);
        var somebody = await server.AddCallerAsync(role, $"{role}@Spaces-1");
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var wrong = new List<string>();
        var seen = 0;
        foreach (var route in Closed.Where(route => route.Pattern != KeyOfOnesOwn))
        {
            using var answer = await client.Http.GetAsync(made.PathOf(route));
            seen += answer.StatusCode is HttpStatusCode.OK ? 1 : 0;
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Forbidden or HttpStatusCode.Found))
            {
                wrong.Add($"GET {route.Pattern}: {(int)answer.StatusCode} {Words(await answer.Content.ReadAsStringAsync())}");
            }
        }
        // Each thing is seen, so that what refuses the form is the right to change it.
        await TryFormsAsync(client, (form, status, text) =>
        {
            if (status != 403 && form.Pattern != KeyOfOnesOwn && !OnlyAsks.Contains((form.Pattern, form.Handler)))
            {
                wrong.Add($"POST {form.Pattern} {form.Handler}: {status} {Words(text)}");
            }
        });
        wrong.ShouldBeEmpty(string.Join("\n", wrong));
        seen.ShouldBeGreaterThan(40);
    }

    /// <summary>
    /// Razor shows a page without running anything of it where no handler is for the request's method: what the one for GET demands would
    /// not be asked, and what the page shows by itself be shown to everybody.
    /// </summary>
    [Fact]
    public async Task Shows_nothing_to_a_method_that_it_has_no_handler_for()
    {
        var somebody = await server.AddCallerAsync();
        using var client = new PortalClient(server.Url, somebody.ApiKey);
        var token = (await client.GetAsync("/app/spaces")).Document.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var shown = new List<string>();
        foreach (var route in made.Routes)
        {
            string[] methods = [.. route.Posts.Any(handler => handler.Name.Length == 0) ? (string[])[] : ["POST"], "PUT", "OPTIONS", "PAGE"];
            foreach (var method in methods)
            {
                // OnPageHandlerExecutionAsync, which many pages have, is named like a handler for PAGE.
                using var request = new HttpRequestMessage(new(method), method == "PAGE" ? WithHandler(made.PathOf(route), "HandlerExecution") : made.PathOf(route))
                {
                    Headers = { { "Sec-Fetch-Site", "same-origin" } },
                    Content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]),
                };
                using var answer = await client.Http.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.MethodNotAllowed || !answer.Content.Headers.Allow.Contains("GET"))
                {
                    shown.Add($"{method} {route.Pattern}: {(int)answer.StatusCode} {Words(await answer.Content.ReadAsStringAsync())}");
                }
            }
        }
        shown.ShouldBeEmpty(string.Join("\n", shown));
        made.Routes.SelectMany(route => route.Handlers).Select(handler => handler.Method).Distinct().Order().ShouldBe(["GET", "POST"]);
        made.Routes.Where(route => route.Gets.All(handler => handler.Name.Length > 0)).ShouldBeEmpty();
    }

    private async Task TryFormsAsync(PortalClient client, Action<OfferedForm, int, string> note)
    {
        var (forms, events) = (await made.FormsAsync(), await made.CountEventsAsync());
        var token = await client.GetAsync("/app/spaces");
        foreach (var form in forms.Where(form => !ForEverySignedInUser.Contains(form.Pattern)))
        {
            var (status, text) = await client.ForgeAsync(token, form.Url, [.. form.Fields]);
            text.ShouldNotContain("This form is out of date");
            note(form, status, text);
        }
        (await made.CountEventsAsync()).ShouldBe(events, "something was changed");
    }

    private static void Note(List<string> open, string what, int status, string text)
    {
        if (status != 403 && !(status == 404 && WebUtility.HtmlDecode(text) is var page && page.Contains("There is no ", StringComparison.Ordinal) && page.Contains("' here.", StringComparison.Ordinal)))
        {
            open.Add($"{what}: {status} {Words(text)}");
        }
    }

    /// <summary>With what the handler's own parameters name: a package, an artifact.</summary>
    private string AddressOf(PortalRoute route, PortalHandler handler)
    {
        var named = handler.Name.Length == 0 ? [] : handler.Parameters.Select(parameter => (parameter, Thing: made.Find($"{parameter}s"))).Where(one => one.Thing is not null);
        return WithHandler(made.PathOf(route), handler.Name) + string.Concat(named.Select(one => $"&{one.parameter}={one.Thing}"));
    }

    private static string WithHandler(string path, string handler) => handler.Length == 0 ? path : $"{path}{(path.Contains('?') ? '&' : '?')}handler={handler}";

    /// <summary>What a page says, for the test's message.</summary>
    private static string Words(string text)
    {
        var main = new HtmlParser().ParseDocument(text).QuerySelector("main")?.TextContent ?? text;
        var words = string.Join(' ', main.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return words.Length > 200 ? words[..200] : words;
    }
}
