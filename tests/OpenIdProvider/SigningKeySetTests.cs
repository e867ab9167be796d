using OctoLogin.OpenIdProvider;

namespace OctoLogin.Tests.OpenIdProvider;

/// <summary>Which of many keys the JWKS shows.</summary>
public sealed class SigningKeySetTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Keys as NAME:from[..until], in hours from now, the newest first; R of ID tokens, E of access tokens, x revoked.</summary>
    [Theory]
    [InlineData("E1:-5 R1:-5", "E1 R1")]
    // the day before a change, of both kinds
    [InlineData("E2:24 R2:24 E1:-99..61 R1:-99..61", "E1 R1 E2 R2")]
    // after it
    [InlineData("E2:-1 R2:-1 E1:-99..36 R1:-99..36", "E2 R2 E1 R1")]
    // changes at once leave out what was retired longest ago
    [InlineData("R4:-1 R3:-2..36 R2:-3..35 R1:-4..34 E1:-9", "R4 E1 R3 R2")]
    [InlineData("R3:24 R2:-1..61 E2:-1 R1:-9..36 E1:-9..36", "R2 E2 R3 R1")]
    // what signs or will sign is never left out
    [InlineData("E3:24 R3:24 E2:-1..61 R2:-1..61 E1:-9..36 R1:-9..36", "E2 R2 E3 R3")]
    // no longer published, or revoked
    [InlineData("R3:-1 R2:-50..-1 Rx:-60 E1:-9", "R3 E1")]
    public void What_signs_comes_first_then_what_will_then_what_was_retired_last(string keys, string shown) =>
        string.Join(' ', SetOf(keys).Published.Select(key => key.Kid)).ShouldBe(shown);

    [Theory]
    [InlineData("E1:-5 R1:-5", true, null)]
    [InlineData("R2:24 R1:-99..61 E1:-5", true, 24)]
    [InlineData("E2:24 R2:24 E1:-99..61 R1:-99..61", false, 24)]
    [InlineData("R2:-1 E1:-99..36 R1:-99..30", true, 30)]
    public void It_says_whether_there_is_room_and_until_when_it_is_true(string keys, bool room, int? hours)
    {
        SetOf(keys).HasRoom.ShouldBe(room);
        SetOf(keys).Until.ShouldBe(hours is { } h ? Now.AddHours(h) : null);
    }

    [Fact]
    public void A_key_signs_tokens_of_its_kind_alone()
    {
        var keys = SetOf("R2:24 E1:-5 R1:-9..61");
        keys.Signing(SigningKeyUse.IdTokens)!.Kid.ShouldBe("R1");
        keys.Next(SigningKeyUse.IdTokens)!.Kid.ShouldBe("R2");
        keys.Signing(SigningKeyUse.AccessTokens)!.Kid.ShouldBe("E1");
        keys.Next(SigningKeyUse.AccessTokens).ShouldBeNull();
    }

    private static SigningKeySet SetOf(string keys) => new([.. keys.Split(' ').Select(KeyOf)], Now);

    private static SigningKey KeyOf(string text)
    {
        var (name, times) = (text.Split(':')[0], text.Split(':')[1].Split(".."));
        return new SigningKey
        {
            Kid = name,
            Algorithm = name[0] == 'R' ? "RS256" : "ES256",
            PublicJwk = "{}",
            PrivateKey = [1],
            CreatedAt = Now,
            ActiveFrom = Now.AddHours(int.Parse(times[0])),
            PublishedUntil = times.Length > 1 ? Now.AddHours(int.Parse(times[1])) : null,
            RevokedAt = name.Contains('x') ? Now : null,
        };
    }
}
