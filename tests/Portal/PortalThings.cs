using AngleSharp.Html.Dom;
using Dapper;
using OctoLogin.Tests.Support;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Portal;

/// <summary>A form of a page as an administrator's browser would send it, with the name typed and the password that it asks for, and nothing else changed.</summary>
/// <param name="Pattern">Of the page's route.</param>
/// <param name="Handler">Empty: the one without a name.</param>
public sealed record OfferedForm(string Pattern, string Handler, string Url, IReadOnlyList<(string Name, string Value)> Fields);

/// <summary>A server with at least one of everything that a page shows or a form changes, for tests that try all of them.</summary>
public sealed class PortalThings : IAsyncLifetime
{
    /// <summary>What an address needs beside its parameters for the page to show its forms.</summary>
    private static readonly Dictionary<string, string> More = new()
    {
        ["/app/service-accounts/{id}/identities/new"] = "?for=github",
        ["/app/spaces/{space}/accounts/new/{type?}"] = "/AmazonWebServicesOidcAccount",
        ["/app/spaces/{space}/feeds/new/{type?}"] = "/AwsElasticContainerRegistry",
        ["/app/spaces/{space}/deployments/{id}"] = "?view=yes",
        ["/app/spaces/{space}/packages/versions"] = "?id=Acme.Web0",
        ["/app/teams/{id}"] = "?find=admin",
    };

    /// <summary>Handlers whose form only shows when something is otherwise.</summary>
    private static readonly Dictionary<(string Pattern, string Handler), (string, string)[]> NotShown = new()
    {
        [("/app/service-accounts/{id}/edit", "Enable")] = [],
        // While the provider answers.
        [("/app/teams/{id}", "AddGroup")] = [("groupId", "everybody")],
        // Of a registry that logs in with an ID token.
        [("/app/spaces/{space}/feeds/{id}/edit", "Preview")] = [("Input.Name", "Feed")],
    };

    /// <summary>What only these tests need, by its kind.</summary>
    private readonly Dictionary<string, string> more = [];
    private Task<IReadOnlyList<OfferedForm>>? forms;

    public ServerFixture Server { get; } = new() { Settings = { ["Tasks:Worker"] = "false" } };
    public ManyThings Things { get; private set; } = null!;
    public IReadOnlyList<PortalRoute> Routes { get; private set; } = [];

    /// <summary>Every handler of every page that changes something or might.</summary>
    public Task<IReadOnlyList<OfferedForm>> FormsAsync() => forms ??= ReadFormsAsync();

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        Things = new ManyThings(Server);
        await Things.AddAsync(2);
        await AddWhatShowsFormsAsync();
        Routes = await PortalRoute.AllAsync(Server);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Null: there is none.</summary>
    public string? Find(string kind) => more.GetValueOrDefault(kind) ?? Things.First(kind);

    public string First(string kind) => Find(kind) ?? throw new InvalidOperationException($"Nothing was made of the kind '{kind}'.");

    /// <summary>The page's address, with things that are there.</summary>
    public string PathOf(PortalRoute route)
    {
        var unknown = new List<string>();
        var path = Things.PathOf(route.Pattern, unknown) + More.GetValueOrDefault(route.Pattern);
        unknown.ShouldBeEmpty(string.Join("\n", unknown));
        return path;
    }

    public async Task<long> CountEventsAsync()
    {
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select count(*) from audit_events");
    }

    private async Task<IReadOnlyList<OfferedForm>> ReadFormsAsync()
    {
        using var admin = new PortalClient(Server.Url, ServerFixture.AdminApiKey);
        var (found, missing) = (new List<OfferedForm>(), new List<string>());
        foreach (var route in Routes.Where(route => !route.IsAnonymous && route.Posts.Any()))
        {
            var path = PathOf(route);
            var offered = Forms(route, await admin.GetAsync(path), path).ToLookup(form => form.Handler);
            foreach (var handler in route.Posts)
            {
                if (offered[handler.Name].FirstOrDefault() is { } form)
                {
                    found.Add(form);
                }
                else if (NotShown.TryGetValue((route.Pattern, handler.Name), out var fields))
                {
                    found.Add(new(route.Pattern, handler.Name, $"{path.Split('?')[0]}?handler={handler.Name}", fields));
                }
                else
                {
                    missing.Add($"{path} shows no form for OnPost{handler.Name}({string.Join(", ", handler.Parameters)}): have PortalThings make what it is about");
                }
            }
            missing.AddRange(offered.Where(forms => route.Posts.All(handler => handler.Name != forms.Key)).Select(forms => $"{path} has a form for a handler '{forms.Key}' that is not there"));
        }
        missing.ShouldBeEmpty(string.Join("\n", missing));
        return found;
    }

