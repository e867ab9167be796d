using System.Text.Json;
using OctoLogin.ServiceAccounts;

namespace OctoLogin.Tests.ServiceAccounts;

/// <summary>What satisfies a claim condition; pure. Each row reads: the condition, on these claims, is met or not, because.</summary>
public sealed class ClaimConditionTests
{
    private const string Sixteen = "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a";

    [Theory]
    // Text.
    [InlineData("ref Pattern refs/heads/*", """{"ref":"refs/heads/main"}""", true, "a star stands for any run of characters")]
    [InlineData("ref Pattern refs/heads/*", """{"ref":"refs/tags/v1"}""", false, "the text before the star differs")]
    [InlineData("ref Pattern a b", """{"ref":"b"}""", true, "one of the patterns fits")]
    [InlineData("ref Pattern main", """{"ref":"Main"}""", false, "case counts")]
    [InlineData("ref Pattern main", """{"ref":"main\n"}""", false, "the whole text must fit, its end too")]
    [InlineData("ref Pattern *", """{"ref":""}""", true, "an empty text is text")]
    [InlineData("ref Equals main", """{"ref":"main"}""", true, "it is the value")]
    [InlineData("ref Equals main", """{"ref":"MAIN"}""", false, "case counts")]
    [InlineData("ref Equals m*n", """{"ref":"main"}""", false, "a star is a star for Equals")]
    [InlineData("ref Equals m*n", """{"ref":"m*n"}""", true, "a star is a star for Equals")]
    [InlineData("ref Equals i", """{"ref":"\u0131"}""", false, "a dotless i is no i")]
    [InlineData("ref Equals caf\u00e9", """{"ref":"cafe\u0301"}""", false, "nothing is normalised")]
    [InlineData("ref Equals main", """{"ref":"ma\u200bin"}""", false, "a zero-width space is a character")]
    [InlineData("ref Equals main", """{"ref":"\u006dain"}""", true, "an escape is the character that it stands for")]
    [InlineData("ref OneOf a b", """{"ref":"b"}""", true, "it is one of the values")]
    [InlineData("ref OneOf a b", """{"ref":"a b"}""", false, "it is not the values together")]
    [InlineData("ref OneOf a ?", """{"ref":"b"}""", false, "a question mark is one for OneOf")]
    // Types are not converted: C8.
    [InlineData("x Pattern *", """{"x":true}""", false, "a boolean is no text")]
    [InlineData("x Pattern *", """{"x":1}""", false, "a number is no text")]
    [InlineData("x Pattern *", """{"x":null}""", false, "null is no text")]
    [InlineData("x Pattern *", """{"x":{}}""", false, "an object is no text")]
    [InlineData("x Pattern *", """{"x":[]}""", false, "an empty list has no item that fits")]
    [InlineData("x Equals true", """{"x":true}""", false, "a boolean is not the text true")]
    [InlineData("x Equals null", """{"x":null}""", false, "null is not the text null")]
    [InlineData("x Equals {}", """{"x":{}}""", false, "an object is not its text")]
    [InlineData("x OneOf 1 2", """{"x":1}""", false, "a number is not its text")]
    [InlineData("x Boolean true", """{"x":true}""", true, "it is true")]
    [InlineData("x Boolean true", """{"x":false}""", false, "it is false")]
    [InlineData("x Boolean false", """{"x":false}""", true, "it is false")]
    [InlineData("x Boolean true", """{"x":"true"}""", false, "the text true is no boolean")]
    [InlineData("x Boolean true", """{"x":1}""", false, "1 is no boolean")]
    [InlineData("x Boolean false", """{"x":0}""", false, "0 is no boolean")]
    [InlineData("x Boolean false", """{"x":null}""", false, "null is not false")]
    [InlineData("x Boolean false", """{"x":""}""", false, "an empty text is not false")]
    [InlineData("x Boolean false", """{"x":[]}""", false, "an empty list is not false")]
    [InlineData("x Boolean false", "{}", false, "what is absent is not false")]
    // Numbers are compared exactly.
    [InlineData("x Number 1", """{"x":1}""", true, "it is 1")]
    [InlineData("x Number 1", """{"x":1.0}""", true, "1.0 is 1")]
    [InlineData("x Number 1", """{"x":10e-1}""", true, "10e-1 is 1")]
    [InlineData("x Number 100", """{"x":1E2}""", true, "1E2 is 100")]
    [InlineData("x Number 0", """{"x":-0.0}""", true, "zero has no sign")]
    [InlineData("x Number 1", """{"x":1.9}""", false, "nothing is truncated")]
    [InlineData("x Number 1", """{"x":1.0000000000000000000000000001}""", false, "nothing is rounded")]
    [InlineData("x Number 9007199254740993", """{"x":9007199254740992}""", false, "a double would take them for the same")]
    [InlineData("x Number 9007199254740993", """{"x":9007199254740993}""", true, "beyond what a double holds")]
    [InlineData("x Number 1", """{"x":"1"}""", false, "the text 1 is no number")]
    [InlineData("x Number 1", """{"x":true}""", false, "true is no number")]
    [InlineData("x Number 0", """{"x":null}""", false, "null is not 0")]
    [InlineData("x Number 1 2", """{"x":2}""", true, "it is one of the numbers")]
    [InlineData("x Number 1", """{"x":1e99999999999999999999}""", false, "an exponent beyond reason is no number that anybody means")]
    [InlineData("x Number 0", """{"x":0e99999999999999999999}""", false, "not even where it would be zero")]
    // Lists: one item must fit, and be of the kind.
    [InlineData("x Equals b", """{"x":["a","b"]}""", true, "one item fits")]
    [InlineData("x Equals c", """{"x":["a","b"]}""", false, "no item fits")]
    [InlineData("x Pattern a*", """{"x":[1,null,{},"ab"]}""", true, "items of other types are passed over")]
    [InlineData("x Pattern *", """{"x":[true,1,null]}""", false, "no item is text")]
    [InlineData("x Number 1", """{"x":["1",1.9]}""", false, "neither item is the number 1")]
    [InlineData("x Number 1", """{"x":["1",1.0]}""", true, "one item is the number 1")]
    [InlineData("x Boolean true", """{"x":["true",false]}""", false, "neither item is the boolean true")]
    [InlineData("x Equals a", """{"x":[["a"]]}""", false, "a list within a list is not looked into")]
    [InlineData("x Equals a", """{"x":{"0":"a"}}""", false, "an object is no list")]
    // There, or not there.
    [InlineData("x Exists", """{"x":""}""", true, "an empty text is a value")]
    [InlineData("x Exists", """{"x":false}""", true, "false is a value")]
    [InlineData("x Exists", """{"x":[]}""", true, "an empty list is a value")]
    [InlineData("x Exists", """{"x":null}""", false, "null is no value")]
    [InlineData("x Exists", "{}", false, "it is not there")]
    [InlineData("x Exists", """{"X":1}""", false, "the name is compared exactly")]
    [InlineData("x Absent", "{}", true, "it is not there")]
    [InlineData("x Absent", """{"x":null}""", false, "what is there as null is not absent")]
    [InlineData("x Absent", """{"x":""}""", false, "what is there as an empty text is not absent")]
    [InlineData("x Absent", """{"x":[]}""", false, "what is there as an empty list is not absent")]
    // Nested claims.
    [InlineData("/a/b Equals c", """{"a":{"b":"c"}}""", true, "a pointer leads to it")]
    [InlineData("/a/b Equals c", """{"/a/b":"c"}""", false, "a name with slashes is no nested claim")]
    [InlineData("/~1a~1b Equals c", """{"/a/b":"c"}""", true, "~1 is a slash in a name")]
    [InlineData("/~01 Equals c", """{"~1":"c"}""", true, "~01 is a tilde and a 1, and no slash")]
    [InlineData("a/b Equals c", """{"a/b":"c"}""", true, "a name that does not begin with a slash is a name")]
    [InlineData("a/b Equals c", """{"a":{"b":"c"}}""", false, "a name that does not begin with a slash is no pointer")]
    [InlineData("/kubernetes.io/namespace Equals ci", """{"kubernetes.io":{"namespace":"ci"}}""", true, "as Kubernetes sends it")]
    [InlineData("/a/1/b Equals c", """{"a":[{"b":"x"},{"b":"c"}]}""", true, "a number leads into a list")]
    [InlineData("/a/b Equals c", """{"a":[{"b":"c"}]}""", false, "a name does not search a list")]
    [InlineData("/a/01 Equals c", """{"a":["x","c"]}""", false, "an index has no leading zero")]
    [InlineData("/a/- Equals c", """{"a":["c"]}""", false, "a dash is the item after the last, which is none")]
    [InlineData("/a/b Equals c", """{"a":{"b":["c"]}}""", true, "a list at the end is as any list")]
    [InlineData("/ Equals c", """{"":"c"}""", true, "the empty name is a name")]
    [InlineData("/a/b Absent", "{}", true, "without a there is no b in it")]
    [InlineData("/a/b Absent", """{"a":{}}""", true, "a has no b")]
    [InlineData("/a/1 Absent", """{"a":["x"]}""", true, "the list is too short")]
    [InlineData("/a/b Absent", """{"a":"text"}""", false, "a is not as expected, so nothing is said of b")]
    [InlineData("/a/b Absent", """{"a":null}""", false, "null is not as expected either")]
    [InlineData("/a/b Absent", """{"a":[]}""", false, "nor is a list, where a name was expected")]
    [InlineData("/a/b Exists", """{"a":"b"}""", false, "a text has no members")]
    [InlineData(Sixteen + " Equals x", """{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":"x"}}}}}}}}}}}}}}}}""", true, "sixteen steps are followed")]
    public void A_condition_is_met_only_by_what_it_names(string condition, string claims, bool met, string because) =>
        Read(condition).IsMetBy(JsonDocument.Parse(claims).RootElement).ShouldBe(met, because);

