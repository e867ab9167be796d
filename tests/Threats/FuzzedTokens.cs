using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OctoLogin.Tests.Support;

namespace OctoLogin.Tests.Threats;

/// <summary>A good token, and mutations of it that must all be refused.</summary>
internal sealed class FuzzedTokens
{
    public const string Issuer = "https://fuzz.example.com";
    public const string KeyId = "fuzz-key";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string GoodHeader = $$"""{"typ":"JWT","alg":"ES256","kid":"{{KeyId}}"}""";

    /// <summary>Every kind of condition, so that every kind is attacked.</summary>
    public static readonly object Identity = new
    {
        Name = "fuzz", Issuer, Subject = "job:*:main", Conditions = new object[]
        {
            new { Claim = "ref", Kind = "Equals", Values = new[] { "main" } }, new { Claim = "team", Kind = "OneOf", Values = new[] { "dev", "ops" } }, new { Claim = "flow", Values = new[] { "*/release.yml@?*" } },
            new { Claim = "approved", Kind = "Boolean", Values = new[] { "true" } }, new { Claim = "level", Kind = "Number", Values = new[] { "3" } }, new { Claim = "/k8s/ns", Kind = "Equals", Values = new[] { "ci" } },
            new { Claim = "env", Kind = "Exists" }, new { Claim = "fork", Kind = "Absent" },
        },
    };

    private readonly ECDsa key;
    private readonly ECDsa wrongKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string audience;
    private readonly long now;
    private readonly string[] unused;

    public FuzzedTokens(ECDsa key, string audience, DateTimeOffset now)
    {
        (this.key, this.audience, this.now) = (key, audience, now.ToUnixTimeSeconds());
        Good = NewGood(new Random(0));
        unused = [.. Enumerable.Range(1, 20).Select(i => NewGood(new Random(i)))];
    }

    public string Good { get; }

    /// <summary>Good and never accepted so far.</summary>
    public string Unused(Random random) => FuzzedJson.Pick(random, unused);

    public string NewGood(Random random) => Sign(key, GoodHeader, Payload(Claims(random)));

    public (string What, string Token) Mutated(Random random)
    {
        var (what, token) = random.Next(12) switch
        {
            < 5 => ("text", MutatedText(random, FuzzedJson.Pick(random, unused))),
            < 7 => ("wrong key", Sign(wrongKey, random.Next(2) == 0 ? GoodHeader : MutatedHeader(random), random.Next(2) == 0 ? Payload(Claims(random)) : MutatedPayload(random))),
            < 9 => ("header, right key", Sign(key, MutatedHeader(random), Payload(Claims(random)))),
            _ => ("claims, right key", Sign(key, GoodHeader, MutatedPayload(random))),
        };
        return (what, token);
    }

    /// <summary>Bits, characters and parts of a token's text, with its signature left as it was.</summary>
    public string MutatedText(Random random, string token)
    {
        var mutated = token;
        for (var times = random.Next(1, 4); times > 0 || mutated == token || unused.Contains(mutated); times--)
        {
            mutated = MutateOnce(random, mutated);
        }
        return mutated;
    }

    private string MutateOnce(Random random, string text)
    {
        var at = random.Next(text.Length + 1);
        var parts = text.Split('.');
        switch (random.Next(10))
        {
            case 0 when at < text.Length:
                return text[..at] + (char)(text[at] ^ (1 << random.Next(7))) + text[(at + 1)..];
            case 1:
                return text[..at];
            case 2:
                return text[..at] + (char)random.Next(random.Next(2) == 0 ? 128 : 0xD800) + text[at..];
            case 3 when at < text.Length:
                return text.Remove(at, Math.Min(text.Length - at, random.Next(1, 20)));
            case 4 when at < text.Length:
                return text[..at] + FuzzedJson.Pick(random, Alphabet.ToCharArray()) + text[(at + 1)..];
            case 5:
                var other = FuzzedJson.Pick(random, unused).Split('.');
                var which = random.Next(parts.Length);
                parts[which] = other[random.Next(3)];
                return string.Join('.', parts);
            case 6:
                random.Shuffle(parts);
                return string.Join('.', parts);
            case 7:
                return string.Join('.', parts.Append(FuzzedJson.Pick(random, parts)));
            case 8:
                var part = random.Next(parts.Length);
                parts[part] = Base64Url.EncodeToString(Flipped(random, parts[part]));
                return string.Join('.', parts);
            default:
                return text.Insert(at, FuzzedJson.Pick(random, (string[])["=", "==", ".", " ", "\n", "\0", "%", "+", "/", "\ufeff", "\u212a"]));
        }
    }

    private static byte[] Flipped(Random random, string part)
    {
        var bytes = Encoding.Latin1.GetBytes(part);
        try
        {
            bytes = Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            // Mutated before: then its text stands for it.
        }
        if (bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }
        return bytes;
    }

