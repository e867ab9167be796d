using System.Text.Json;
using System.Text.RegularExpressions;
using OctoLogin.Http;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>A server that people sign in to with a provider, for the tests of one class.</summary>
public partial class ProviderServer : IAsyncLifetime
{
    public const string Settings = "/api/configuration/authentication-generic-oidc/values";
    public const string Start = "/api/users/authenticate/GenericOidc";
    public const string Redirect = "/api/users/authenticatedToken/GenericOidc";

    public ServerFixture Server { get; } = new();
    public TestProvider Provider { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        // Its name must be known when the server starts, which reads there which hosts may be private.
        Provider = await TestProvider.StartAsync(Server);
        await Server.InitializeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>As after the set-up, whatever a test before has changed.</summary>
    public async Task ResetAsync(object? more = null)
    {
        // No more than 60 refusals of an address are written within a minute.
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        (Provider.Person, Provider.UserInfo, Provider.Claims, Provider.IdToken) = (NewPerson(), [], null, null);
        Provider.ForgetsVerifier = false;
        Provider.Discovery.Clear();
        Provider.Answers.Clear();
        await SaveAsync(new
        {
            IsEnabled = true, Provider.Issuer, TestProvider.ClientId, ClientSecret = new { HasValue = true, NewValue = TestProvider.ClientSecret }, Scopes = "openid profile email",
            RoleClaimType = "groups", UsernameClaimType = "preferred_username", Resource = "", DisplayName = "Company Login", AllowAutoUserCreation = false, TrustUnverifiedEmail = false, AutoLogin = false,
        });
        if (more is not null)
        {
            await SaveAsync(more);
        }
    }

    public async Task<ApiAnswer> SaveAsync(object settings) => (await Server.Admin.SendAsync("PUT", Settings, settings)).ShouldBe(200);

    /// <summary>Somebody whom nobody has seen before, with an e-mail address that was verified.</summary>
    public static Dictionary<string, object?> NewPerson(params string[] groups)
    {
        var name = $"p{Guid.NewGuid():N}"[..12];
        return new() { ["sub"] = $"sub-{name}", ["preferred_username"] = name, ["name"] = $"Person {name}", ["email"] = $"{name}@example.com", ["email_verified"] = true, ["groups"] = groups };
    }

    public string Email => (string)Provider.Person["email"]!;

    /// <summary>An account with the person's e-mail address, made by an administrator.</summary>
    public async Task<string> AddAccountAsync(string? email = null) =>
        (await Server.Admin.MakeAsync("/api/users", new { Username = $"account-{Guid.NewGuid():N}", EmailAddress = email ?? Email })).Id;

    /// <summary>From the button to the provider's answer.</summary>
    public async Task<PageAnswer> SignInAsync(TestBrowser browser, string start = Start) => await browser.GetAsync(await AnswerAsync(browser, start));

    /// <summary>The address that the provider sends the browser to.</summary>
    public async Task<string> AnswerAsync(TestBrowser browser, string start = Start) => Provider.Authorize((await browser.GetAsync(start)).ShouldBe(303).Location!);

    /// <summary>
    /// A sign-in was refused as every one must be: a page that says why, a warning in the log, and an audit event with what had come of the
    /// claims, types and values, and whether that was the provider's word.
    /// </summary>
    public async Task<PageAnswer> ShouldBeRefusedAsync(PageAnswer page, Came came, params string[] reasons)
    {
        page.ShouldBeRefused(reasons);
        var id = CorrelationId().Match(page.Text).Groups[1].Value;
        var (category, text, message) = (await Server.EventsAsync(id)).ShouldHaveSingleItem();
        (category, message).ShouldBe(("LoginFailed", message));
        message.ShouldStartWith("A sign-in with an identity provider was refused: ");
        foreach (var reason in reasons)
        {
            message.ShouldContain(reason);
        }
        var details = JsonDocument.Parse(text).RootElement;
        details.GetProperty("ClaimsAre").GetString().ShouldBe(came switch { Came.Nothing => "none could be read", Came.Unproven => "not proven to be the provider's", _ => "signed by the provider" });
        var claims = details.GetProperty("Claims");
        claims.Names().Order().ShouldBe(came == Came.Nothing ? [] : ["email", "email_verified", "groups", "preferred_username", "sub"]);
        foreach (var claim in claims.EnumerateObject().Where(claim => Provider.Person.GetValueOrDefault(claim.Name) is string && claim.Name != "sub"))
        {
            (claim.Value.GetProperty("Type").GetString(), claim.Value.GetProperty("Value").GetString()).ShouldBe(("string", Printable.Of((string)Provider.Person[claim.Name]!)));
        }
        var warning = Server.Log.Lines.Where(line => line.Contains(id, StringComparison.Ordinal) && line.StartsWith("Warning ", StringComparison.Ordinal)).ShouldHaveSingleItem();
        warning.ShouldContain("A sign-in with the identity provider failed: ");
        if (came != Came.Nothing)
        {
            warning.ShouldContain($"email: string {Printable.Of(Email)}");
        }
        return page;
    }

    /// <summary>An API key that the person makes for themself in that browser.</summary>
    public async Task<HttpClient> MakeKeyAsync(TestBrowser browser)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/users/{(await browser.MeAsync())!.Id}/apikeys") { Content = System.Net.Http.Json.JsonContent.Create(new { Purpose = "test" }) };
        request.Headers.Add("Origin", Server.Url);
        using var answer = await browser.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(201, text);
        return Server.ClientWithKey(JsonDocument.Parse(text).RootElement.GetProperty("ApiKey").GetString()!);
    }

    [GeneratedRegex("correlation id <code>([^<]+)</code>")]
    private static partial Regex CorrelationId();
}

/// <summary>What a refused sign-in had of the person's claims.</summary>
public enum Came
{
    Nothing,

    /// <summary>Without the provider's signature.</summary>
    Unproven,
    Signed,
}

/// <summary>The same behind a proxy that ends TLS: its address is https.</summary>
public sealed class HttpsProviderServer : ProviderServer
{
    public const string Uri = "https://deploy.example.com";

    public HttpsProviderServer() => Server.Settings["ServerUri"] = Uri;
}

/// <summary>The same with one more server of the installation, and with a second provider that the settings could name instead.</summary>
public sealed class ReplicatedProviderServer : ProviderServer
{
    public TestProvider Other { get; private set; } = null!;

    /// <summary>Without a slash at its end.</summary>
    public string ReplicaUrl { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        Other = await TestProvider.StartAsync(Server);
        await base.InitializeAsync();
        using var replica = await Server.AddReplicaAsync();
        ReplicaUrl = replica.BaseAddress!.AbsoluteUri.TrimEnd('/');
    }

    public override async ValueTask DisposeAsync()
    {
        await Other.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>As after the set-up, and the replica has heard of it.</summary>
    public async Task ResetAllAsync()
    {
        var name = $"Login {Guid.NewGuid():N}";
        (Other.Person, Other.ForgetsVerifier) = (NewPerson(), false);
        Other.Discovery.Clear();
        await ResetAsync(new { DisplayName = name });
        using var replica = AtReplica(ServerFixture.AdminApiKey);
        await Eventually.TrueAsync(async () => (await replica.SeeAsync(Settings))["DisplayName"] == name, "the replica knows the settings");
    }

    public HttpClient AtReplica(string apiKey)
    {
        var client = new HttpClient { BaseAddress = new Uri(ReplicaUrl) };
        client.DefaultRequestHeaders.Add("X-Octopus-ApiKey", apiKey);
        return client;
    }
}