    [Theory]
    [InlineData("Pattern *")]
    [InlineData("Equals x")]
    [InlineData("OneOf x y")]
    [InlineData("Exists")]
    [InlineData("Boolean true")]
    [InlineData("Boolean false")]
    [InlineData("Number 0")]
    public void An_absent_claim_satisfies_nothing_but_Absent(string condition)
    {
        foreach (var name in (string[])["x", "/x", "/x/y", "/x/0"])
        {
            Read($"{name} {condition}").IsMetBy(JsonDocument.Parse("{}").RootElement).ShouldBeFalse(name);
            Read($"{name} Absent").IsMetBy(JsonDocument.Parse("{}").RootElement).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void A_list_longer_than_anybody_needs_satisfies_nothing()
    {
        var items = string.Join(',', Enumerable.Repeat("\"a\"", ClaimCondition.MostItems));
        Read("x Equals a").IsMetBy(JsonDocument.Parse($$"""{"x":[{{items}}]}""").RootElement).ShouldBeTrue();
        Read("x Equals a").IsMetBy(JsonDocument.Parse($$"""{"x":[{{items}},"a"]}""").RootElement).ShouldBeFalse();
    }

    [Theory]
    [InlineData("ok Boolean true", """{"ok":"true"}""", "the boolean true", "true", "It is text; kind Boolean compares JSON's true and false only.")]
    [InlineData("ok Equals true", """{"ok":true}""", "exactly true", "true", "It is a boolean; kind Equals compares text only.")]
    [InlineData("id Number 1 2", """{"id":"1"}""", "the number 1 or 2", "1", "It is text; kind Number compares JSON numbers only.")]
    [InlineData("id Number 1", """{"id":1.9}""", "the number 1", "1.9", null)]
    [InlineData("x Exists", """{"x":null}""", "there, with a value", "null", "It is there as null, which is no value.")]
    [InlineData("x Exists", "{}", "there, with a value", null, null)]
    [InlineData("x Absent", """{"x":{"a":1}}""", "absent", """{"a":1}""", null)]
    [InlineData("x Pattern a* b", """{"x":["c"]}""", "a* or b", """["c"]""", "None of the list's items fits.")]
    [InlineData("/a/b OneOf c d", """{"a":{"b":"e"}}""", "exactly c or d", "e", null)]
    public void A_condition_that_is_not_met_says_what_was_expected_and_what_is_there(string condition, string claims, string expected, string? actual, string? explanation)
    {
        var check = Read(condition).Check(JsonDocument.Parse(claims).RootElement);
        (check.Passed, check.Expected, check.Actual, check.Explanation).ShouldBe((false, expected, actual, explanation));
        check.Part.ShouldBe(condition.Split(' ')[0]);
    }

    [Fact]
    public void A_claim_is_shown_at_a_length_that_the_audit_can_keep() =>
        Read("x Equals a").Check(JsonSerializer.SerializeToElement(new { x = new string('b', 10_000) })).Actual!.Length.ShouldBe(501);

    /// <summary>Written as <c>claim kind value value</c>.</summary>
    private static ClaimCondition Read(string text)
    {
        var parts = text.Split(' ');
        return new() { Claim = parts[0], Kind = Enum.Parse<ConditionKind>(parts[1]), Values = parts[2..] };
    }
}
