using OctoLogin.ServiceAccounts;

namespace OctoLogin.Tests.ServiceAccounts;

public sealed class SubjectPatternTests
{
    [Theory]
    [InlineData("repo:acme/web:ref:refs/heads/main", "repo:acme/web:ref:refs/heads/main", true)]
    [InlineData("repo:acme/web:ref:refs/heads/*", "repo:acme/web:ref:refs/heads/release/1.0", true)]
    [InlineData("repo:acme/web:ref:refs/heads/*", "repo:acme/web:ref:refs/heads/", true)]
    [InlineData("repo:acme/web:ref:refs/heads/*", "repo:acme/web:ref:refs/tags/v1", false)]
    [InlineData("v?.?", "v1.2", true)]
    [InlineData("v?.?", "v1.20", false)]
    [InlineData("v?", "v", false)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*b*c", "a-b-c", true)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("*?*", "x", true)]
    [InlineData("*?*", "", false)]
    [InlineData("*a?c*", "zzabczz", true)]
    [InlineData("*a?c*", "zzabbczz", false)]
    [InlineData("main", "Main", false)]
    [InlineData("main", "main\n", false)]
    [InlineData("ma.n", "main", false)]
    [InlineData("(a+)+$", "aaaa", false)]
    [InlineData("[a-z]", "a", false)]
    [InlineData("\u0131", "i", false)]
    [InlineData("caf\u00e9", "cafe\u0301", false)]
    public void Only_star_and_question_mark_are_special_and_the_whole_text_must_match(string pattern, string text, bool matches) =>
        SubjectPattern.Matches(pattern, text).ShouldBe(matches);

    [Fact]
    public void Agrees_with_a_naive_matcher_on_a_hundred_thousand_random_pairs()
    {
        var random = new Random(20261120);
        for (var i = 0; i < 100_000; i++)
        {
            var pattern = Text(random, "ab?*", 10);
            var text = Text(random, "ab", 14);
            SubjectPattern.Matches(pattern, text).ShouldBe(Naive(pattern, text), $"'{pattern}' on '{text}'");
        }
    }

    [Fact]
    public void Agrees_with_the_naive_matcher_where_a_part_is_longer_than_a_machine_word()
    {
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var text = Text(random, "ab", 300, fewest: 150);
            var part = text.Substring(20, 100).ToCharArray();
            part[random.Next(100)] = '?';
            part[random.Next(100)] = random.Next(2) == 0 ? '?' : 'a';
            var pattern = $"*{new string(part)}*";
            SubjectPattern.Matches(pattern, text).ShouldBe(Naive(pattern, text), $"'{pattern}' on '{text}'");
        }
    }

    [Theory]
    [InlineData("*a*a*a*a*a*a*b", 'a')]
    [InlineData("*a?a?a?*a?a?a?*b", 'a')]
    [InlineData("*?a?a?a?a?a?a?a?a?b*", 'a')]
    public void Time_grows_linearly_with_the_text(string pattern, char filler)
    {
        SubjectPattern.Matches(pattern, new string(filler, 1_000), out var small);
        SubjectPattern.Matches(pattern, new string(filler, 10_000), out var large);
        large.ShouldBeLessThanOrEqualTo((small * 10) + 100);
    }

    private static string Text(Random random, string alphabet, int most, int fewest = 0) =>
        new([.. Enumerable.Range(0, random.Next(fewest, most + 1)).Select(_ => alphabet[random.Next(alphabet.Length)])]);

    /// <summary>By the definition, with a table of all prefixes.</summary>
    private static bool Naive(string pattern, string text)
    {
        var table = new bool[pattern.Length + 1, text.Length + 1];
        table[0, 0] = true;
        for (var p = 1; p <= pattern.Length; p++)
        {
            table[p, 0] = table[p - 1, 0] && pattern[p - 1] == '*';
            for (var t = 1; t <= text.Length; t++)
            {
                table[p, t] = pattern[p - 1] == '*'
                    ? table[p - 1, t] || table[p, t - 1]
                    : table[p - 1, t - 1] && (pattern[p - 1] == '?' || pattern[p - 1] == text[t - 1]);
            }
        }
        return table[pattern.Length, text.Length];
    }
}
