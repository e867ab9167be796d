using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.Http;
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

    /// <summary>The keys of one use; of access tokens, unless told.</summary>
    private async Task<string[]> PublishedAsync(SigningKeyUse? use = null) =>
        [.. (await server.Anonymous.GetFromJsonAsync<JsonElement>("/.well-known/jwks")).GetProperty("keys").EnumerateArray()
            .Where(key => key.GetProperty("alg").GetString() == (use ?? SigningKeyUse.AccessTokens).Algorithm).Select(key => key.GetProperty("kid").GetString()!)];

    private async Task<IReadOnlyList<SigningKey>> RowsAsync() => await server.Services.GetRequiredService<SigningKeyStore>().ListAsync(default);

    private string IdTokenKid() => KidOf(server.Services.GetRequiredService<IdTokenSigner>().Sign(_ => { }));

    private static string KidOf(string token) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0])).RootElement.GetProperty("kid").GetString()!;

    private async Task<(string Token, string Kid)> TokenAsync()
    {
        var answer = await server.ExchangeAsync(audience, server.GitHubToken(audience));
        answer.Status.ShouldBe(200, answer.Text);
        return (answer.AccessToken, KidOf(answer.AccessToken));
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

        await AdvanceAsync(SigningKeyRotation.PublishedAfterUse);
        (await PublishedAsync()).ShouldBe([second]);
        (await RowsAsync()).Single(key => key.Kid == first).PrivateKey.ShouldBeEmpty();
    }

    /// <summary>Both kinds were made together, so they change together: the most keys that the planned course ever shows.</summary>
    [Fact]
    public async Task Keys_of_ID_tokens_change_by_the_same_rules_and_both_kinds_together_are_never_more_than_four()
    {
        var first = (await PublishedAsync(SigningKeyUse.IdTokens)).Single();
        await AdvanceAsync(TimeSpan.FromDays(89).Add(TimeSpan.FromMinutes(1)));
        var published = await PublishedAsync(SigningKeyUse.IdTokens);
        published.Length.ShouldBe(2);
        (published.Length + (await PublishedAsync()).Length).ShouldBe(4);
        IdTokenKid().ShouldBe(first);

        await AdvanceAsync(TimeSpan.FromHours(24));
        IdTokenKid().ShouldBe(published.Single(kid => kid != first));
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldBe(published, ignoreOrder: true);

        await AdvanceAsync(SigningKeyRotation.PublishedAfterUse);
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldNotContain(first);
    }

    [Fact]
    public async Task A_change_that_would_push_out_a_key_in_use_is_refused_with_when_there_is_room_and_made_then()
    {
        foreach (var use in SigningKeyUse.All)
        {
            await Rotation.RotateAsync(use, atOnce: true, AuditActor.System, default);
        }
        var refused = await Should.ThrowAsync<ApiException>(() => Rotation.RotateAsync(SigningKeyUse.IdTokens, atOnce: false, AuditActor.System, default));
        refused.Message.ShouldStartWith("4 keys are published, which is all that relying parties can be asked to read");
        (await RowsAsync()).Count.ShouldBe(4);

        await AdvanceAsync(SigningKeyRotation.PublishedAfterUse);
        await Rotation.RotateAsync(SigningKeyUse.IdTokens, atOnce: false, AuditActor.System, default);
        (await RowsAsync()).Count.ShouldBe(5);
    }

    /// <summary>As on a replica in the moment before it hears of it.</summary>
    [Fact]
    public async Task A_login_is_not_answered_with_a_token_of_a_key_that_was_revoked_a_moment_ago()
    {
        await server.Services.GetRequiredService<SigningKeyUpkeep>().StopAsync(default);
        var (_, before) = await TokenAsync();
        (await Rotation.RevokeAsync(before, AuditActor.System, default)).ShouldBeTrue();
        Ring.Current(SigningKeyUse.AccessTokens).Row.Kid.ShouldBe(before, "it has not heard of it");
        var (token, kid) = await TokenAsync();
        kid.ShouldNotBe(before);
        (await CallAsync(token)).ShouldBe(200);
    }

    [Fact]
    public async Task When_the_next_key_is_revoked_the_present_one_signs_on_until_another_was_published_a_day()
    {
        var present = IdTokenKid();
        var next = await Rotation.RotateAsync(SigningKeyUse.IdTokens, atOnce: false, AuditActor.System, default);
        (await Rotation.RevokeAsync(next.Kid, AuditActor.System, default)).ShouldBeTrue();
        await AdvanceAsync(SigningKeyRotation.PublishedBeforeUse + SigningKeyRotation.PublishedAfterUse + TimeSpan.FromMinutes(1));
        IdTokenKid().ShouldBe(present);
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldBe([present]);
    }

    [Fact]
    public async Task A_new_key_and_none_that_was_retired_takes_over_from_a_revoked_one_of_its_kind()
    {
        var retired = IdTokenKid();
        var stolen = await Rotation.RotateAsync(SigningKeyUse.IdTokens, atOnce: true, AuditActor.System, default);
        var accessTokens = await PublishedAsync();
        await Rotation.RevokeAsync(stolen.Kid, AuditActor.System, default);
        await Ring.ReloadAsync(default);
        IdTokenKid().ShouldNotBeOneOf(retired, stolen.Kid);
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldBe([IdTokenKid(), retired], ignoreOrder: true);
        (await PublishedAsync()).ShouldBe(accessTokens);
    }

    /// <summary>As after an upgrade from a version that signed access tokens alone.</summary>
    [Fact]
    public async Task An_installation_without_a_key_for_ID_tokens_gets_one_and_keeps_the_others()
    {
        var accessTokens = await PublishedAsync();
        await using (var drop = server.Database.DataSource.CreateCommand("delete from signing_keys where algorithm = 'RS256'"))
        {
            await drop.ExecuteNonQueryAsync();
        }
        await AdvanceAsync(TimeSpan.Zero);
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldBe([IdTokenKid()]);
        (await PublishedAsync()).ShouldBe(accessTokens);
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
        var rows = await RowsAsync();
        rows.Count.ShouldBe(2);
        foreach (var row in rows)
        {
            using System.Security.Cryptography.AsymmetricAlgorithm key =
                row.Use == SigningKeyUse.IdTokens ? System.Security.Cryptography.RSA.Create() : System.Security.Cryptography.ECDsa.Create();
            Should.Throw<System.Security.Cryptography.CryptographicException>(() => key.ImportPkcs8PrivateKey(row.PrivateKey, out _));
        }
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
        (await PublishedAsync(SigningKeyUse.IdTokens)).ShouldBe([IdTokenKid()]);
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
