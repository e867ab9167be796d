using System.Reflection;
using System.Text.RegularExpressions;

namespace OctoLogin.Tests.Threats;

/// <summary>docs/threats.md says the truth: every row is there, and every test that it names is one.</summary>
public sealed partial class ThreatsPageTests
{
    private static readonly (char Section, int Rows)[] Sections = [('A', 15), ('B', 15), ('C', 12), ('D', 12), ('E', 12), ('F', 6), ('G', 7), ('H', 4), ('I', 4), ('J', 4), ('K', 6)];

    private static readonly string Page = File.ReadAllText(Path.Combine(Architecture.DependencyTests.Root, "docs", "threats.md"));

    private static readonly Dictionary<string, string> Rows = Row().Matches(Page).ToDictionary(match => match.Groups[1].Value, match => match.Value);

    [Fact]
    public void Every_row_of_the_threat_list_is_on_the_page() =>
        Rows.Keys.ShouldBe(Sections.SelectMany(section => Enumerable.Range(1, section.Rows).Select(row => $"{section.Section}{row}")));

    [Fact]
    public void Every_test_that_the_page_names_is_a_test()
    {
        var named = TestName().Matches(Page).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).Distinct().ToList();
        named.Count.ShouldBeGreaterThan(50);
        named.Where(test => !IsTest(test.Class, test.Method)).Select(test => $"{test.Class}.{test.Method}").ShouldBeEmpty();
    }

    [Fact]
    public void Every_row_names_a_test() => Rows.Where(row => !TestName().IsMatch(row.Value)).Select(row => row.Key).ShouldBeEmpty();

    /// <summary>A test here that no row names would be forgotten when its row changes.</summary>
    [Fact]
    public void Every_attack_in_this_folder_is_on_the_page() =>
        typeof(ThreatsPageTests).Assembly.GetTypes().Where(type => type.Namespace == typeof(ThreatsPageTests).Namespace && type.Name.EndsWith("AttackTests", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods().Where(method => AttackName().IsMatch(method.Name)).Select(method => $"`{type.Name}.{method.Name}`"))
            .Where(test => !Page.Contains(test, StringComparison.Ordinal)).ShouldBeEmpty();

    private static bool IsTest(string type, string method) => typeof(ThreatsPageTests).Assembly.GetTypes()
        .Any(known => known.Name == type && known.GetMethod(method, BindingFlags.Public | BindingFlags.Instance)?.GetCustomAttributes().Any(attribute => attribute is FactAttribute or TheoryAttribute) == true);

    [GeneratedRegex(@"^\| ([A-K]\d+) \|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^[A-K]\d+_")]
    private static partial Regex AttackName();
}
