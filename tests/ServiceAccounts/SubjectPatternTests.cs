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

    /// <summary>Characters that a regular expression, a culture or a normalisation would treat in its own way.</summary>
    [Fact]
    public void Agrees_with_the_naive_matcher_on_characters_that_others_find_special()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 50_000; i++)
        {
            var pattern = Text(random, "iI\u0131\u0130e\u0301\u00e9\n\ud83d\ude00.+^$|(?*?*", 9);
            var text = Text(random, "iI\u0131\u0130e\u0301\u00e9\n\ud83d\ude00.+^$|(?*", 12);
            SubjectPattern.Matches(pattern, text).ShouldBe(Naive(pattern, text), $"'{pattern}' on '{text}'");
        }
    }

    [Fact]
    public void Whatever_a_pattern_stands_for_it_matches_and_never_with_more_before_or_after_it()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 50_000; i++)
        {
            var pattern = Text(random, "abc?*", 12);
            var text = string.Concat(pattern.Select(c => c == '*' ? Text(random, "abcd", 6) : c == '?' ? Text(random, "abcd", 1, fewest: 1) : c.ToString()));
            SubjectPattern.Matches(pattern, text).ShouldBeTrue($"'{pattern}' on '{text}'");
            SubjectPattern.Matches(pattern, "#" + text).ShouldBe(pattern.StartsWith('*') || Naive(pattern, "#" + text), $"'{pattern}' on '#{text}'");
            SubjectPattern.Matches(pattern, text + "#").ShouldBe(pattern.EndsWith('*') || Naive(pattern, text + "#"), $"'{pattern}' on '{text}#'");
        }
    }

    /// <summary>Counted and not timed. Texts of nearly right beginnings multiply the time of a search that begins anew at each character.</summary>
    [Theory]
    [InlineData("*a*a*a*a*a*a*b", "a")]
    [InlineData("*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*", "a")]
    [InlineData("*a?a?a?*a?a?a?*b", "a")]
    [InlineData("*?a?a?a?a?a?a?a?a?b*", "a")]
    [InlineData("*aaaaaaaabaaaaaaaac*", "aaaaaaaab")]
    [InlineData("*abababababababac*", "ab")]
    [InlineData("*?*?*?*?*?*?*?*b", "a")]
    public void Steps_grow_with_the_text_and_no_faster(string pattern, string filler)
    {
        SubjectPattern.Matches(pattern, string.Concat(Enumerable.Repeat(filler, 1_000)), out var small);
        SubjectPattern.Matches(pattern, string.Concat(Enumerable.Repeat(filler, 10_000)), out var large);
        large.ShouldBeLessThanOrEqualTo((small * 10) + 100);
    }

    /// <summary>At most two comparisons for each character of text and pattern, times the machine words of the longest part with a question mark.</summary>
    [Fact]
    public void Steps_stay_below_their_bound_for_any_pattern_and_text()
    {
        var random = new Random(20261123);
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = Text(random, i % 2 == 0 ? "aab*" : "aaab?*", 150);
            var text = Text(random, "aaaab", 400);
            SubjectPattern.Matches(pattern, text, out var steps);
            var words = pattern.Split('*').Where(part => part.Contains('?')).Select(part => (part.Length + 63) / 64).DefaultIfEmpty(1).Max();
            steps.ShouldBeLessThanOrEqualTo((2L * (text.Length + pattern.Length) * words) + 10, $"'{pattern}' on '{text}'");
        }
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
