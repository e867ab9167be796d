using Dapper;
using OctoLogin.OpenIdProvider;
using OctoLogin.Portal;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Portal;

public sealed class SigningKeyPagesTests(IdentityServer portal) : IClassFixture<IdentityServer>
{
    private ServerFixture Server => portal.Server;
    private PortalClient Admin => portal.Admin;

    [Fact]
    public async Task Keys_are_shown_rotated_and_revoked()
    {
        var page = await Admin.GetAsync("/app/signing-keys");
        page.Texts("h2").ShouldBe(["Access tokens", "ID tokens"]);
        page.Document.QuerySelectorAll("svg.key-timeline").Length.ShouldBe(2);
        States(page, "access").ShouldBe(["signing"]);

        // At one and the same moment it would be anybody's guess which key is the newer one.
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var rotated = await Admin.SubmitAsync(page, "Rotate access tokens");
        rotated.Words.ShouldContain("is published and signs from");
        States(rotated, "access").ShouldBe(["next", "signing"]);
        States(rotated, "ID").ShouldBe(["signing"]);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var atOnce = await Admin.SubmitAsync(rotated, "Rotate ID tokens at once");
        States(atOnce, "ID").ShouldBe(["signing", "retiring"]);

        var signing = atOnce.Document.QuerySelectorAll("table[aria-label='Signing keys of ID tokens'] tbody tr").First();
        var kid = signing.QuerySelector("code")!.TextContent;
        var revoke = await Admin.GetAsync(signing.QuerySelector("a")!.GetAttribute("href")!);
        (await Admin.SubmitAsync(revoke, "Revoke", 200, ("confirm", "other"))).Words.ShouldContain("nothing was revoked");
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var revoked = await Admin.SubmitAsync(revoke, "Revoke", 200, ("confirm", kid));
        revoked.Words.ShouldContain($"Signing key {kid} was revoked");
        States(revoked, "ID").ShouldBe(["signing", "revoked", "retiring"], ignoreOrder: true);
        await using (var connection = await Server.Database.DataSource.OpenConnectionAsync())
        {
            (await connection.QueryAsync<string>("select category || ' by ' || username from audit_events where related_document_ids @> array[@kid] order by number", new { kid }))
                .ShouldBe(["SigningKeyCreated by admin", "SigningKeyRevoked by admin"]);
        }
        (await Admin.SubmitAsync(revoke, "Revoke", 409, ("confirm", kid))).Words.ShouldContain("was revoked before");
        await Admin.GetAsync("/app/signing-keys/none", 404);
    }

    [Fact]
    public async Task Only_an_administrator_sees_or_changes_them()
    {
        using var manager = await portal.SomebodyAsync("UserView", "UserEdit", "EventView", "TeamView");
        await manager.GetAsync("/app/signing-keys", 403);
        var kid = (await Admin.GetAsync("/app/signing-keys")).Document.QuerySelector("tbody code")!.TextContent;
        await manager.GetAsync($"/app/signing-keys/{kid}", 403);
        foreach (var post in (string[])["/app/signing-keys?handler=Rotate", $"/app/signing-keys/{kid}?handler=Revoke"])
        {
            await portal.ShouldBeForbiddenAsync(manager, post, ("confirm", kid), ("use", "id-tokens"), ("atOnce", "true"));
        }
    }

    [Fact]
    public void A_key_is_drawn_as_it_is_published_signs_and_is_published_still()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        SigningKey[] rows = [Key("next", now.AddHours(12)), Key("present", now.AddDays(-89), now.AddHours(49)), Key("gone", now.AddDays(-179), now.AddDays(-87))];
        var timeline = KeyTimeline.Of(SigningKeyUse.IdTokens, rows, now);
        timeline.Lines.Select(line => (line.Key.Kid, line.StateText)).ShouldBe([("next", "next"), ("present", "signing"), ("gone", "retired")]);
        timeline.Lines[1].SignsUntil.ShouldBe(now.AddHours(12));
        timeline.Lines[1].PublishedUntil.ShouldBe(now.AddHours(49));
        timeline.X(now.AddYears(-1)).ShouldBe(0);
        timeline.X(timeline.To).ShouldBe(KeyTimeline.Width);
    }

    private static SigningKey Key(string kid, DateTimeOffset from, DateTimeOffset? until = null) => new()
    {
        Kid = kid, Algorithm = "RS256", PublicJwk = "{}", PrivateKey = [1], CreatedAt = from.AddDays(-1), ActiveFrom = from, PublishedUntil = until,
    };

    private static string[] States(PortalPageView page, string use) => page.Texts($"table[aria-label='Signing keys of {use} tokens'] tbody .badge");
}
