using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>Row A9 of docs/threats.md: each of Wycheproof's malformations, and more, made of a token that is good without it.</summary>
public sealed class MalformedTokenTests(BesiegedServer besieged) : IClassFixture<BesiegedServer>
{
    private readonly ServerFixture server = besieged.Server;

    private static readonly Dictionary<string, Func<string, string, string, string>> Malformations = new()
    {
        ["no signature"] = (h, p, _) => $"{h}.{p}.",
        ["no signature and no dot before it"] = (h, p, _) => $"{h}.{p}",
        ["no payload"] = (h, _, s) => $"{h}..{s}",
        ["no payload and no dot"] = (h, _, s) => $"{h}.{s}",
        ["no header"] = (_, p, s) => $".{p}.{s}",
        ["no header and no dot"] = (_, p, s) => $"{p}.{s}",
        ["the payload alone"] = (_, p, _) => $".{p}.",
        ["the payload without dots"] = (_, p, _) => p,
        ["dots alone"] = (_, _, _) => "..",
        ["an empty part more"] = (h, p, s) => $"{h}.{p}.{s}.",
        ["an empty part before"] = (h, p, s) => $".{h}.{p}.{s}",
        ["a part more"] = (h, p, s) => $"{h}.{p}.{s}.{s}",
        ["five parts, a JWE"] = (h, p, s) => $"{h}.{p}.{s}.{p}.{s}",
        ["six parts"] = (h, p, s) => $"{h}.{p}.{s}.{h}.{p}.{s}",
        ["flattened JSON serialisation"] = (h, p, s) => JsonSerializer.Serialize(new { @protected = h, payload = p, signature = s }),
        ["general JSON serialisation"] = (h, p, s) => JsonSerializer.Serialize(new { payload = p, signatures = new[] { new { @protected = h, signature = s } } }),
        ["padding after the header"] = (h, p, s) => $"{h}=.{p}.{s}",
        ["padding after the payload"] = (h, p, s) => $"{h}.{p}=.{s}",
        ["padding after the signature"] = (h, p, s) => $"{h}.{p}.{s}==",
        ["a space in the header"] = (h, p, s) => $"{h[..4]} {h[4..]}.{p}.{s}",
        ["a space in the payload"] = (h, p, s) => $"{h}.{p[..4]} {p[4..]}.{s}",
        ["a space in the signature"] = (h, p, s) => $"{h}.{p}.{s[..4]} {s[4..]}",
        ["a space before"] = (h, p, s) => $" {h}.{p}.{s}",
        ["a space after"] = (h, p, s) => $"{h}.{p}.{s} ",
        ["a line's end after"] = (h, p, s) => $"{h}.{p}.{s}\n",
        ["a line's end in the signature"] = (h, p, s) => $"{h}.{p}.{s[..64]}\r\n{s[64..]}",
        ["a tab in the payload"] = (h, p, s) => $"{h}.{p[..8]}\t{p[8..]}.{s}",
        ["a NUL after"] = (h, p, s) => $"{h}.{p}.{s}\0",
        ["a character of ordinary base64"] = (h, p, s) => $"{h}.{p}.{s[..10]}+/{s[12..]}",
        ["a character of no base64"] = (h, p, s) => $"{h}.{p}.{s[..10]}!{s[11..]}",
        ["a letter that folds to ASCII"] = (h, p, s) => $"{h}.{p}.{s[..10]}\u212a{s[11..]}",
        ["left-over bits in the signature"] = (h, p, s) => $"{h}.{p}.{LeftOverBits(s)}",
        ["a signature that is cut off"] = (h, p, s) => $"{h}.{p}.{s[..^4]}",
        ["a signature with a zero before"] = (h, p, s) => $"{h}.{p}.{Encode([0, .. Decode(s)])}",
        ["a signature with a zero after"] = (h, p, s) => $"{h}.{p}.{Encode([.. Decode(s), 0])}",
        ["a signature of zeros"] = (h, p, _) => $"{h}.{p}.{Encode(new byte[256])}",
        ["a changed signature"] = (h, p, s) => $"{h}.{p}.{Encode([(byte)(Decode(s)[0] ^ 1), .. Decode(s)[1..]])}",
        ["a changed payload"] = (h, p, s) => $"{h}.{Attacks.Part(Encoding.UTF8.GetString(Decode(p)).Replace("\"main\"", "\"main2\"").Replace("push", "pull"))}.{s}",
        ["a changed header"] = (h, p, s) => $"{Attacks.Part(Encoding.UTF8.GetString(Decode(h)).Replace("}", ",\"x\":1}"))}.{p}.{s}",
        ["another way to write the same header"] = (h, p, s) => $"{Attacks.Part(Encoding.UTF8.GetString(Decode(h)).Replace(":", ": "))}.{p}.{s}",
        ["a scheme before"] = (h, p, s) => $"Bearer {h}.{p}.{s}",
        ["quotes around"] = (h, p, s) => $"\"{h}.{p}.{s}\"",
        ["a byte order mark before"] = (h, p, s) => $"\ufeff{h}.{p}.{s}",
    };

    /// <summary>These are signed by the right key: only what they sign is not as a token's must be.</summary>
    private static readonly Dictionary<string, (string? Header, Func<string, byte[]> Payload)> Signed = new()
    {
        ["a token within a token"] = ("""{"alg":"RS256","kid":"test-key-1","cty":"JWT"}""", payload => Encoding.UTF8.GetBytes($"{Attacks.Part("{}")}.{Attacks.Part(payload)}.AAAA")),
        ["a list of claims"] = (null, payload => Encoding.UTF8.GetBytes($"[{payload}]")),
        ["claims as text"] = (null, payload => JsonSerializer.SerializeToUtf8Bytes(payload)),
        ["nothing"] = (null, _ => []),
        ["a number"] = (null, _ => "1"u8.ToArray()),
        ["null"] = (null, _ => "null"u8.ToArray()),
        ["a byte order mark before the claims"] = (null, payload => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(payload)]),
        ["claims in UTF-16"] = (null, payload => Encoding.Unicode.GetBytes(payload)),
        ["claims with an overlong encoding"] = (null, payload => [.. Encoding.UTF8.GetBytes(payload[..^1]), .. ",\"x\":\""u8, 0xC0, 0xAF, .. "\"}"u8]),
        ["claims with something after them"] = (null, payload => Encoding.UTF8.GetBytes(payload + "{}")),
        ["claims with a comma too many"] = (null, payload => Encoding.UTF8.GetBytes(payload[..^1] + ",}")),
        ["claims with a comment"] = (null, payload => Encoding.UTF8.GetBytes("/**/" + payload)),
        ["claims that nest too deep"] = (null, payload => Encoding.UTF8.GetBytes($"{payload[..^1]},\"x\":{new string('[', 2000)}{new string(']', 2000)}}}")),
        ["a header that is a list"] = ("""["RS256"]""", Encoding.UTF8.GetBytes),
        ["a header without alg"] = ("""{"kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["an alg that is a list"] = ("""{"alg":["RS256"],"kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["an alg of another casing"] = ("""{"alg":"rs256","kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["an alg of another name"] = ("""{"alg":"RSA256","kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["EdDSA"] = ("""{"alg":"EdDSA","kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["an encrypting alg"] = ("""{"alg":"RSA-OAEP","enc":"A128GCM","kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["PS256 over a PKCS#1 signature"] = ("""{"alg":"PS256","kid":"test-key-1"}""", Encoding.UTF8.GetBytes),
        ["a media type of another case"] = ("""{"alg":"RS256","kid":"test-key-1","typ":"application/at+jwt"}""", Encoding.UTF8.GetBytes),
    };

    public static TheoryData<string> MalformationNames => [.. Malformations.Keys];

    public static TheoryData<string> SignedNames => [.. Signed.Keys];

    [Theory]
    [MemberData(nameof(MalformationNames))]
    public async Task A9_a_good_token_in_a_form_that_is_not_exactly_its(string malformation)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var good = server.GitHubToken(audience);
        var parts = good.Split('.');
        var bad = Malformations[malformation](parts[0], parts[1], parts[2]);
        bad.ShouldNotBe(good);
        await server.ShouldRefuseAsync(audience, bad, malformation);
        (await server.ExchangeAsync(audience, good)).Status.ShouldBe(200, "without the malformation it is good, and was not used up");
    }

    [Theory]
    [MemberData(nameof(SignedNames))]
    public async Task A9_a_good_signature_over_what_is_no_plain_token(string attack)
    {
        var (_, audience) = await server.AddTrustedAccountAsync();
        var (header, payload) = Signed[attack];
        var input = $"{Attacks.Part(header ?? """{"typ":"JWT","alg":"RS256","kid":"test-key-1"}""")}.{Encode(payload(server.GoodPayload(audience)))}";
        var signature = server.GitHub.Key.SignData(Encoding.ASCII.GetBytes(input), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        await server.ShouldRefuseAsync(audience, $"{input}.{Encode(signature)}", attack);
    }

    /// <summary>256 bytes leave four bits over in their last character, which a lenient decoder drops: another text for the same token.</summary>
    private static string LeftOverBits(string signature)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return signature[..^1] + Alphabet[Alphabet.IndexOf(signature[^1]) + 1];
    }

    private static byte[] Decode(string part) => Base64Url.DecodeFromChars(part);

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
