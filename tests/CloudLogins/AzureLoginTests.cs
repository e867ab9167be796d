using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>Azure.Identity against a strict stand-in of Entra; each wrong thing is refused with Entra's own code.</summary>
public sealed class AzureLoginTests(CloudStage stage) : IClassFixture<CloudStage>
{
    private Attempt Attempt()
    {
        stage.Reset();
        return stage.Attempt(FakeEntra.Audience);
    }

    private Task<CloudToken> LoginAsync(IdToken token, AzureOidcDetails? app = null, string? scope = null) =>
        stage.Azure().LoginAsync(app ?? CloudStage.App, scope ?? AzureLogin.ManagementScope(app ?? CloudStage.App), token, default);

    private async Task<CloudRefusal> RefusedAsync(IdToken token, string code, AzureOidcDetails? app = null, string? scope = null)
    {
        var refusal = await Should.ThrowAsync<CloudRefusal>(() => LoginAsync(token, app, scope));
        refusal.Code.ShouldBe(code, refusal.Message);
        refusal.ToString().ShouldNotContain(token.Jwt);
        refusal.Message.ShouldStartWith($"Microsoft Entra refused: {code}: ");
        refusal.Text.ShouldNotContain("AADSTS");
        return refusal;
    }

    [Fact]
    public async Task An_application_that_trusts_the_subject_gets_a_token_that_reads_its_subscription()
    {
        var token = Attempt().Token;
        var access = await LoginAsync(token);
        access.ExpiresAt.ShouldBe(DateTimeOffset.UtcNow.AddHours(1), TimeSpan.FromMinutes(5));
        (await stage.Azure().SubscriptionAsync(CloudStage.App, access, token, default)).ShouldBe(new(CloudStage.Subscription, "Production", "Enabled"));
        access.ToString().ShouldNotContain(access.Value);
    }

    [Theory]
    [InlineData("unsigned", "AADSTS50027")]
    [InlineData("signed with the public key as a secret", "AADSTS50027")]
    [InlineData("signed by ES256", "AADSTS50027")]
    [InlineData("signed by RS384", "AADSTS50027")]
    [InlineData("a key of 1024 bits", "AADSTS50013")]
    [InlineData("a key that is not published", "AADSTS50013")]
    [InlineData("another key under the same name", "AADSTS50013")]
    [InlineData("a key for encryption", "AADSTS50013")]
    [InlineData("a claim changed after signing", "AADSTS50013")]
    [InlineData("an issuer that is not known", "AADSTS700211")]
    [InlineData("an issuer with a slash at its end", "AADSTS700211")]
    [InlineData("a discovery document of another issuer", "AADSTS50166")]
    [InlineData("a discovery document without RS256", "AADSTS50166")]
    [InlineData("keys over http", "AADSTS50166")]
    [InlineData("a discovery document that redirects", "AADSTS50166")]
    [InlineData("an issuer that is down", "AADSTS50166")]
    [InlineData("another audience", "AADSTS700212")]
    [InlineData("a list of audiences", "AADSTS50027")]
    [InlineData("no audience", "AADSTS50027")]
    [InlineData("another subject", "AADSTS700213")]
    [InlineData("a subject in other letters", "AADSTS700213")]
    [InlineData("a subject that goes on", "AADSTS700213")]
    [InlineData("a number as the subject", "AADSTS50027")]
    [InlineData("no subject", "AADSTS50027")]
    [InlineData("expired", "AADSTS700024")]
    [InlineData("not yet valid", "AADSTS700024")]
    [InlineData("issued in the future", "AADSTS700024")]
    [InlineData("a text as the end", "AADSTS50027")]
    [InlineData("made for two days", "AADSTS700024")]
    [InlineData("no JWT", "AADSTS50027")]
    [InlineData("an access token's type", "AADSTS50027")]
    [InlineData("something critical in the header", "AADSTS50027")]
    [InlineData("the same claim twice", "AADSTS50027")]
    public async Task Refuses_a_token_with(string what, string code)
    {
        var attempt = Attempt();
        WrongTokens.All[what](attempt);
        await RefusedAsync(attempt.Token, code);
    }

