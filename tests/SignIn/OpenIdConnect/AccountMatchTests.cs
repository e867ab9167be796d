using System.Text.Json;
using OctoLogin.SignIn.OpenIdConnect;
using OctoLogin.Users;

namespace OctoLogin.Tests.SignIn;

/// <summary>The contract's four rules, and what claims say.</summary>
public sealed class AccountMatchTests
{
    private const string Verified = """{"sub":"s","email":"a@example.com","email_verified":true}""";
    private const string Unverified = """{"sub":"s","email":"a@example.com","email_verified":false}""";
    private const string Silent = """{"sub":"s","email":"a@example.com"}""";
    private const string NoEmail = """{"sub":"s","preferred_username":"a"}""";

    // Who is linked, who has the address (a: active, d: disabled, l: active and linked to another person, x: disabled and linked), the settings (c: creates, t: trusts), what becomes of it.
    [Theory]
    [InlineData(Verified, "a", "", "", MatchKind.Linked, "")]
    [InlineData(Unverified, "a", "a", "", MatchKind.Linked, "")]
    [InlineData(Verified, "d", "", "c", MatchKind.Refused, "Your account is disabled")]
    [InlineData(Verified, "d", "a", "c", MatchKind.Refused, "Your account is disabled")]
    [InlineData(Verified, "", "a", "", MatchKind.ByEmail, "")]
    [InlineData(Silent, "", "a", "", MatchKind.ByEmail, "")]
    [InlineData(Verified, "", "ad", "", MatchKind.ByEmail, "")]
    [InlineData(Verified, "", "al", "", MatchKind.ByEmail, "")]
    [InlineData(Verified, "", "aa", "c", MatchKind.Refused, "Several accounts")]
    [InlineData(Unverified, "", "a", "c", MatchKind.Refused, "is not verified")]
    [InlineData(Unverified, "", "a", "t", MatchKind.ByEmail, "")]
    [InlineData(Unverified, "", "", "c", MatchKind.Created, "")]
    [InlineData(Verified, "", "l", "", MatchKind.Refused, "There is no account for a@example.com")]
    [InlineData(Verified, "", "l", "c", MatchKind.Created, "")]
    [InlineData(Verified, "", "d", "c", MatchKind.Refused, "Your account is disabled")]
    [InlineData(Verified, "", "x", "c", MatchKind.Refused, "Your account is disabled")]
    [InlineData(Verified, "", "", "", MatchKind.Refused, "There is no account for a@example.com; ask an administrator, or turn on Allow Auto User Creation")]
    [InlineData(NoEmail, "", "", "", MatchKind.Refused, "There is no account for a;")]
    [InlineData(NoEmail, "", "", "c", MatchKind.Created, "")]
    public void Decides_by_the_rules_in_their_order(string claims, string linked, string holders, string settings, MatchKind kind, string message)
    {
        var set = ProviderSettings.Unset with { AllowAutoUserCreation = settings.Contains('c'), TrustUnverifiedEmail = settings.Contains('t') };
        var match = AccountMatch.Decide(Read(claims), set, linked.Length == 0 ? null : Account(linked[0]), [.. holders.Select(one => new EmailHolder(Account(one), one is 'l' or 'x'))]);
        match.Kind.ShouldBe(kind);
        match.Message.ShouldContain(message);
        (match.Kind == MatchKind.Refused).ShouldBe(match.Advice.Length > 0);
        if (match.Kind == MatchKind.ByEmail)
        {
            match.User!.IsActive.ShouldBeTrue();
        }
    }

    [Theory]
    // What the ID token says stands; what it lacks comes from userinfo; whether an address was verified is said by who says the address.
    [InlineData("""{"sub":"s","email":"a@x","email_verified":false}""", """{"sub":"s","email":"b@x","email_verified":true}""", "a@x", true)]
    [InlineData("""{"sub":"s","email_verified":true}""", """{"sub":"s","email":"b@x"}""", "b@x", false)]
    [InlineData("""{"sub":"s","email_verified":true}""", """{"sub":"s","email":"b@x","email_verified":false}""", "b@x", true)]
    [InlineData("""{"sub":"s","email":"a@x"}""", """{"sub":"s","email_verified":false}""", "a@x", true)]
    [InlineData("""{"sub":"s","email":" a@x ","email_verified":"true"}""", "{}", "a@x", false)]
    [InlineData("""{"sub":"s","email":"a@x","email_verified":null}""", "{}", "a@x", true)]
    [InlineData("""{"sub":"s","email":["a@x"]}""", "{}", null, false)]
    public void An_address_and_whether_it_was_verified_belong_together(string idToken, string userInfo, string? email, bool unverified)
    {
        var claims = ReceivedClaims.Of(Json(idToken), Json(userInfo), ProviderSettings.Unset);
        (claims.Email, claims.IsEmailUnverified).ShouldBe((email, unverified));
    }

    [Theory]
    [InlineData("\"one\"", "one")]
    [InlineData("[\"one\",\"two\",\"one\",3,null,[\"four\"]]", "one,two")]
    [InlineData("{\"one\":true}", "")]
    [InlineData("7", "")]
    [InlineData("[\"\",\" one \"]", " one ")]
    public void Groups_are_texts_exactly_as_they_came(string claim, string groups) =>
        string.Join(',', ReceivedClaims.Of(Json($$"""{"sub":"s","groups":{{claim}}}"""), null, ProviderSettings.Unset).Groups).ShouldBe(groups);

    [Fact]
    public void Another_role_claim_is_read_where_the_settings_name_it()
    {
        var settings = ProviderSettings.Unset with { RoleClaimType = "https://example.com/roles", UsernameClaimType = "upn" };
        var claims = ReceivedClaims.Of(Json("""{"sub":"s","groups":["no"],"https://example.com/roles":["yes"],"preferred_username":"no","upn":"yes"}"""), null, settings);
        claims.Groups.ShouldBe(["yes"]);
        (claims.Username, AccountMatch.UsernameFor(claims)).ShouldBe(("yes", "yes"));
        claims.Deciding.ShouldBe(["sub", "email", "email_verified", "upn", "https://example.com/roles"]);
    }

    private static ReceivedClaims Read(string claims) => ReceivedClaims.Of(Json(claims), null, ProviderSettings.Unset);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static User Account(char kind) => new() { Id = $"Users-{kind}", Username = $"account-{kind}", DisplayName = "", IsActive = kind is 'a' or 'l', IsService = false };
}
