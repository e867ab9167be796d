using OctoLogin.Tests.SignIn;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

/// <summary>The sign-in page of a server on which nobody signs in with a password.</summary>
public sealed class SignInPageTests(SignInPageTests.Fixture server) : IClassFixture<SignInPageTests.Fixture>
{
    public sealed class Fixture : IAsyncLifetime
    {
        public ServerFixture Server { get; } = new() { Settings = { ["SignIn:PasswordsEnabled"] = "false" } };

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task Shows_the_provider_alone_and_when_there_is_none_says_what_to_turn_on()
    {
        using var nobody = new PortalClient(server.Server.Url, null);
        var page = await nobody.GetAsync("/app/sign-in");
        page.Words.ShouldContain("Nobody can sign in here now: user name and password are turned off (SignIn:PasswordsEnabled=false), and no identity provider is enabled.");
        page.Words.ShouldContain($"PUT {ProviderServer.Settings}");
        page.Document.QuerySelectorAll("input, main button, main a").ShouldBeEmpty();

        object settings = new { IsEnabled = true, Issuer = "https://login.example.com/", ClientId = "octologin", ClientSecret = new { HasValue = true, NewValue = "a secret" }, DisplayName = "Company Login" };
        (await server.Server.Admin.SendAsync("PUT", ProviderServer.Settings, settings)).ShouldBe(200);
        page = await nobody.GetAsync("/app/sign-in?redirectAfterLoginTo=%2Fapp%2Fspaces");
        page.Words.ShouldNotContain("Nobody can sign in");
        page.Document.QuerySelectorAll("input").ShouldBeEmpty();
        page.Document.QuerySelector("main a")!.GetAttribute("href").ShouldBe($"{ProviderServer.Start}?redirectAfterLoginTo=%2Fapp%2Fspaces");
        page.Texts("main a").ShouldBe(["Company Login"]);

        (await server.Server.Admin.SendAsync("PUT", ProviderServer.Settings, new { IsEnabled = false })).ShouldBe(200);
        (await nobody.GetAsync("/app/sign-in")).Words.ShouldContain("Nobody can sign in here now");
    }
}
