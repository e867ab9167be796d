using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>A server that people sign in to with a provider, for the tests of one class.</summary>
public class ProviderServer : IAsyncLifetime
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
