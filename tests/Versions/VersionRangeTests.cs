using NuGet.Versioning;
using SemanticVersion = OctoLogin.Versions.SemanticVersion;
using VersionRange = OctoLogin.Versions.VersionRange;

namespace OctoLogin.Tests.Versions;

/// <summary>Both decided as NuGet's own library decides them.</summary>
public sealed class VersionRangeTests
{
    private static readonly string[] Versions =
    [
        "0.9", "0.9.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0", "1.0.0", "1.0.0.0", "1.0.0+sha",
        "1.0.0.1", "1.0.1", "1.5.0-RC.1", "1.5", "1.10.0", "2.0.0-beta", "2.0.0", "2.0.1-a", "2024.11.20.3", "1.0.0-1", "1.0.0-0a", "1.0.0--",
    ];

    [Theory]
    [InlineData("1.0")]
    [InlineData("[1.0,2.0)")]
    [InlineData("(1.0,2.0)")]
    [InlineData("(1.0,2.0]")]
    [InlineData("[1.0,2.0]")]
    [InlineData("[1.0]")]
    [InlineData("(,1.0]")]
    [InlineData("(,1.0)")]
    [InlineData("[1.0,)")]
    [InlineData("(1.0,)")]
    [InlineData(" [ 1.0 , 2.0 ) ")]
    [InlineData("[1.0.0-beta,1.0.0-rc.1]")]
    [InlineData("[1.5.0-rc.1]")]
    [InlineData("[2024.1.1,)")]
    public void Holds_what_NuGets_holds(string text)
    {
        var (ours, theirs) = (VersionRange.TryParse(text).ShouldNotBeNull(), NuGet.Versioning.VersionRange.Parse(text));
        var held = Versions.Select(version => (version, ours.Holds(SemanticVersion.TryParse(version)!))).ToList();
        held.ShouldBe(Versions.Select(version => (version, theirs.Satisfies(NuGetVersion.Parse(version)))));
        held.ShouldContain(one => one.Item2);
        held.ShouldContain(one => !one.Item2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[,]")]
    [InlineData("(1.0)")]
    [InlineData("[1.0)")]
    [InlineData("[2.0,1.0]")]
    [InlineData("(1.0,1.0]")]
    [InlineData("[1.0,2.0")]
    [InlineData("1.0,2.0]")]
    [InlineData("[1.0,2.0,3.0]")]
    [InlineData("[a,b]")]
    [InlineData(">= 1.0")]
    [InlineData("[")]
    public void Is_no_range(string? text)
    {
        VersionRange.TryParse(text).ShouldBeNull();
        // An inverted range holds nothing, and NuGet takes it; its author meant something else.
        (text is "[2.0,1.0]" or "(1.0,1.0]" || !NuGet.Versioning.VersionRange.TryParse(text ?? "", out _)).ShouldBeTrue();
    }

    [Fact]
    public void Versions_come_in_NuGets_order()
    {
        foreach (var one in Versions)
        {
            foreach (var other in Versions)
            {
                Math.Sign(SemanticVersion.TryParse(one)!.CompareTo(SemanticVersion.TryParse(other)))
                    .ShouldBe(Math.Sign(NuGetVersion.Parse(one).CompareTo(NuGetVersion.Parse(other), VersionComparison.VersionRelease)), $"{one} and {other}");
            }
        }
    }

    [Theory]
    [InlineData("1.0", "")]
    [InlineData("1.0-beta.2", "beta.2")]
    [InlineData("1.0-beta.2+sha-1", "beta.2+sha-1")]
    [InlineData("1.0+sha-1", "+sha-1")]
    [InlineData("1.0--", "-")]
    public void Has_after_its_numbers(string version, string suffix) => SemanticVersion.TryParse(version)!.Suffix.ShouldBe(suffix);
}
