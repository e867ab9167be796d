using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.SignIn;

/// <summary>What an administrator sets for the provider, and what is said when it cannot work.</summary>
public sealed class ProviderSettingsTests(ProviderServer provided) : IClassFixture<ProviderServer>, IAsyncLifetime
{
    private const string Test = "/api/configuration/authentication-generic-oidc/test";

    private readonly ServerFixture server = provided.Server;

    public async ValueTask InitializeAsync() => await provided.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_shape_is_Octopuss_and_the_secret_is_never_read_back()
    {
        var shown = await server.Admin.SeeAsync(ProviderServer.Settings);
        shown.Json.Names().ShouldBe(
        [
            "Id", "IsEnabled", "Issuer", "ClientId", "ClientSecret", "Scopes", "RoleClaimType", "UsernameClaimType", "Resource", "DisplayName",
            "AllowAutoUserCreation", "TrustUnverifiedEmail", "AutoLogin", "RedirectUri", "BackChannelLogoutUri", "Links",
        ]);
        shown.Json.GetProperty("ClientSecret").GetRawText().ShouldBe("""{"HasValue":true,"NewValue":null}""");
        shown["RedirectUri"].ShouldBe($"{server.Url}/api/users/authenticatedToken/GenericOidc");
        shown["Issuer"].ShouldBe(provided.Provider.Issuer, "the slash at its end matters");
        // What was read is sent back as it is, and the secret stays.
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, shown.Json)).ShouldBe(200).Json.GetProperty("ClientSecret").GetProperty("HasValue").GetBoolean().ShouldBeTrue();
        var cleared = await provided.SaveAsync(new { ClientSecret = new { HasValue = false } });
        cleared.Json.GetProperty("ClientSecret").GetProperty("HasValue").GetBoolean().ShouldBeFalse();
        await provided.ResetAsync();
        var dump = await server.DumpAsync();
        dump.ShouldNotContain(TestProvider.ClientSecret);
        dump.ShouldNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(TestProvider.ClientSecret)));
        server.Log.Lines.ShouldNotContain(line => line.Contains(TestProvider.ClientSecret, StringComparison.Ordinal));
        (await server.Admin.SeeAsync("/api/events?take=50")).Text.ShouldNotContain(TestProvider.ClientSecret);
    }

    [Fact]
    public async Task Without_anything_set_the_defaults_are_the_contracts()
    {
        await using var fresh = new ServerFixture();
        await fresh.InitializeAsync();
        var shown = await fresh.Admin.SeeAsync(ProviderServer.Settings);
        (shown["IsEnabled"], shown["Scopes"], shown["RoleClaimType"], shown["UsernameClaimType"], shown["DisplayName"], shown["AllowAutoUserCreation"], shown["TrustUnverifiedEmail"])
            .ShouldBe(("False", "openid profile email", "groups", "preferred_username", "OpenID Connect", "False", "False"));
        (await fresh.Admin.SendAsync("POST", Test)).ShouldBe(200).Text.ShouldContain("Issuer is empty");
        using var browser = new TestBrowser(fresh);
        (await browser.GetAsync(ProviderServer.Start)).ShouldBeRefused("is not set up on this server");
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { """{"Issuer":"http://login.example.com"}""", "Issuer is 'http://login.example.com'", "must be an https URL" },
        { """{"Issuer":"login.example.com"}""", "Issuer is 'login.example.com'", "must be an https URL" },
        { """{"Issuer":"https://login.example.com/?a=b"}""", "Issuer is", "without user, query or fragment" },
        { """{"Issuer":"https://a@login.example.com/"}""", "Issuer is", "without user, query or fragment" },
        { """{"Issuer":"https://login.example.com/.well-known/openid-configuration"}""", "the address of the discovery document", "give what stands before" },
        { """{"Issuer":""}""", "Issuer is empty", "before IsEnabled" },
        { """{"ClientId":" "}""", "ClientId is empty", "before IsEnabled" },
        { """{"Scopes":"openid groups"}""", "Scopes is 'openid groups'", "lacks profile and email" },
        { """{"Scopes":"openid,profile,email"}""", "it must contain openid, profile and email", "Separate them by spaces" },
        { """{"DisplayName":"Sign in <b>"}""", "DisplayName is 'Sign in <b>'", "letters, digits, hyphens and spaces" },
        { """{"RoleClaimType":""}""", "RoleClaimType is required", "" },
        { """{"UsernameClaimType":" "}""", "UsernameClaimType is required", "" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_setting_that_cannot_work_is_not_saved_and_says_what_to_do(string body, string seen, string advice)
    {
        var before = (await server.Admin.SeeAsync(ProviderServer.Settings)).Text;
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, JsonDocument.Parse(body).RootElement)).ShouldBeRefused(400, seen, advice);
        (await server.Admin.SeeAsync(ProviderServer.Settings)).Text.ShouldBe(before);
    }

    [Fact]
    public async Task The_secret_of_one_provider_is_not_sent_to_another()
    {
        (await server.Admin.SendAsync("PUT", ProviderServer.Settings, new { Issuer = "https://evil.example.com/" })).ShouldBeRefused(400, "ClientSecret must be given again, or deleted, when Issuer changes");
        await provided.SaveAsync(new { Issuer = "https://another.example.com/", ClientSecret = new { HasValue = true, NewValue = "anew" } });
    }

    [Fact]
    public async Task Administrators_alone_see_and_change_it()
    {
        var manager = await server.AddCallerAsync("userroles-systemmanager");
        (await manager.Client.SendAsync("GET", ProviderServer.Settings)).ShouldBe(403);
        (await manager.Client.SendAsync("PUT", ProviderServer.Settings, new { IsEnabled = false })).ShouldBe(403);
        (await manager.Client.SendAsync("POST", Test)).ShouldBe(403);
        (await manager.Client.SendAsync("GET", $"{ProviderServer.Start}/test")).ShouldBe(403);
        (await server.Anonymous.SendAsync("GET", ProviderServer.Settings)).ShouldBe(401);
        (await server.Anonymous.SendAsync("GET", $"{ProviderServer.Start}/test")).ShouldBe(401);
    }

    [Fact]
    public async Task A_change_holds_on_another_replica_and_is_in_the_audit()
    {
        using var replica = await server.AddReplicaAsync();
        replica.DefaultRequestHeaders.Add("X-Octopus-ApiKey", ServerFixture.AdminApiKey);
        (await replica.SeeAsync(ProviderServer.Settings))["DisplayName"].ShouldBe("Company Login");
        await provided.SaveAsync(new { DisplayName = "Other Login" });
        await Eventually.TrueAsync(async () => (await replica.SeeAsync(ProviderServer.Settings))["DisplayName"] == "Other Login", "the replica has heard of it");
        (await server.Admin.SeeAsync("/api/events?take=1&regarding=authentication-generic-oidc")).Text.ShouldContain("OpenID Connect was changed");
    }

    public static TheoryData<string, string?, string> Documents => new()
    {
        { "issuer", "SLASH", "They differ in the slash at the end: the provider's has none" },
        { "issuer", "CASE", "They differ in upper and lower case" },
        { "issuer", "\"https://evil.example.com/\"", "and the discovery document says 'https://evil.example.com/'" },
        { "issuer", null, "has no 'issuer'" },
        { "authorization_endpoint", null, "has no 'authorization_endpoint'" },
        { "token_endpoint", null, "has no 'token_endpoint'" },
        { "jwks_uri", null, "has no 'jwks_uri'" },
        { "token_endpoint", "\"http://login.example.com/token\"", "'token_endpoint' is 'http://login.example.com/token', which is not an https URL" },
        { "id_token_signing_alg_values_supported", "[\"HS256\"]", "The provider signs ID tokens with 'HS256'; RS256 or ES256 is needed. Choose a key pair" },
        { "response_types_supported", "[\"token\"]", "does not offer the authorization code flow" },
        { "response_modes_supported", "[\"fragment\"]", "query or form_post is needed" },
        { "token_endpoint_auth_methods_supported", "[\"private_key_jwt\"]", "client_secret_basic or client_secret_post is needed" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_test_says_in_words_what_is_wrong_with_the_document(string member, string? json, string said)
    {
        var issuer = provided.Provider.Issuer;
        provided.Provider.Discovery[member] = json switch
        {
            "SLASH" => issuer.TrimEnd('/'),
            "CASE" => issuer.Replace("octologin/", "OctoLogin/"),
            null => null,
            _ => JsonDocument.Parse(json).RootElement,
        };
        var answer = (await server.Admin.SendAsync("POST", Test)).ShouldBe(200);
        answer.Json.GetProperty("IsValid").GetBoolean().ShouldBeFalse();
        string.Join("\n", answer.Json.GetProperty("Faults").Strings()).ShouldContain(said);
    }

    [Fact]
    public async Task A_test_of_a_good_provider_says_so_and_what_should_be_known()
    {
        (await server.Admin.SendAsync("POST", Test)).ShouldBe(200).Text.ShouldBe("""{"Faults":[],"Notes":[],"IsValid":true}""");
        await provided.SaveAsync(new { Scopes = "openid profile email groups" });
        var answer = (await server.Admin.SendAsync("POST", Test)).ShouldBe(200);
        answer.Json.GetProperty("IsValid").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("Notes").Strings().ShouldHaveSingleItem().ShouldContain("does not list the scope 'groups'");
    }

    [Fact]
    public async Task A_test_says_why_a_provider_cannot_be_reached()
    {
        provided.Provider.Answers["jwks"] = new(200, """{"keys":[]}""");
        (await server.Admin.SendAsync("POST", Test)).Text.ShouldContain("publishes no signing key");
        provided.Provider.Answers["jwks"] = new(500);
        (await server.Admin.SendAsync("POST", Test)).Text.ShouldContain("keys cannot be read");
        provided.Provider.Answers["openid-configuration"] = new(404, "<html>", "text/html");
        (await server.Admin.SendAsync("POST", Test)).Text.ShouldContain("openid-configuration answered 404");
        await provided.SaveAsync(new { Issuer = "https://nowhere.example.com/", ClientSecret = new { HasValue = false } });
        (await server.Admin.SendAsync("POST", Test)).Text.ShouldContain("discovery document cannot be read: https://nowhere.example.com/");
        await provided.SaveAsync(new { Issuer = "https://10.1.2.3/" });
        (await server.Admin.SendAsync("POST", Test)).Text.ShouldContain("SignIn:AllowPrivateNetwork:0=10.1.2.3");
    }
}