    private IEnumerable<OfferedForm> Forms(PortalRoute route, PortalPageView view, string path)
    {
        foreach (var form in view.Document.QuerySelectorAll("form").OfType<IHtmlFormElement>().Where(form => form.Method.Equals("post", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var button in form.QuerySelectorAll("button:not([type=button])"))
            {
                var target = new Uri(new Uri(Server.Url + path), button.GetAttribute("formaction") ?? form.GetAttribute("action") ?? "");
                // The shell's own form signs out.
                if (target.AbsolutePath != path.Split('?')[0])
                {
                    continue;
                }
                var typed = form.QuerySelector("label strong")?.TextContent;
                var fields = PortalClient.FieldsOf(form, button).Where(field => field.Key != "__RequestVerificationToken").Select(field => (field.Key, field.Key switch
                {
                    "confirm" when typed is not null => typed,
                    // Which no page shows.
                    "Input.Password" when field.Value.Length == 0 => SignedIn.Password,
                    _ => field.Value,
                }));
                var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(target.Query);
                yield return new(route.Pattern, query.TryGetValue("handler", out var handler) ? handler.ToString() : "", target.PathAndQuery, [.. fields]);
            }
        }
    }

    /// <summary>Some forms are there only for what somebody has: a session, a link to a provider, a token that lives.</summary>
    private async Task AddWhatShowsFormsAsync()
    {
        var (user, account) = (First("users"), First("service-accounts"));
        await Server.Admin.ExpectAsync(HttpMethod.Put, $"/api/users/{user}", new { SignedIn.Password }, 200);
        using var browser = await Server.SignInAsync("person-0");
        await Server.Admin.ExpectAsync(HttpMethod.Put, "/api/configuration/authentication-generic-oidc/values", new
        {
            IsEnabled = true, Issuer = "https://login.example.com/", ClientId = "octologin", ClientSecret = new { HasValue = true, NewValue = "a secret" },
        }, 200);
        await using var connection = await Server.Database.DataSource.OpenConnectionAsync();
        more["links"] = (await connection.ExecuteScalarAsync<string>(
            "insert into external_identities (issuer, subject, user_id, linked_at, last_sign_in_at) values ('https://login.example.com/', 'person-0', @user, now(), now()) returning id", new { user }))!;
        more["artifacts"] = (await connection.ExecuteScalarAsync<string>(
            """
            insert into artifacts (space_id, task_id, filename, source, log_correlation_id, size_bytes, sha256, content_number, created)
            select 'Spaces-1', @task, 'report.txt', 'Step', @task, 1, repeat('0', 64), content_number, now() from packages limit 1 returning id
            """, new { task = First("tasks") }))!;
        var team = (await Server.Admin.SeeAsync($"/api/teams/{First("teams")}")).Json;
        await Server.Admin.ExpectAsync(HttpMethod.Put, $"/api/teams/{First("teams")}", new
        {
            Name = team.GetProperty("Name").GetString(), MemberUserIds = team.GetProperty("MemberUserIds").Strings(), ExternalSecurityGroups = new[] { new { Id = "developers", DisplayName = "Developers" } },
        }, 200);
        await Server.AddIdentityAsync(account, new
        {
            Name = "main",
            GitHub = new { Owner = "octo-org", Repository = "hello-octopus", FilterType = "Branch", Filter = "main", GitHubClaims.RepositoryId, RepositoryOwnerId = GitHubClaims.OwnerId },
        });
        var audience = (await Server.Admin.SeeAsync($"/api/serviceaccounts/{account}/oidcidentities/v1"))["ExternalId"];
        (await Server.ExchangeAsync(audience, Server.GitHubToken(audience))).Status.ShouldBe(200);
        await Server.Admin.MakeAsync("/api/issuers", new { Issuer = "https://ci0.example.com", IsDisabled = true });
        IssuerSettings.IdOf("https://ci0.example.com").ShouldBe(First("issuers"));
        await Server.Admin.MakeAsync($"{Api.Space}/runbookSnapshots", new { RunbookId = First("runbooks"), Name = "second" });
    }
}

[CollectionDefinition(Name)]
public sealed class PortalThingsCollection : ICollectionFixture<PortalThings>
{
    public const string Name = "portal things";
}
