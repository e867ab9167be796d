using OctoLogin.Versions;

namespace OctoLogin.Tests.Versions;

public sealed class SemanticVersionTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("0.0.1")]
    [InlineData("2024.11.20.3")]
    [InlineData("2024.01.05")]
    [InlineData("1.2.3-beta")]
    [InlineData("1.2.3-beta.2+build.7")]
    [InlineData("1.2.3+sha-9f00b1a")]
    [InlineData("1.2.3--")]
    [InlineData("999999999999999999.0")]
    public void Is_a_version(string text) => SemanticVersion.TryParse(text)!.Text.ShouldBe(text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v1.0.0")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1..2")]
    [InlineData("1.2.")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-a..b")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3 ")]
    [InlineData("1.2.3\n")]
    [InlineData("-1.2")]
    [InlineData("1.2.３")]
    [InlineData("1234567890123456789")]
    [InlineData("main")]
    public void Is_no_version(string? text) => SemanticVersion.TryParse(text).ShouldBeNull();

    [Fact]
    public void Is_not_longer_than_it_can_be_shown() => SemanticVersion.TryParse("1.0.0-" + new string('a', SemanticVersion.MostCharacters)).ShouldBeNull();

    // The first line is SemVer 2.0.0 section 11's own example.
    [Theory]
    [InlineData("1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0")]
    [InlineData("0.0.1 < 0.0.2 < 0.0.10 < 0.1 < 1 < 1.0.0.1 < 1.0.1 < 2")]
    [InlineData("1.0.0-1 < 1.0.0-9 < 1.0.0-10 < 1.0.0-a < 1.0.0-a-b < 1.0.0-a0 < 1.0.0 < 1.0.1-a")]
    [InlineData("1.0.0-alpha < 1.0.0-alpha-b < 1.0.0-alphab")]
    [InlineData("1.9.0 < 1.10.0 < 1.99999999999 < 2.0.0-x")]
    [InlineData("1.0-alpha < 1.0-ALPHA.1 < 1.0-Beta")]
    public void Comes_in_this_order(string line)
    {
        var versions = line.Split(" < ").Select(text => SemanticVersion.TryParse(text)!).ToList();
        for (var i = 0; i < versions.Count; i++)
        {
            for (var j = 0; j < versions.Count; j++)
            {
                Math.Sign(versions[i].CompareTo(versions[j])).ShouldBe(i.CompareTo(j), $"{versions[i]} and {versions[j]}");
            }
        }
    }

    [Theory]
    [InlineData("1.0", "1.0.0.0")]
    [InlineData("1.0.0+a", "1.0.0+b")]
    [InlineData("1.0.0-RC.1", "1.0.0-rc.01")]
    [InlineData("2024.01.05", "2024.1.5")]
    public void Counts_as_the_same(string one, string other) => SemanticVersion.TryParse(one)!.CompareTo(SemanticVersion.TryParse(other)).ShouldBe(0);

    [Theory]
    [InlineData("0.0.1", "0.0.2")]
    [InlineData("7", "8")]
    [InlineData("1.9", "1.10")]
    [InlineData("1.2.3.4", "1.2.3.5")]
    [InlineData("1.2.0-beta.3+x", "1.2.1")]
    [InlineData("999999999999999999", null)]
    public void Is_followed_by(string version, string? next) => SemanticVersion.TryParse(version)!.Next()?.Text.ShouldBe(next);
}
