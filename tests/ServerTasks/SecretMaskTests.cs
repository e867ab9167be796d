using System.Net;
using System.Text;
using System.Text.Json;
using OctoLogin.ServerTasks;

namespace OctoLogin.Tests.ServerTasks;

public sealed class SecretMaskTests
{
    private const string Secret = "p@ss'w0rd/\"<&>ü+ x";

    public static TheoryData<string> Forms => new(
        Secret,
        JsonSerializer.Serialize(Secret)[1..^1],
        Secret.Replace("\"", "\\\"", StringComparison.Ordinal),
        Secret.Replace("\"", "\\\"", StringComparison.Ordinal).Replace("ü", "\\u00fc", StringComparison.Ordinal),
        JsonSerializer.Serialize(Secret)[1..^1].ToLowerInvariant(),
        Uri.EscapeDataString(Secret),
        Uri.EscapeDataString(Secret).Replace("%C3%BC", "%c3%bc", StringComparison.Ordinal).Replace("%2F", "%2f", StringComparison.Ordinal)
            .Replace("%3C", "%3c", StringComparison.Ordinal).Replace("%3E", "%3e", StringComparison.Ordinal).Replace("%2B", "%2b", StringComparison.Ordinal),
        WebUtility.UrlEncode(Secret),
        "p@ss&apos;w0rd/&quot;&lt;&amp;&gt;ü+ x",
        "p@ss'\\''w0rd/\"<&>ü+ x",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)).TrimEnd('='),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)).Replace('+', '-').Replace('/', '_'));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Masks_a_secret_in_each_form(string form) => MaskOf(Secret).Apply($"before {form} after").ShouldBe("before ******** after");

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("user:")]
    public void Masks_base64_wherever_the_secret_begins_in_it(string before)
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + "Sw0rdfish!" + "and more"));
        var masked = MaskOf("Sw0rdfish!").Apply(text);
        masked.ShouldContain("********");
        // What is left decides fewer than eight bits of the secret at either end.
        var left = masked.Split("********");
        (left[0].Length - before.Length * 8 / 6).ShouldBeInRange(0, 1);
        left[1].Length.ShouldBeLessThan(15);
    }

    [Fact]
    public void Masks_each_line_and_the_whole_of_a_secret_with_lines()
    {
        var mask = MaskOf("first line\nsecond line\r\n\nab");
        mask.Apply("x first line y").ShouldBe("x ******** y");
        mask.Apply("x second line y").ShouldBe("x ******** y");
        mask.Apply("first line\nsecond line\n\nab!").ShouldBe("********!");
        mask.Apply("first line\\nsecond line\\r\\n\\nab!").ShouldBe("********!");
        mask.Apply("ab").ShouldBe("ab");
    }

    [Fact]
    public void Masks_a_secret_that_is_cut_into_lines()
    {
        MaskOf("0123456789abcdef").Apply("x 01234567\r\n89abcd\nef y\nz").ShouldBe("x ******** y\nz");
        // Four digits on two lines are a coincidence.
        MaskOf("1234").Apply("12\n34 1234").ShouldBe("12\n34 ********");
    }

    [Fact]
    public void Leaves_short_ones_alone()
    {
        var mask = MaskOf("abc", "", null, "    ", " ab ");
        mask.Apply("abc     ab  abc").ShouldBe("abc     ab  abc");
    }

    [Fact]
    public void Overlapping_secrets_become_one()
    {
        var mask = MaskOf("abcdef", "defghi", "cdef", "hijklmnop");
        mask.Apply("<abcdefghijklmnop>").ShouldBe("<********>");
        mask.Apply("<abcdefabcdef>").ShouldBe("<****************>");
        mask.Apply("<abcdeg cdefx>").ShouldBe("<abcdeg ********x>");
    }

    [Fact]
    public void A_line_waits_only_while_its_end_may_be_a_secrets_beginning()
    {
        var (lines, write) = LinesOf(MaskOf("secret-value"));
        write.Write("one\ntwo se");
        lines.ShouldBe(["one"]);
        write.Write("t\n");
        lines.ShouldBe(["one", "two set"]);
        write.Write("three sec\n");
        lines.Count.ShouldBe(2);
        write.Write("ret-value\nfour\n");
        lines.ShouldBe(["one", "two set", "three ********", "four"]);
        write.HoldsText.ShouldBeFalse();
    }

    [Fact]
    public void A_prompt_shows_when_it_is_flushed_and_the_secret_after_it_does_not()
    {
        var (lines, write) = LinesOf(MaskOf("hunter2-hunter2"));
        write.Write("Password: ");
        write.Flush();
        foreach (var character in "hunter2-hunter2\nnext")
        {
            write.Write([character]);
            write.Flush();
        }
        lines[0].ShouldBe("Password: ");
        string.Concat(lines).Length.ShouldBeGreaterThan(20);
        string.Concat(lines).ShouldNotContain("hunter2-");
    }

    [Fact]
    public void A_secret_that_is_added_later_is_masked_from_then_on()
    {
        var mask = MaskOf("first-secret");
        var (lines, write) = LinesOf(mask);
        write.Write("second-secret\nfirst-");
        mask.Add("second-secret");
        write.Write("secret\nsecond-secret\n");
        lines.ShouldBe(["second-secret", "********", "********"]);
    }

    [Fact]
    public void Lines_end_as_they_like_and_long_ones_come_in_parts()
    {
        var (lines, write) = LinesOf(new SecretMask());
        write.Write("a\r\nb\rc\n\nd\r");
        write.Write("\ne" + new string('x', 40_000) + "\nf\n");
        lines.Take(5).ShouldBe(["a", "b", "c", "", "d"]);
        lines.Skip(5).Select(line => line.Length).ShouldBe([16384, 16384, 40_001 - 2 * 16384, 1]);
    }

    [Fact]
    public void Takes_time_by_the_length_of_the_text_and_not_by_the_number_of_secrets()
    {
        var random = new Random(7);
        var mask = new SecretMask();
        for (var i = 0; i < 5_000; i++)
        {
            mask.Add(new string('a', random.Next(4, 60)) + i);
        }
        // The worst text for a search that starts again at each character.
        var text = new string('a', 1_000_000);
        var write = mask.Lines(_ => { });
        write.Write(text);
        write.Steps.ShouldBeInRange(1_000_000, 2_000_000);
    }

    [Fact]
    public void A_million_line_breaks_after_a_beginning_are_not_held_back()
    {
        var (lines, write) = LinesOf(MaskOf("secret-value"));
        write.Write("secret" + new string('\n', 1_000_000));
        lines.Count.ShouldBeGreaterThan(999_000);
    }

    [Fact]
    public void A_very_long_secret_is_masked_too()
    {
        var random = new Random(3);
        var secret = string.Create(200_000, random, (span, source) => { foreach (ref var c in span) { c = (char)source.Next('0', 'z'); } });
        var masked = MaskOf(secret).Apply("<" + secret + ">");
        masked.Replace("*", "", StringComparison.Ordinal).ShouldBe("<>");
    }

    internal static SecretMask MaskOf(params string?[] secrets)
    {
        var mask = new SecretMask();
        foreach (var secret in secrets)
        {
            mask.Add(secret);
        }
        return mask;
    }

    private static (List<string> Lines, MaskedLines Write) LinesOf(SecretMask mask)
    {
        var lines = new List<string>();
        return (lines, mask.Lines(lines.Add));
    }
}
