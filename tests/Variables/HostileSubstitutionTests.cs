using System.Diagnostics;
using OctoLogin.Variables;

namespace OctoLogin.Tests.Variables;

/// <summary>Texts and values by somebody who wants the server to stop.</summary>
public sealed class HostileSubstitutionTests
{
    private const int Length = 200_000;

    public static TheoryData<string> Unfinished => [.. new[]
    {
        "#{", "#{a", "#{a[", "#{a[#{", "#{a|f #{", "#{a|f ", "#{a | f \"", "#{a|f \\\"", "#{if a}", "#{if a}#{else}", "#{each x in y}", "#{unless a == \"", "#{a.", "#{a[b].", "#", "##", "###{", "##{",
        "#{/if}", "#{else}", "#{a[]", "#{ ", "#{a[#{b}][", "[#{a", "]#{a[", "#{a|f \"\" \\\"", "#{a|f \"b\" #{c} ",
    }.Select(text => text)];

    [Theory]
    [MemberData(nameof(Unfinished))]
    public void What_begins_again_and_again_is_read_in_time_or_refused(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, Length / piece.Length));
        var clock = Stopwatch.StartNew();
        try
        {
            Substitution.Expand(text, _ => null).Length.ShouldBeLessThanOrEqualTo(text.Length);
        }
        catch (SubstitutionException)
        {
            // Told, and in time.
        }
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var laughs = Enumerable.Range(0, 40).ToDictionary(i => $"L{i}", i => i == 0 ? "ha" : string.Concat(Enumerable.Repeat($"#{{L{i - 1}}}", 10)), StringComparer.OrdinalIgnoreCase);
        Should.Throw<SubstitutionException>(() => Substitution.Expand("#{L39}", SubstitutionSource.Of(laughs))).Message.ShouldContain("10000000");
    }

    [Fact]
    public void A_billion_silences_take_no_time()
    {
        var silences = Enumerable.Range(0, 40).ToDictionary(i => $"L{i}", i => i == 0 ? "" : string.Concat(Enumerable.Repeat($"#{{L{i - 1}}}", 10)), StringComparer.OrdinalIgnoreCase);
        Substitution.Expand("<#{L39}>", SubstitutionSource.Of(silences)).Text.ShouldBe("<>");
    }

    [Fact]
    public void Loops_in_loops_are_refused()
    {
        var list = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["L"] = new string(',', 10_000) };
        Should.Throw<SubstitutionException>(() => Substitution.Expand("#{each a in L}#{each b in L}#{each c in L}#{/each}#{/each}#{/each}", SubstitutionSource.Of(list)));
    }

    [Fact]
    public void Patterns_by_the_thousand_are_refused()
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["A"] = "a", ["P"] = string.Concat(Enumerable.Repeat("(a|b|[c-z]{3})*", 30)) };
        Should.Throw<SubstitutionException>(() => Substitution.Expand(string.Concat(Enumerable.Repeat("#{A | Match #{P}}", 100_000)), SubstitutionSource.Of(values)));
    }

    [Theory]
    [InlineData("#{A | Indent 255 | Indent 255 | Indent 255}")]
    [InlineData("#{A | Replace \"x*\" #{A}}")]
    [InlineData("#{A | Append #{A} #{A} | Append #{A} #{A} #{A} #{A} #{A} #{A}}")]
    public void Filters_that_blow_up_a_value_are_refused(string text)
    {
        var large = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["A"] = string.Concat(Enumerable.Repeat("x\n", 500_000)) };
        Should.Throw<SubstitutionException>(() => Substitution.Expand(text, SubstitutionSource.Of(large)));
    }

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["A"] = new string('a', 100_000) + "!", ["P"] = "^(([a-z])+.)+[A-Z]([a-z])+$" };
        var clock = Stopwatch.StartNew();
        Substitution.Expand("#{A | Match #{P}}", SubstitutionSource.Of(values)).Text.ShouldBe("false");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_chain_of_values_ends_at_the_depth_that_is_allowed_and_says_so()
    {
        var chain = Enumerable.Range(0, 10_000).ToDictionary(i => $"V{i}", i => $"#{{V{i + 1}}}", StringComparer.OrdinalIgnoreCase);
        var done = Substitution.Expand("#{V0}", SubstitutionSource.Of(chain));
        done.Text.ShouldBe($"#{{V{Substitution.MostDepth}}}");
        done.Cycles.ShouldBe([$"V{Substitution.MostDepth}"]);
        Substitution.Expand($"#{{V{10_000 - Substitution.MostDepth + 1}}}", SubstitutionSource.Of(chain)).Text.ShouldBe("#{V10000}");
    }

    [Fact]
    public void Ten_thousand_blocks_in_one_another_do_not_fill_the_stack()
    {
        var text = string.Concat(Enumerable.Repeat("#{if A}", 10_000)) + "x" + string.Concat(Enumerable.Repeat("#{/if}", 10_000));
        Substitution.Expand(text, _ => "1").ShouldContain("#{if A}x#{/if}");
        Substitution.Expand(string.Concat(Enumerable.Repeat("#{A[", 300)) + "A" + string.Concat(Enumerable.Repeat("]}", 300)), _ => "1").ShouldEndWith("}");
    }

    [Fact]
    public void Values_within_blocks_within_values_do_not_fill_a_small_stack()
    {
        string Nested(string inner) => string.Concat(Enumerable.Repeat("#{if V999}", 29)) + inner + string.Concat(Enumerable.Repeat("#{/if}", 29));
        var chain = Enumerable.Range(0, 100).ToDictionary(i => $"V{i}", i => Nested($"#{{V{i + 1}}}"), StringComparer.OrdinalIgnoreCase);
        chain["V999"] = "1";
        var text = "";
        var thread = new Thread(() => text = Substitution.Expand("#{V0}", SubstitutionSource.Of(chain)).Text, 1024 * 1024);
        thread.Start();
        thread.Join();
        text.ShouldContain("#{V50}");
    }
}