    private static string MutatedHeader(Random random) => random.Next(9) switch
    {
        0 => $$"""{"typ":"JWT","alg":{{FuzzedJson.Value(random)}},"kid":"{{KeyId}}"}""",
        1 => $$"""{"alg":"{{FuzzedJson.Pick(random, (string[])["none", "None", "HS256", "RS256", "PS256", "ES384", "ES512", "es256", "ES256K", "EdDSA", "ES256 ", "RSA-OAEP", "dir"])}}","kid":"{{KeyId}}"}""",
        2 => $$"""{"alg":"ES256","kid":{{FuzzedJson.Value(random)}}}""",
        3 => $$"""{"typ":{{FuzzedJson.Value(random)}},"alg":"ES256","kid":"{{KeyId}}"}""",
        4 => $$"""{"alg":"ES256","kid":"{{KeyId}}","{{FuzzedJson.Pick(random, (string[])["crit", "b64", "zip"])}}":{{FuzzedJson.Value(random)}}}""",
        5 => $$"""{"alg":"ES256","kid":"{{KeyId}}","{{FuzzedJson.Pick(random, (string[])["alg", "kid", "\\u0061lg"])}}":"ES256"}""",
        6 => $"[{GoodHeader}]",
        7 => GoodHeader[..random.Next(GoodHeader.Length)],
        _ => GoodHeader + FuzzedJson.Pick(random, (string[])["{}", ",", "x", "\0", "]"]),
    };

    private string MutatedPayload(Random random)
    {
        var claims = Claims(random);
        var name = FuzzedJson.Pick(random, (string[])["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "ref", "team", "flow", "approved", "level", "k8s", "env", "fork"]);
        var good = Payload(claims);
        switch (random.Next(8))
        {
            case 0 when name is not ("nbf" or "iat" or "jti" or "fork"):
                claims.Remove(name);
                return Payload(claims);
            case 1:
                claims[name] = WrongTime(random, name) ?? WrongValue(random, name);
                return Payload(claims);
            case 2:
                return $"{good[..^1]},\"{FuzzedJson.Pick(random, claims.Keys.ToList())}\":{FuzzedJson.Value(random)}}}";
            case 3:
                return good[..random.Next(good.Length)];
            case 4:
                return good + FuzzedJson.Pick(random, (string[])["{}", ",", "x", "\0", "]", good]);
            case 5:
                return FuzzedJson.Pick(random, (string[])[$"[{good}]", JsonSerializer.Serialize(good), FuzzedJson.Value(random), "", new string('{', 50)]);
            case 6:
                return $"{good[..^1]},\"x\":{new string('[', random.Next(16, 1000))}";
            default:
                claims[name] = WrongValue(random, name);
                return Payload(claims);
        }
    }

    /// <summary>Where the claim is not asked for by a value of its own, one that no value can make good.</summary>
    private static string WrongValue(Random random, string name) => name switch
    {
        "env" => "null",
        "exp" or "nbf" or "iat" => FuzzedJson.Pick(random, (string[])["null", "false", "\"1\"", "[]", "{}", "-1", "1.5", "1e400", "99999999999999"]),
        "jti" => FuzzedJson.Pick(random, (string[])["null", "false", "1", "[]", "{}", "\"\"", $"\"{new string('j', 1001)}\""]),
        _ => FuzzedJson.Value(random),
    };

    private string? WrongTime(Random random, string name) => name switch
    {
        "exp" => random.Next(2) == 0 ? $"{now - random.Next(31, 100_000)}" : $"{now + random.Next(90_000, 1_000_000)}",
        "nbf" or "iat" => $"{now + random.Next(31, 80_000)}",
        _ => null,
    };

    private Dictionary<string, string> Claims(Random random) => new()
    {
        ["iss"] = $"\"{Issuer}\"", ["sub"] = "\"job:7:main\"", ["aud"] = random.Next(2) == 0 ? $"\"{audience}\"" : $"[\"x\",\"{audience}\"]",
        ["iat"] = $"{now}", ["nbf"] = $"{now - 300}", ["exp"] = $"{now + 3600}", ["jti"] = $"\"{random.NextInt64()}\"", ["ref"] = "\"main\"", ["team"] = "[\"qa\",\"ops\"]",
        ["flow"] = "\"acme/web/release.yml@main\"", ["approved"] = "true", ["level"] = "3.0", ["k8s"] = """{"ns":"ci"}""", ["env"] = "\"production\"",
    };

    private static string Payload(Dictionary<string, string> claims) => $"{{{string.Join(',', claims.Select(claim => $"\"{claim.Key}\":{claim.Value}"))}}}";

    private static string Sign(ECDsa key, string header, string payload) => Attacks.Jws(header, payload, input =>
    {
        lock (key)
        {
            return key.SignData(input, HashAlgorithmName.SHA256);
        }
    });
}
