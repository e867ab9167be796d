using OctoLogin.Accounts;
using OctoLogin.CloudLogins;
using OctoLogin.Tests.Support.Clouds;

namespace OctoLogin.Tests.CloudLogins;

/// <summary>Google's SDK against a strict stand-in of its STS and IAM; each wrong thing is refused with Google's own code and words.</summary>
public sealed class GoogleLoginTests(CloudStage stage) : IClassFixture<CloudStage>
{
    private const string Audience = $"https:{FakeGoogle.Provider}";
    private static readonly GoogleOidcDetails Impersonating = new() { ImpersonatedServiceAccount = CloudStage.Email };

    private Attempt Attempt()
    {
        stage.Reset();
        return stage.Attempt(Audience);
    }

    private async Task<CloudRefusal> RefusedAsync(IdToken token, string code, string text, GoogleOidcDetails? account = null)
    {
        var refusal = await Should.ThrowAsync<CloudRefusal>(() => stage.Google().LoginAsync(account ?? new(), token, default));
        refusal.Code.ShouldBe(code, refusal.Message);
        refusal.Text.ShouldContain(text);
        refusal.ToString().ShouldNotContain(token.Jwt);
        return refusal;
    }

    [Fact]
    public async Task A_token_becomes_a_federated_one()
    {
        var access = await stage.Google().LoginAsync(new(), Attempt().Token, default);
        stage.Clouds.Google.Tokens[access.Value].Principal.ShouldBe(FakeGoogle.Principal(CloudStage.Subject));
        access.ExpiresAt.ShouldBe(stage.Clock.GetUtcNow().AddHours(1), TimeSpan.FromMinutes(2));
        access.ToString().ShouldNotContain(access.Value);
    }

