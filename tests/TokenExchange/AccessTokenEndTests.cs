using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.TokenExchange;

/// <summary>An access token ends with whatever it stands on: its identity, its account, its time, its key. Nor does one token buy another.</summary>
public sealed class AccessTokenEndTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Ends_when_its_identity_is_changed_and_a_new_login_works()
    {
        var token = await IssuedToken.GetAsync(server);
        await SendAsync(HttpMethod.Put, IdentityOf(token), new { TokenLifetime = 600 });
        await token.ShouldNotWorkAsync();
        var again = await server.ExchangeAsync(token.Audience, server.GitHubToken(token.Audience));
        await (token with { Text = again.AccessToken }).ShouldWorkAsync();
    }

    [Fact]
    public async Task Ends_when_its_identity_is_deleted()
    {
        var token = await IssuedToken.GetAsync(server);
        await SendAsync(HttpMethod.Delete, IdentityOf(token));
        await token.ShouldNotWorkAsync();
    }

    [Fact]
    public async Task Is_not_ended_by_a_change_of_another_identity_of_the_account()
    {
        var token = await IssuedToken.GetAsync(server);
        var other = await server.AddIdentityAsync(token.AccountId, new { Name = "other", GitHubClaims.Issuer, Subject = "repo:octo-org/other:ref:refs/heads/main" });
        await SendAsync(HttpMethod.Delete, $"/api/serviceaccounts/{token.AccountId}/oidcidentities/{other.GetProperty("Id").GetString()}/v1");
        await token.ShouldWorkAsync();
    }

    [Fact]
    public async Task Ends_when_its_account_is_disabled()
    {
        var token = await IssuedToken.GetAsync(server);
        await SendAsync(HttpMethod.Put, $"/api/users/{token.AccountId}", new { IsActive = false });
        await token.ShouldNotWorkAsync();
    }

    [Fact]
    public async Task Ends_when_its_account_is_deleted()
    {
        var token = await IssuedToken.GetAsync(server);
        await SendAsync(HttpMethod.Delete, $"/api/users/{token.AccountId}");
        await token.ShouldNotWorkAsync();
    }

    [Fact]
    public async Task Can_still_be_revoked_without_fault_after_its_account_is_gone()
    {
        var token = await IssuedToken.GetAsync(server);
        await SendAsync(HttpMethod.Delete, $"/api/users/{token.AccountId}");
        (await server.RevokeAsync(token.Text)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Ends_with_its_time_to_the_second_and_can_then_be_revoked_without_fault()
    {
        await using var fixture = await StartAsync();
        var token = await IssuedToken.GetAsync(fixture);
        fixture.Clock.Advance(TimeSpan.FromSeconds(3590));
        await token.ShouldWorkAsync();

        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        await token.ShouldNotWorkAsync();
        var late = await fixture.RevokeAsync(token.Text);
        late.Status.ShouldBe(200);
        (await fixture.EventsAsync(late.CorrelationId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ends_when_the_key_that_signed_it_is_revoked()
    {
        await using var fixture = await StartAsync();
        var token = await IssuedToken.GetAsync(fixture);
        var ring = fixture.Services.GetRequiredService<SigningKeyRing>();
        await fixture.Services.GetRequiredService<SigningKeyRotation>().RevokeAsync(ring.Current(SigningKeyUse.AccessTokens).Row.Kid, AuditActor.CommandLine, default);
        await ring.ReloadAsync(default);
        await token.ShouldNotWorkAsync();
    }

    [Fact]
    public async Task Stays_revoked_after_a_restart()
    {
        await using var fixture = await StartAsync();
        var (revoked, kept) = (await IssuedToken.GetAsync(fixture), await IssuedToken.GetAsync(fixture));
        await fixture.RevokeAsync(revoked.Text);
        await fixture.StopAsync();
        await fixture.StartAsync();
        await revoked.ShouldNotWorkAsync();
        await kept.ShouldWorkAsync();
    }

    /// <summary>A token must not prolong itself, not even with the help of an identity that trusts our own issuer.</summary>
    [Theory]
    [InlineData("at+jwt", "subject_token is not an acceptable JWT: its 'typ' is not JWT.", null)]
    [InlineData("JWT", "No OIDC identity of service account ", "The token is one of this server's own, which is never accepted as a subject token.")]
    public async Task Is_never_a_subject_token_even_where_an_identity_names_this_server_as_issuer(string type, string told, string? reason)
    {
        await using var fixture = new ServerFixture();
        fixture.Settings["ServerUri"] = GitHubClaims.Issuer + "/octologin";
        await fixture.InitializeAsync();
        var token = await IssuedToken.GetAsync(fixture);
        await fixture.AddIdentityAsync(token.AccountId, new { Name = "ourselves", Issuer = fixture.Settings["ServerUri"], Subject = token.AccountId, Audience = fixture.Settings["ServerUri"] });

        var answer = await fixture.ExchangeAsync(token.Audience, type == "JWT" ? TamperedTokens.Tamper(fixture, token.Text, "of another kind") : token.Text);

        answer.Description.ShouldStartWith(told);
        await fixture.ShouldBeRefusedAsync(answer, answer.Description, reason);
        fixture.GitHub.DiscoveryRequests.ShouldBe(1, "only the first exchange asked GitHub");
    }

    private static string IdentityOf(IssuedToken token) => $"/api/serviceaccounts/{token.AccountId}/oidcidentities/{token.IdentityId}/v1";

    private static async Task<ServerFixture> StartAsync()
    {
        var fixture = new ServerFixture();
        await fixture.InitializeAsync();
        return fixture;
    }

    private async Task SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) };
        using var response = await server.Admin.SendAsync(request);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }
}