    [Fact]
    public async Task A_wildcard_in_a_federated_credential_means_nothing()
    {
        var attempt = Attempt();
        stage.Clouds.Entra.Credentials.Clear();
        stage.Clouds.Entra.Credentials.Add(new(CloudStage.Tenant, CloudStage.ClientId, CloudServer.Issuer, "space:default:*", FakeEntra.Audience));
        (await RefusedAsync(attempt.Token, "AADSTS700213")).Advice.ShouldContain(CloudStage.Subject);
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(601, false)]
    public async Task A_subject_has_at_most_600_characters(int length, bool isTaken)
    {
        var attempt = Attempt();
        attempt.Claims["sub"] = new string('s', length);
        stage.Clouds.Entra.Credentials.Add(new(CloudStage.Tenant, CloudStage.ClientId, CloudServer.Issuer, (string)attempt.Claims["sub"]!, FakeEntra.Audience));
        if (isTaken)
        {
            await LoginAsync(attempt.Token);
        }
        else
        {
            await RefusedAsync(attempt.Token, "AADSTS50027");
        }
    }

    [Fact]
    public async Task Refuses_a_tenant_an_application_and_a_resource_that_are_not_there()
    {
        var token = Attempt().Token;
        await RefusedAsync(token, "AADSTS90002", CloudStage.App with { TenantId = "44444444-4444-4444-4444-444444444444" });
        (await RefusedAsync(token, "AADSTS700016", CloudStage.App with { ClientId = "44444444-4444-4444-4444-444444444444" })).Advice.ShouldContain("ClientId");
        await RefusedAsync(token, "AADSTS1002012", scope: "https://management.azure.com/user_impersonation");
    }

    [Fact]
    public async Task An_application_without_a_federated_credential_is_told_to_have_one()
    {
        var token = Attempt().Token;
        stage.Clouds.Entra.Bare.Add($"{CloudStage.Tenant}/55555555-5555-5555-5555-555555555555");
        var refusal = await RefusedAsync(token, "AADSTS70021", CloudStage.App with { ClientId = "55555555-5555-5555-5555-555555555555" });
        refusal.Advice.ShouldContain("takes some minutes");
        refusal.MayPass.ShouldBeTrue();
    }

    [Fact]
    public async Task A_subscription_that_is_not_there_or_not_the_application_s_is_told_as_the_resource_manager_says_it()
    {
        var token = Attempt().Token;
        var access = await LoginAsync(token);
        stage.Clouds.Entra.Subscriptions[CloudStage.Subscription] = [];
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Azure().SubscriptionAsync(CloudStage.App, access, token, default))).Code.ShouldBe("AuthorizationFailed");
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Azure().SubscriptionAsync(CloudStage.App with { SubscriptionNumber = "../x" }, access, token, default))).Code.ShouldBe("SubscriptionNotFound");
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Azure().SubscriptionAsync(CloudStage.App, access with { Value = "forged" }, token, default))).Code.ShouldBe("InvalidAuthenticationToken");
    }

    [Theory]
    [InlineData("AzureUSGovernment", "login.microsoftonline.us", "management.usgovcloudapi.net")]
    [InlineData("AzureChinaCloud", "login.partner.microsoftonline.cn", "management.chinacloudapi.cn")]
    public async Task Asks_a_sovereign_cloud_at_its_own_hosts(string environment, string login, string management)
    {
        var (token, app) = (Attempt().Token, CloudStage.App with { AzureEnvironment = environment });
        await stage.Azure().SubscriptionAsync(app, await LoginAsync(token, app), token, default);
        stage.Clouds.Requests.Last(request => request.Body.Contains(token.Jwt, StringComparison.Ordinal)).Headers["Host"].ShouldBe(login);
        stage.Clouds.Requests.Last(request => request.Path.StartsWith("/subscriptions/", StringComparison.Ordinal)).Headers["Host"].ShouldBe(management);
    }

    [Theory]
    [InlineData("http://login.microsoftonline.com")]
    [InlineData("https://user:password@login.microsoftonline.com")]
    [InlineData("https://login.microsoftonline.com?x=1")]
    [InlineData("file:///etc/passwd")]
    public async Task An_endpoint_that_is_no_plain_https_URL_is_asked_nothing(string endpoint)
    {
        var (token, before) = (Attempt().Token, stage.Clouds.Requests.Count());
        (await Should.ThrowAsync<CloudRefusal>(() => LoginAsync(token, CloudStage.App with { ActiveDirectoryEndpointBaseUri = endpoint }, "https://management.azure.com/.default"))).Code.ShouldBe("ActiveDirectoryEndpointBaseUri");
        (await Should.ThrowAsync<CloudRefusal>(() => stage.Azure().SubscriptionAsync(CloudStage.App with { ResourceManagementEndpointBaseUri = endpoint }, new("x", default), token, default))).Code.ShouldBe("ResourceManagementEndpointBaseUri");
        stage.Clouds.Requests.Count().ShouldBe(before);
    }
}
