using System.Text.Json;
using OctoLogin.Jose;
using OctoLogin.TokenExchange;

namespace OctoLogin.Tests.Jose;

/// <summary>
/// Project Wycheproof's vectors through the code that verifies subject tokens: the strict parser, the choice of the key, the signature.
/// What they sign is no JWT ("foo"), so the claims are left out.
/// </summary>
public sealed class WycheproofTests(ITestOutputHelper output)
{
    [Fact]
    public void Signatures_are_accepted_and_refused_as_they_must_be() => Run("json_web_signature_test.json", expectedValid: 32, expectedInvalid: 355, expectedSkipped: 14);

    [Fact]
    public void Keys_are_accepted_and_refused_as_they_must_be() => Run("json_web_key_test.json", expectedValid: 1, expectedInvalid: 21, expectedSkipped: 4);

    private void Run(string file, int expectedValid, int expectedInvalid, int expectedSkipped)
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Jose", "Vectors", file)));
        var (valid, invalid) = (0, 0);
        var (wrong, skipped) = (new List<string>(), new List<string>());
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var keys = KeysOf(group);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var mustVerify = test.GetProperty("result").GetString() == "valid";
                var verifies = Verifies(keys, test.GetProperty("jws").GetString()!);
                var name = $"{group.GetProperty("comment").GetString()} {test.GetProperty("tcId").GetInt32()} {test.GetProperty("comment").GetString()}";
                if (verifies == mustVerify)
                {
                    _ = mustVerify ? valid++ : invalid++;
                }
                else if (mustVerify && WhyRefused(group, test) is { } reason)
                {
                    skipped.Add($"{name}: {reason}");
                }
                else
                {
                    wrong.Add($"{name}: must be {(mustVerify ? "accepted" : "refused")}");
                }
            }
        }
        output.WriteLine($"{valid} valid accepted, {invalid} invalid refused, {skipped.Count} not applicable:\n{string.Join('\n', skipped)}");
        wrong.ShouldBeEmpty();
        (valid, invalid, skipped.Count).ShouldBe((expectedValid, expectedInvalid, expectedSkipped));
    }

    private static bool Verifies(IssuerKeySet keys, string jws)
    {
        try
        {
            var token = CompactJws.ParseSigned(jws);
            return keys.Choose(token).Key?.Verifies(token) == true;
        }
        catch (JwsFormatException)
        {
            return false;
        }
    }

    private static IssuerKeySet KeysOf(JsonElement group)
    {
        var published = group.TryGetProperty("public", out var shown) ? shown : group.GetProperty("private");
        var keys = published.TryGetProperty("keys", out var set) ? set.EnumerateArray().ToArray() : [published];
        return new IssuerKeySet([.. keys.Select(VerificationKey.Read)], "", null);
    }

    /// <summary>A vector that is valid by the standard and that the contract refuses all the same.</summary>
    private static string? WhyRefused(JsonElement group, JsonElement test)
    {
        var text = group.GetRawText();
        return text.Contains("\"oct\"", StringComparison.Ordinal) ? "a symmetric key; HMAC is never accepted from an issuer"
            : text.Contains("\"ES521\"", StringComparison.Ordinal) ? "the key's 'alg' is ES521, which names no algorithm (RFC 7518 has ES512)"
            : CompactJws.ParseSigned(test.GetProperty("jws").GetString()!).Algorithm.Name is var used
                && group.GetProperty("public").GetProperty("alg").GetString() is { } published && published != used ? $"the key is published for {published}, the token is signed with {used}"
            : null;
    }
}
