using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using OctoLogin.Scripts;
using OctoLogin.ServerTasks;

namespace OctoLogin.Tests.Scripts;

/// <summary>Secrets in pieces, other encodings and many lines, from a seed: none appears, and nothing else is lost.</summary>
public sealed class MaskingFuzzTests
{
    private const int Pieces = 120_000;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void No_secret_appears(int seed, bool withPauses)
    {
        var random = new Random(seed);
        var secrets = Secrets(random);
        var mask = new SecretMask();
        secrets.ForEach(mask.Add);
        var shown = new StringBuilder();
        var channel = new OutputChannel(LogCategory.Info, mask, (_, line) => shown.Append(line), _ => { }, _ => { });
        var written = new List<string>();
        var number = 0;
        for (var pieces = 0; pieces < Pieces;)
        {
            var marker = $"«{number++}»";
            var disguised = Disguise(secrets[random.Next(secrets.Count)], random);
            written.Add(disguised);
            foreach (var piece in Cut(Encoding.UTF8.GetBytes(marker + disguised), random))
            {
                channel.Read(piece);
                pieces++;
                if (withPauses && random.Next(4) == 0)
                {
                    channel.Flush();
                }
            }
        }
        channel.End();
        var text = shown.ToString();
        foreach (var form in secrets.SelectMany(secret => new[] { secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Uri.EscapeDataString(secret) }).Distinct())
        {
            text.ShouldNotContain(OneLine(form), Case.Sensitive);
        }
        written.Select(OneLine).Distinct().Where(text.Contains).ShouldBeEmpty();
        Enumerable.Range(0, number).Where(one => !text.Contains($"«{one}»", StringComparison.Ordinal)).ShouldBeEmpty();
        text.ShouldContain("********");
    }

    [Fact]
    public async Task No_secret_appears_in_the_log_of_a_real_script()
    {
        using var rig = new ScriptRig();
        var random = new Random(5);
        var secrets = Secrets(random);
        var input = new StringBuilder();
        for (var i = 0; i < 3000; i++)
        {
            input.Append(CultureInfo.InvariantCulture, $"«{i}»").Append(Disguise(secrets[random.Next(secrets.Count)], random)).Append(i % 3 == 0 ? "\n" : " ");
        }
        var request = ScriptRig.Bash("""
            cat input; dd if=input bs=7 status=none; dd if=input bs=1009 status=none >&2
            while IFS= read -r -n 5 -d '' piece; do printf '%s' "$piece"; done < <(head -c 20000 input)
            base64 input; base64 -w 0 input; get_octopusvariable secret3; get_octopusvariable secret3 >&2
            """);
        var ran = await rig.RunAsync(request with
        {
            Files = [new ScriptFile("input", Encoding.UTF8.GetBytes(input.ToString()))],
            Variables = secrets.Select((secret, i) => (secret, i)).ToDictionary(one => $"secret{one.i}", one => one.secret),
            SensitiveNames = secrets.Select((_, i) => $"secret{i}").ToHashSet(),
        });
        var text = string.Concat(ran.Succeeded().Lines.Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]));
        secrets.Select(OneLine).Where(text.Contains).ShouldBeEmpty();
        text.ShouldContain("«2999»");
    }

    private static List<string> Secrets(Random random)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        const string Any = Letters + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ üßé漢🐙";
        var secrets = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            secrets.Add(Text(i % 2 == 0 ? Letters : Any, random.Next(8, 60)));
        }
        // Overlapping, one inside the other, repetitive.
        secrets.Add(secrets[0] + secrets[2]);
        secrets.Add(secrets[4][2..] + Text(Letters, 9));
        secrets.Add(new string('a', 40));
        secrets.Add(string.Concat(Enumerable.Repeat("abab", 12)) + "c");
        for (var i = 0; i < 6; i++)
        {
            secrets.Add("-----BEGIN KEY-----\n" + string.Join(i % 2 == 0 ? "\n" : "\r\n", Enumerable.Range(0, 20).Select(_ => Text(Letters + "+/", 64))) + "\n-----END KEY-----\n");
        }
        return secrets;

        string Text(string of, int length)
        {
            var runes = of.EnumerateRunes().ToArray();
            return string.Concat(Enumerable.Range(0, length).Select(_ => runes[random.Next(runes.Length)].ToString())).Trim().PadRight(8, 'x');
        }
    }

    private static string Disguise(string secret, Random random)
    {
        var form = random.Next(8) switch
        {
            0 => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('.', random.Next(4)) + secret + new string('.', random.Next(4)))),
            1 => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            2 => Uri.EscapeDataString(secret),
            3 => WebUtility.UrlEncode(secret),
            4 => JsonSerializer.Serialize(secret),
            5 => secret.Replace("\n", "\r\n", StringComparison.Ordinal),
            _ => secret,
        };
        var disguised = new StringBuilder();
        var how = random.Next(4);
        foreach (var rune in form.EnumerateRunes())
        {
            disguised.Append(rune);
            // Cut into lines, or with colours in between.
            disguised.Append(how == 0 && random.Next(20) == 0 ? "\n" : how == 1 && random.Next(10) == 0 ? "\u001b[1;31m" : "");
        }
        return disguised.ToString();
    }

    private static IEnumerable<byte[]> Cut(byte[] bytes, Random random)
    {
        var most = random.Next(3) == 0 ? 1 : random.Next(2, 40);
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, most + 1), bytes.Length - at);
            yield return bytes[at..(at + length)];
            at += length;
        }
    }

    private static string OneLine(string text) => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\u001b[1;31m", "", StringComparison.Ordinal);
}
