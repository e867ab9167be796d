using OctoLogin.Variables;

namespace OctoLogin.Tests.Variables;

/// <summary>The language of Octostache, row by row: a text, the variables (<c>Name=Value</c>, one a line), and what comes out.</summary>
public sealed class SubstitutionTests
{
    private static readonly DateTimeOffset Now = new(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));

    [Theory]
    // Names
    [InlineData("Hello, #{Name}!", "Name=World", "Hello, World!")]
    [InlineData("#{name}#{NAME}", "Name=x", "xx")]
    [InlineData("#{Foo Bar}#{ Foo Bar }", "Foo Bar=x", "xx")]
    [InlineData("#{a/b}#{a~b}#{(abc)}#{a:b}#{a-b_c}", "a/b=1\na~b=2\n(abc)=3\na:b=4\na-b_c=5", "12345")]
    [InlineData("#{Octopus.Action[Deploy web].Output.Url}", "Octopus.Action[Deploy web].Output.Url=u", "u")]
    [InlineData("#{A[x[0]].B}", "A[x[0]].B=deep", "deep")]
    [InlineData("#{A[].B}", "A[].B=blank", "blank")]
    [InlineData("#{A[#{B}]}", "B=x\nA[x]=y", "y")]
    [InlineData("#{A[#{B[#{C}]}].D}", "C=c\nB[c]=b\nA[b].D=d", "d")]
    [InlineData("#{A[*].N}", "A[k].N=any", "any")]
    // Values that need others
    [InlineData("#{A}", "A=<#{B}>\nB=#{C | ToUpper}\nC=c", "<C>")]
    [InlineData("#{A}", "A=a #{Missing} b", "a #{Missing} b")]
    // What has no value stays
    [InlineData("#{Missing} #{A} #{missing | ToUpper}", "A=1", "#{Missing} 1 #{missing | ToUpper}")]
    [InlineData("#{A[#{No}]}", "A=1", "#{A[#{No}]}")]
    [InlineData("#{A | ToBazooka 6}", "A=1", "#{A | ToBazooka 6}")]
    // What is no tag stays, and what comes after it is read
    [InlineData("#{ } #{} #{A", "A=1", "#{ } #{} #{A")]
    [InlineData("#{\" #{A} #{A!} #{A[} #{A.} #{A|} #{A", "A=1", "#{\" 1 #{A!} #{A[} #{A.} #{A|} #{A")]
    [InlineData("#{A | f #{B | } }", "A=1\nB=2", "#{A | f #{B | } }")]
    [InlineData("a # b #c ## #", "", "a # b #c ## #")]
    // Escapes
    [InlineData("##{A} ###{A} ####{A} #####{A}", "A=1", "#{A} #1 ###{A} ###1")]
    [InlineData("#{B}", "B=##{A}\nA=1", "#{A}")]
    // Conditions
    [InlineData("#{if A}yes#{/if}#{if B}no#{/if}", "A=true\nB=False", "yes")]
    [InlineData("#{if A}yes#{else}no#{/if}", "A=0", "no")]
    [InlineData("#{unless A}a#{else}b#{/unless}#{unless B}c#{/unless}", "A=no\nB=1", "a")]
    [InlineData("#{ IF  A == \"b c\" }1#{/if}#{if A==\"x\"}2#{/if}#{if A != \"x\"}3#{/if}", "A=b c", "13")]
    [InlineData("#{if A == B}same#{/if}#{if A != C}other#{/if}", "A=x\nB=x\nC=X", "sameother")]
    [InlineData("#{if Missing}1#{else}2#{/if}#{if Missing == \"\"}3#{/if}", "", "23")]
    [InlineData("#{if A}#{if B == \"b\"}both#{else}a#{/if}#{/if}", "A=1\nB=b", "both")]
    [InlineData("#{if A | Contains \"b\"}in#{/if}", "A=abc", "in")]
    [InlineData("#{iffy} #{unlessy}", "iffy=1\nunlessy=2", "1 2")]
    [InlineData("#{if A == \\\"q \" q\\\"}quoted#{/if}", "A=q \" q", "quoted")]
    // Blocks that do not fit stay
    [InlineData("#{if A}#{A}", "A=1", "#{if A}1")]
    [InlineData("#{/if}#{else}#{if A}x#{else}y#{else}z", "A=1", "#{/if}#{else}#{if A}x#{else}y#{else}z")]
    [InlineData("#{if A}x#{/each}#{/if}", "A=1", "x#{/each}")]
    // Repetition
    [InlineData("#{each x in List}<#{x}>#{/each}", "List=a,b", "<a><b>")]
    [InlineData("#{each x in Nothing}<#{x}>#{/each}", "", "")]
    [InlineData("#{each a in Octopus.Action}#{a}=#{a.Name};#{/each}", "Octopus.Action[B].Name=b\nOctopus.Action[A].Name=a", "A=a;B=b;")]
    [InlineData("#{each x in L}#{x},#{/each}", "L[10]=k\nL[9]=j\nL[x]=l", "j,k,l,")]
    [InlineData("#{each a in A}#{each r in a.Roles}#{a.N}#{r}#{/each}#{/each}", "A[x].N=1\nA[x].Roles=p,q\nA[y].N=2\nA[y].Roles=r", "1p1q2r")]
    [InlineData("#{each x in L}#{Octopus.Template.Each.Index}#{Octopus.Template.Each.First}#{Octopus.Template.Each.Last} #{/each}", "L=a,b", "0TrueFalse 1FalseTrue ")]
    [InlineData("#{each x in S}#{x.Key}=#{x} #{/each}", "S[a]=5\nS[b]=7", "a=5 b=7 ")]
    [InlineData("#{each x in S}#{x.Key}=#{x} #{/each}", "S[a].N=5", "a=a ")]
    [InlineData("#{each a in A}#{if S[#{a.Step}].Status != \"Skipped\"}#{S[#{a.Step}].D}#{/if}#{/each}",
        "A[1].Step=s1\nA[2].Step=s2\nS[s1].Status=Skipped\nS[s2].Status=Ran\nS[s1].D=no\nS[s2].D=yes", "yes")]
    [InlineData("#{each a in A}#{a.Size}#{/each}", "A[x].N=1", "#{a.Size}")]
    // JSON values
    [InlineData("#{J.a.b[1]} #{J[a].c} #{J.no}", "J={\"a\": {\"b\": [1, \"two\"], \"c\": true}}", "two true #{J.no}")]
    [InlineData("#{each x in J}#{x.n};#{/each}", "J=[{\"n\":1},{\"n\":2}]", "1;2;")]
    [InlineData("#{each x in J}#{x.Key}=#{x.Value};#{/each}", "J={\"a\":\"A\",\"b\":\"B\"}", "a=A;b=B;")]
    [InlineData("#{J.a}", "J={not json", "#{J.a}")]
    public void Expands(string text, string variables, string expected) => Expand(text, variables).Text.ShouldBe(expected);

    [Theory]
    [InlineData("#{A | ToLower}#{A | ToUpper}", "abcABC")]
    [InlineData("#{A | ToBase64} #{A | ToBase64 unicode} #{A | ToBase64 | FromBase64}", "YUJj YQBCAGMA aBc")]
    [InlineData("#{Html | HtmlEscape} #{Html | XmlEscape}", "&lt;a href=&quot;&#x2F;&quot;&gt;&amp;&apos; &lt;a href=&quot;/&quot;&gt;&amp;&apos;")]
    [InlineData("#{Lines | JsonEscape}", "a\\nb \\\"q\\\" \\\\")]
    [InlineData("#{Uri | UriEscape} #{Uri | UriDataEscape}", "A%20b:c+d/e A%20b%3Ac%2Bd%2Fe")]
    [InlineData("#{It's | YamlSingleQuoteEscape}", "#{It's | YamlSingleQuoteEscape}")]
    [InlineData("#{Quote | YamlSingleQuoteEscape} #{Lines | YamlDoubleQuoteEscape}", "it''s a\\nb \\\"q\\\" \\\\")]
    [InlineData("#{Property | PropertiesKeyEscape} #{Property | PropertiesValueEscape}", "\\ a\\=b\\\\ \\ a=b\\\\")]
    [InlineData("[#{Spaces | Trim}] [#{Spaces | Trim start}] [#{Spaces | Trim End}] #{Spaces | Trim middle}", "[x] [x ] [ x] #{Spaces | Trim middle}")]
    [InlineData("#{A | Truncate 2} #{A | Truncate 3} #{A | Truncate x}", "aB... aBc #{A | Truncate x}")]
    [InlineData("#{A | Substring 2} #{A | Substring 1 2} #{A | Substring 1 9}", "aB Bc #{A | Substring 1 9}")]
    [InlineData("#{A | Substring 2147483647 2147483647} #{A | Substring -1}", "#{A | Substring 2147483647 2147483647} #{A | Substring -1}")]
    [InlineData("#{A | Replace B x} #{A | Replace \"[Bc]+\"} #{A | Replace \"(a)(B)\" \"$2$1\"} #{A | Replace a \"#\"}", "axc a Bac #Bc")]
    [InlineData("#{A | Replace \"(?<=a)B\" x} #{A | Replace \"(\" x}", "#{A | Replace \"(?<=a)B\" x} #{A | Replace \"(\" x}")]
    [InlineData("#{A | Match \"^a\"} #{A | StartsWith aB} #{A | EndsWith x} #{A | Contains \"B\"}", "true true false true")]
    [InlineData("#{A | Append \"-#\" B} #{A | Prepend #{Word}}", "aBc-#B wordaBc")]
    [InlineData("#{Number | Format C2} #{Number | Format Int 000}", "¤23.40 #{Number | Format Int 000}")]
    [InlineData("#{Number | Format N999999999}", "#{Number | Format N999999999}")]
    [InlineData("#{Date | Format Date \"HH dd-MMM-yyyy\"} #{Date | Format yyyy}", "09 22-May-2030 2030")]
    [InlineData("#{ | NowDate} #{ | NowDate yyyy} #{ | NowDateUtc \"HH:mm\"}", "2031-02-03T04:05:06.0000000 2031 02:05")]
    [InlineData("#{ | NowDateUtc | Format Date MMM} #{A | NowDate}", "Feb #{A | NowDate}")]
    [InlineData("#{Address | UriPart Host} #{Address | UriPart Port} #{Address | UriPart PathAndQuery} #{A | UriPart Host}", "h.example 81 /p?q=1 #{A | UriPart Host}")]
    [InlineData("#{Lines | Indent 2} #{Lines | Indent \"# /> \"}", "  a\n  b \"q\" \\ # a\n> b \"q\" \\")]
    [InlineData("<#{A | null}>", "<>")]
    public void Filters_a_value(string text, string expected) => Substitution.Expand(text, SubstitutionSource.Of(Values(
        """
        A=aBc
        Word=word
        Html=<a href="/">&'
        Uri=A b:c+d/e
        Quote=it's
        Property= a=b\
        Spaces= x 
        Number=23.4
        Date=2030/05/22 09:05:00
        Address=http://u@h.example:81/p?q=1#f
        Lines=a\nb "q" \
        """), Now)).Text.ShouldBe(expected);

    [Fact]
    public void Tells_what_is_missing_what_is_in_a_circle_and_whose_values_went_in()
    {
        var done = Expand("#{A} #{Loop} #{No | ToUpper} #{if C}#{/if}", "A=#{B}\nB=b\nLoop=<#{Round}>\nRound=(#{loop})\nC=\nUnused=x");
        done.Text.ShouldBe("b <(#{loop})> #{No | ToUpper} ");
        done.Missing.ShouldBe(["#{loop}", "#{No | ToUpper}"], ignoreOrder: true);
        done.Cycles.ShouldBe(["loop"], Case.Insensitive);
        done.Used.Order().ShouldBe(["A", "B", "C", "Loop", "Round"]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("0", false)]
    [InlineData("False", false)]
    [InlineData(" NO ", false)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("00", true)]
    [InlineData(" ", true)]
    [InlineData("#{Missing}", true)]
    public void Knows_what_counts_as_true(string? value, bool expected) => Substitution.IsTruthy(value).ShouldBe(expected);

    [Fact]
    public void Text_without_a_tag_comes_back_as_it_is()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next('\u0001', '\u0800'))]).Replace("#", "", StringComparison.Ordinal);
            Substitution.Expand(text, _ => throw new InvalidOperationException("Nothing is looked up.")).ShouldBe(text);
        }
    }

    [Fact]
    public void Whatever_is_written_nothing_but_known_values_changes_it()
    {
        string[] pieces = ["#{", "}", "#", "if ", "/if}", "else}", "each x in ", "/each}", "unless ", "A", "[", "]", ".", "|", " ToUpper", "\"", "\\\"", " ", "==", "!=", "x", "##{"];
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var result = Substitution.Expand(text, _ => null);
            // Nothing has a value, so what is not a block or an escape is as long as it was.
            result.Length.ShouldBeLessThanOrEqualTo(text.Length, text);
            if (!text.Contains("##{", StringComparison.Ordinal) && !text.Contains("if ", StringComparison.Ordinal) && !text.Contains("each ", StringComparison.Ordinal) && !text.Contains("unless ", StringComparison.Ordinal))
            {
                result.ShouldBe(text);
            }
        }
    }

    private static Expansion Expand(string text, string variables) => Substitution.Expand(text, SubstitutionSource.Of(Values(variables)));

    private static Dictionary<string, string> Values(string lines) => lines.Split('\n').Where(line => line.Contains('=')).Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1].Replace("\\n", "\n", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
}
