using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OctoLogin.Audit;
using OctoLogin.OpenIdProvider;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>Keys change under those who rely on them: tokens from before and after verify, those of a revoked key do not.</summary>
public sealed class KeyRotationTests
{
    [Fact]
    public async Task Tokens_from_before_and_after_a_rotation_at_once_verify()
    {
        await using var server = await StartAsync();
        await using var watching = await RelyingParty.StartAsync(server.Url);
        var (oldId, old) = await RelyingPartyTests.TokenAsync(server);
        (await watching.AskAsync(old)).Accepted.ShouldBeTrue();

        await RotateAsync(server, atOnce: true);

        var (freshId, fresh) = await RelyingPartyTests.TokenAsync(server);
        KidOf(fresh).ShouldNotBe(KidOf(old));
        await using var arriving = await RelyingParty.StartAsync(server.Url);
        (await watching.AskAsync(old)).ShouldBe(new Verdict(true, oldId));
        foreach (var (id, token) in ((string, string)[])[(oldId, old), (freshId, fresh)])
        {
            (await arriving.AskAsync(token)).ShouldBe(new Verdict(true, id));
            (await RelyingPartyTests.JoseAsync(server, token)).ShouldBe(new Verdict(true, id));
            using var client = server.ClientWithToken(token);
            (await client.GetFromJsonAsync<JsonElement>("/api/users/me")).GetProperty("Id").GetString().ShouldBe(id);
        }
    }

    /// <summary>The rotation that happens by itself: whoever read our keys in the last day has the new one before its first token.</summary>
    [Fact]
    public async Task A_relying_party_that_does_not_read_the_keys_again_sees_no_gap_in_a_planned_rotation()
    {
        // Relying parties have the real clock, so the server's begins in the past and ends in the present.
        await using var server = await StartAsync(TimeSpan.FromHours(-25));
        await RotateAsync(server, atOnce: false);
        server.Clock.Advance(TimeSpan.FromHours(23));
        var (oldId, old) = await RelyingPartyTests.TokenAsync(server, lifetime: 43200);
        await using var watching = await RelyingParty.StartAsync(server.Url);
        (await watching.AskAsync(old)).ShouldBe(new Verdict(true, oldId));

        server.Clock.Advance(TimeSpan.FromHours(2));

        var (freshId, fresh) = await RelyingPartyTests.TokenAsync(server);
        KidOf(fresh).ShouldNotBe(KidOf(old));
        (await watching.AskAsync(fresh)).ShouldBe(new Verdict(true, freshId));
        (await watching.AskAsync(old)).ShouldBe(new Verdict(true, oldId));
    }

    [Fact]
    public async Task Tokens_of_a_revoked_key_are_refused_at_once_and_the_next_one_signs()
    {
        await using var server = await StartAsync();
        var (_, stolen) = await RelyingPartyTests.TokenAsync(server);
        await RelyingPartyTests.JoseAsync(server, stolen);

        (await server.Services.GetRequiredService<SigningKeyRotation>().RevokeAsync(KidOf(stolen), AuditActor.CommandLine, default)).ShouldBeTrue();
        await server.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(default);

        await RelyingPartyTests.ShouldBeRefusedByTheServerAsync(server, stolen);
        (await RelyingPartyTests.JoseAsync(server, stolen)).ShouldBe(new Verdict(false, "ERR_JWKS_NO_MATCHING_KEY"));
        (await server.Anonymous.GetStringAsync("/.well-known/jwks")).ShouldNotContain(KidOf(stolen));
        var (id, next) = await RelyingPartyTests.TokenAsync(server);
        (await RelyingPartyTests.JoseAsync(server, next)).ShouldBe(new Verdict(true, id));
    }

    /// <summary>As when another replica, or the command line, revokes it: nobody tells this process but the database.</summary>
    [Fact]
    public async Task A_key_revoked_elsewhere_stops_working_without_a_word_to_this_process()
    {
        await using var server = await StartAsync();
        var (_, stolen) = await RelyingPartyTests.TokenAsync(server);

        await server.Services.GetRequiredService<SigningKeyRotation>().RevokeAsync(KidOf(stolen), AuditActor.CommandLine, default);

        using var client = server.ClientWithToken(stolen);
        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/users/me")).StatusCode == System.Net.HttpStatusCode.Unauthorized, "the token was refused");
    }

    private static async Task<ServerFixture> StartAsync(TimeSpan clock = default)
    {
        var server = new ServerFixture();
        server.Clock.Advance(clock);
        await server.InitializeAsync();
        return server;
    }

    private static async Task RotateAsync(ServerFixture server, bool atOnce)
    {
        await server.Services.GetRequiredService<SigningKeyRotation>().RotateAsync(SigningKeyUse.AccessTokens, atOnce, AuditActor.CommandLine, default);
        await server.Services.GetRequiredService<SigningKeyRing>().ReloadAsync(default);
    }

    private static string KidOf(string token) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0])).RootElement.GetProperty("kid").GetString()!;
}