    [Fact]
    public async Task And_that_one_a_service_account_s_for_as_long_as_the_account_says()
    {
        var access = await stage.Google().LoginAsync(Impersonating with { TokenLifetimeSeconds = 900 }, Attempt().Token, default);
        stage.Clouds.Google.Tokens[access.Value].Principal.ShouldBe($"serviceAccount:{CloudStage.Email}");
        access.ExpiresAt.ShouldBe(stage.Clock.GetUtcNow().AddMinutes(15), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("unsigned", "is invalid")]
    [InlineData("signed with the public key as a secret", "is invalid")]
    [InlineData("signed by ES256", "is invalid")]
    [InlineData("signed by RS384", "is invalid")]
    [InlineData("a key of 1024 bits", "signature")]
    [InlineData("a key that is not published", "signature")]
    [InlineData("another key under the same name", "signature")]
    [InlineData("a key for encryption", "signature")]
    [InlineData("a claim changed after signing", "signature")]
    [InlineData("an issuer that is not known", "The issuer in ID Token")]
    [InlineData("an issuer with a slash at its end", "The issuer in ID Token")]
    [InlineData("a discovery document of another issuer", "Error connecting")]
    [InlineData("a discovery document without RS256", "Error connecting")]
    [InlineData("keys over http", "Error connecting")]
    [InlineData("a discovery document that redirects", "Error connecting")]
    [InlineData("an issuer that is down", "Error connecting")]
    [InlineData("a list of audiences", "is invalid")]
    [InlineData("no subject", "is invalid")]
    [InlineData("a number as the subject", "is invalid")]
    [InlineData("expired", "stale")]
    [InlineData("not yet valid", "is invalid")]
    [InlineData("issued in the future", "is invalid")]
    [InlineData("a text as the end", "is invalid")]
    [InlineData("made for two days", "is invalid")]
    [InlineData("no JWT", "is invalid")]
    [InlineData("an access token's type", "is invalid")]
    [InlineData("something critical in the header", "is invalid")]
    [InlineData("the same claim twice", "is invalid")]
    public async Task Refuses_a_token_with(string what, string text)
    {
        var attempt = Attempt();
        WrongTokens.All[what](attempt);
        // The exchange's own audience is the account's, whatever the token says.
        await RefusedAsync(attempt.Token with { Audience = Audience }, "invalid_grant", text);
    }

    [Theory]
    [InlineData("another audience")]
    [InlineData("no audience")]
    public async Task Refuses_a_token_for_somebody_else(string what)
    {
        var attempt = Attempt();
        WrongTokens.All[what](attempt);
        await RefusedAsync(attempt.Token with { Audience = Audience }, "invalid_grant", what == "no audience" ? "is invalid" : "does not match the expected audience");
    }

    [Theory]
    [InlineData("another subject")]
    [InlineData("a subject in other letters")]
    [InlineData("a subject that goes on")]
    public async Task A_condition_and_a_service_account_take_no_other_subject(string what)
    {
        var attempt = Attempt();
        WrongTokens.All[what](attempt);
        (await RefusedAsync(attempt.Token, "PERMISSION_DENIED", "iam.serviceAccounts.getAccessToken", Impersonating)).Advice.ShouldContain($"/subject/{attempt.Claims["sub"]}) the role roles/iam.workloadIdentityUser");
        stage.Clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer) { Condition = token => token.Subject == CloudStage.Subject };
        await RefusedAsync(attempt.Token, "unauthorized_client", "attribute condition");
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    public async Task A_mapped_subject_has_at_most_127_bytes(int length, bool isTaken)
    {
        var attempt = Attempt();
        attempt.Claims["sub"] = new string('s', length);
        if (isTaken)
        {
            await stage.Google().LoginAsync(new(), attempt.Token, default);
        }
        else
        {
            (await RefusedAsync(attempt.Token, "invalid_grant", "127 bytes")).Advice.ShouldContain("fewer subject keys");
        }
    }

    [Fact]
    public async Task A_subject_may_be_mapped()
    {
        var attempt = Attempt();
        attempt.Claims["sub"] = new string('s', 200);
        stage.Clouds.Google.Providers[FakeGoogle.Provider] = new(FakeGoogle.Provider, CloudServer.Issuer) { Subject = _ => "short" };
        stage.Clouds.Google.Tokens[(await stage.Google().LoginAsync(new(), attempt.Token, default)).Value].Principal.ShouldEndWith("/subject/short");
    }

    [Theory]
    [InlineData("https://iam.googleapis.com/projects/1234567890/locations/global/workloadIdentityPools/octologin-pool/providers/other", "invalid_target", "doesn't exist")]
    [InlineData("https://iam.googleapis.com/projects/my-project/locations/global/workloadIdentityPools/octologin-pool/providers/octologin", "invalid_request", "full resource name")]
    public async Task Refuses_a_provider_that_is_not_there_and_a_project_by_its_ID(string audience, string code, string text)
    {
        var attempt = Attempt();
        attempt.Claims["aud"] = audience;
        (await RefusedAsync(attempt.Token, code, text)).Advice.ShouldContain("not its ID");
    }

    [Fact]
    public async Task More_than_an_hour_needs_the_organisation_s_leave()
    {
        var token = Attempt().Token;
        await RefusedAsync(token, "INVALID_ARGUMENT", "lifetime", Impersonating with { TokenLifetimeSeconds = 7200 });
        stage.Clouds.Google.ServiceAccounts[CloudStage.Email] = new([FakeGoogle.Principal(CloudStage.Subject)], MayLiveLong: true);
        (await stage.Google().LoginAsync(Impersonating with { TokenLifetimeSeconds = 7200 }, token, default)).ExpiresAt.ShouldBe(stage.Clock.GetUtcNow().AddHours(2), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Asks_a_sovereign_cloud_at_its_own_hosts()
    {
        var token = Attempt().Token;
        var access = await stage.Google(stage.Options() with { GoogleUniverseDomain = "apis-example.goog" }).LoginAsync(Impersonating, token, default);
        stage.Clouds.Google.Tokens[access.Value].Principal.ShouldBe($"serviceAccount:{CloudStage.Email}");
        stage.Clouds.Requests.Where(request => request.Path.StartsWith("/v1/", StringComparison.Ordinal)).TakeLast(2).Select(request => request.Headers["Host"])
            .ShouldBe(["sts.apis-example.goog", "iamcredentials.apis-example.goog"]);
    }
}
