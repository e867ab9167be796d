using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>The life of a signing key; each test has a server and a clock of its own.</summary>
public sealed class SigningKeyTests : IAsyncLifetime
{
    private readonly ServerFixture server = new();
    private string audience = "";

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        audience = (await server.AddTrustedAccountAsync()).Audience;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private SigningKeyRotation Rotation => server.Services.GetRequiredService<SigningKeyRotation>();
    private SigningKeyRing Ring => server.Services.GetRequiredService<SigningKeyRing>();

    private async Task<string[]> PublishedAsync() =>
        [.. (await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/jwks")).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];

    private async Task<(string Token, string Kid)> TokenAsync()
    {
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(200, answer.Text);
        return (answer.AccessToken, JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(answer.AccessToken.Split('.')[0])).RootElement.GetProperty("kid").GetString()!);
    }

    private async Task<int> CallAsync(string token)
    {
        using var client = server.ClientWithToken(token);
        using var response = await client.GetAsync("/api/users/me");
        return (int)response.StatusCode;
    }

    [Fact]
    public async Task After_90_days_another_key_signs_that_was_published_a_day_before_and_the_old_one_stays_until_its_last_token_ended()
    {
        var first = (await PublishedAsync()).Single();
        await AdvanceAsync(TimeSpan.FromDays(89).Add(TimeSpan.FromMinutes(1)));
        var published = await PublishedAsync();
        published.Length.ShouldBe(2);
        (await TokenAsync()).Kid.ShouldBe(first);

        await AdvanceAsync(TimeSpan.FromHours(24));
        var second = published.Single(kid => kid != first);
        var (token, kid) = await TokenAsync();
        kid.ShouldBe(second);
        (await PublishedAsync()).ShouldBe([second, first], ignoreOrder: true);
        (await CallAsync(token)).ShouldBe(200);

        await AdvanceAsync(TimeSpan.FromHours(14));
        (await PublishedAsync()).ShouldBe([second]);
        (await server.Services.GetRequiredService<SigningKeyStore>().ListAsync(default)).Single(key => key.Kid == first).PrivateKey.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_forced_rotation_signs_at_once_and_tokens_of_the_old_key_work_on()
    {
        var (token, first) = await TokenAsync();
        var made = await Rotation.RotateAsync(SigningKeyUse.AccessTokens, atOnce: true, AuditActor.System, default);
        await Eventually.TrueAsync(async () => (await PublishedAsync()).Contains(made.Kid), "the notification has reached the ring");
        (await TokenAsync()).Kid.ShouldBe(made.Kid);
        (await CallAsync(token)).ShouldBe(200);
        (await PublishedAsync()).ShouldBe([made.Kid, first], ignoreOrder: true);
    }

    [Fact]
    public async Task A_revoked_key_is_gone_at_once_with_every_token_it_signed_and_another_takes_over()
    {
        var (token, first) = await TokenAsync();
        (await Rotation.RevokeAsync(first, AuditActor.System, default)).ShouldBeTrue();
        await Eventually.TrueAsync(async () => !(await PublishedAsync()).Contains(first), "the key is no longer published");
        (await CallAsync(token)).ShouldBe(401);
        (await TokenAsync()).Kid.ShouldNotBe(first);
        (await Rotation.RevokeAsync("no-such-key", AuditActor.System, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Private_keys_are_encrypted_in_the_database()
    {
        var row = (await server.Services.GetRequiredService<SigningKeyStore>().ListAsync(default)).Single();
        Should.Throw<System.Security.Cryptography.CryptographicException>(() => System.Security.Cryptography.ECDsa.Create().ImportPkcs8PrivateKey(row.PrivateKey, out _));
    }

    /// <summary>Base64url has a dash: one name in 64 would begin with it, and <c>keys revoke</c> would take it for an option.</summary>
    [Fact]
    public void No_key_has_a_name_that_the_command_line_would_read_as_an_option() =>
        Enumerable.Range(0, 1000).Select(_ => KeyPair.Generate(SigningKeyUse.AccessTokens, 2048).Kid).ShouldAllBe(kid => !kid.StartsWith('-'));

    [Fact]
    public async Task Documents_are_served_while_the_database_is_away_and_an_exchange_says_that_it_is_an_outage()
    {
        (await TokenAsync()).Kid.ShouldNotBeEmpty();
        await server.Database.DisposeAsync();
        (await PublishedAsync()).Length.ShouldBe(1);
        (await server.Anonymous.GetAsync("/.well-known/openid-configuration")).EnsureSuccessStatusCode();
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(503, answer.Text);
        answer.Json.GetProperty("error").GetString().ShouldBe("temporarily_unavailable");
        answer.Headers.RetryAfter.ShouldNotBeNull();
        using var api = await server.Admin.GetAsync("/api/users/me");
        ((int)api.StatusCode).ShouldBe(503);
        using var ready = await server.Anonymous.GetAsync("/health/ready");
        ((int)ready.StatusCode).ShouldBe(503);
        (await server.Anonymous.GetAsync("/health/live")).EnsureSuccessStatusCode();
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        server.Clock.Advance(by);
        await Rotation.EnsureAsync(default);
        await Ring.ReloadAsync(default);
    }
}
