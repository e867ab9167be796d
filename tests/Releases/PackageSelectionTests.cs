using System.Text.Json;
using OctoLogin.Channels;
using OctoLogin.Http;
using OctoLogin.Packages;
using OctoLogin.Projects;
using OctoLogin.Releases;
using OctoLogin.Versions;

namespace OctoLogin.Tests.Releases;

public sealed class PackageSelectionTests
{
    // Web has a primary package; Tools has two named ones besides its primary; Script one that is named; Off is disabled, Beta of another channel.
    private static readonly DeploymentStep[] Steps =
    [
        Step("Deploy web", new() { Name = "Web", Packages = [new() { PackageId = "Acme.Web" }] }),
        Step("Tools: all", new() { Name = "Tools: all", Packages = [new() { PackageId = "acme/tools" }, new() { Name = "kubectl", PackageId = "kubectl" }, new() { Name = "helm", PackageId = "helm" }] }),
        Step("Script", new() { Name = "Script", Packages = [new() { Name = "scripts", PackageId = "Acme.Scripts" }] }),
        Step("Old", new() { Name = "Old", Properties = new() { ["Octopus.Action.Package.PackageId"] = JsonSerializer.SerializeToElement("Acme.Old") } }),
        Step("Off", new() { Name = "Off", IsDisabled = true, Packages = [new() { PackageId = "Acme.Off" }] }),
        Step("Beta", new() { Name = "Beta", Channels = ["Channels-9"], Packages = [new() { PackageId = "Acme.Beta" }] }),
    ];

    [Theory]
    // one version for all
    [InlineData("1.0", "", "Web=1.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    [InlineData(null, "*:2.0", "Web=2.0 Tools: all=2.0 Tools: all/kubectl=2.0 Tools: all/helm=2.0 Script/scripts=2.0 Old=2.0")]
    // a step's name means its primary package, or its only one; action and step may be named
    [InlineData("1.0", "web:2.0", "Web=2.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    [InlineData("1.0", "deploy WEB:2.0|Script:3.0|Old:4.0", "Web=2.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=3.0 Old=4.0")]
    [InlineData("1.0", "Tools: all:2.0", "Web=1.0 Tools: all=2.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    // a package's Id
    [InlineData("1.0", "acme.web:2.0|helm:v3.9|Acme.Old:9", "Web=2.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=v3.9 Script/scripts=1.0 Old=9")]
    // step and reference
    [InlineData("1.0", "Tools: all:kubectl:1.29", "Web=1.0 Tools: all=1.0 Tools: all/kubectl=1.29 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    [InlineData("1.0", "Tools: all:*:5|*:helm:3", "Web=1.0 Tools: all=5 Tools: all/kubectl=5 Tools: all/helm=3 Script/scripts=1.0 Old=1.0")]
    // the more exact one counts, wherever it stands; of equals the last
    [InlineData(null, "Tools: all:helm:3|*:helm:2|Tools: all:*:1|*:0", "Web=0 Tools: all=1 Tools: all/kubectl=1 Tools: all/helm=3 Script/scripts=0 Old=0")]
    [InlineData("1.0", "Web:2.0|Acme.Web:3.0", "Web=3.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    // a disabled step's package may be pinned, and is not taken
    [InlineData("1.0", "Off:2.0|Beta:2.0", "Web=1.0 Tools: all=1.0 Tools: all/kubectl=1.0 Tools: all/helm=1.0 Script/scripts=1.0 Old=1.0")]
    public void Takes(string? packageVersion, string pins, string expected)
    {
        var validation = new Validation();
        var selected = PackageSelection.Select(Steps, NoRules, new(packageVersion, Read(pins, validation)), Feed(), validation);
        validation.ThrowIfAny();
        string.Join(' ', selected.Select(one => $"{one.ActionName}{(one.PackageReferenceName.Length > 0 ? "/" : "")}{one.PackageReferenceName}={one.Version}")).ShouldBe(expected);
    }

    // The feed has 1.0.0, 1.10.0, 2.0.0-rc.1 and 2.0.0-beta.3 of Acme.Web.
    [Theory]
    [InlineData("", "2.0.0-rc.1")]
    [InlineData("[1.0,2.0)|", "2.0.0-rc.1")]
    [InlineData("[1.0,1.5]|", "1.0.0")]
    [InlineData("|^$", "1.10.0")]
    [InlineData("|^beta", "2.0.0-beta.3")]
    [InlineData("[1.0,1.5]|^$", "1.0.0")]
    [InlineData("[1.0,2.0]|^(?!rc)", "2.0.0-beta.3")]
    public void Takes_the_newest_of_the_feed_that_the_channels_rules_take(string rule, string expected)
    {
        var rules = rule.Length == 0 ? NoRules : Ruled(new ChannelRule { VersionRange = rule.Split('|')[0], Tag = rule.Split('|')[1], ActionPackages = [new() { DeploymentAction = "web" }] });
        var validation = new Validation();
        PackageSelection.Select(Steps[..1], rules, new(null, []), Feed("Acme.Web"), validation).ShouldHaveSingleItem().Version.ShouldBe(expected);
        validation.ThrowIfAny();
    }

    [Theory]
    [InlineData("3.0", "[3.0,)|", "which")]
    [InlineData("latest", "|^$", "'latest', which channel 'Stable' does not take (Tag ^$)")]
    [InlineData("2.1.0", "[1.0,2.0)|", "Step 'Web' uses package 'Acme.Web' in version '2.1.0', which channel 'Stable' does not take (VersionRange [1.0,2.0))")]
    [InlineData(null, "[3.0,)|^$", "channel 'Stable' takes none of those in the built-in feed (VersionRange [3.0,), Tag ^$); the newest is 2.0.0-rc.1")]
    [InlineData(null, "not a range|", "takes none")]
    [InlineData(null, "|((", "takes none")]
    public void Holds_a_pinned_version_to_the_channels_rules_too(string? version, string rule, string fault)
    {
        var validation = new Validation();
        var rules = Ruled(new ChannelRule { VersionRange = rule.Split('|')[0], Tag = rule.Split('|')[1] });
        PackageSelection.Select(Steps[..1], rules, new(version, []), Feed("Acme.Web"), validation);
        if (fault == "which")
        {
            validation.ThrowIfAny();
            return;
        }
        Should.Throw<ApiException>(validation.ThrowIfAny).Errors.ShouldHaveSingleItem().ShouldContain(fault);
    }

    [Fact]
    public void An_expression_that_runs_for_ever_takes_no_version() =>
        new ChannelRule { Tag = "^(a+)+$" }.Takes(SemanticVersion.TryParse("1.0.0-" + new string('a', 60) + "-b")).ShouldBeFalse();

    [Theory]
    [InlineData("Tools: all", "kubectl", false)]
    [InlineData("Tools: all", "", true)]
    [InlineData("TOOLS: ALL", "Helm", true)]
    [InlineData("Web", "", false)]
    public void A_rule_is_for_the_packages_that_it_names(string action, string reference, bool expected)
    {
        var rule = new ChannelRule { ActionPackages = [new() { DeploymentAction = "Tools: all" }, null, new() { DeploymentAction = "Tools: all", PackageReference = "helm" }] };
        rule.IsFor(action, reference, isOnly: false).ShouldBe(expected);
        new ChannelRule { Actions = [action.ToUpperInvariant()] }.IsFor(action, reference, isOnly: false).ShouldBeTrue();
        new ChannelRule().IsFor(action, reference, isOnly: false).ShouldBeTrue("one that names none is for all");
    }

    [Fact]
    public void Does_not_look_for_another_feeds_packages_in_its_own()
    {
        var validation = new Validation();
        PackageSelection.Select([Step("S", new() { Name = "S", Packages = [new() { PackageId = "Acme.Web", FeedId = "Feeds-1001" }] })], NoRules, new(null, []), Feed("Acme.Web"), validation);
        Should.Throw<ApiException>(validation.ThrowIfAny).Message.ShouldContain("Step 'S' uses package 'Acme.Web', of which no version was found");
    }

    [Fact]
    public void Names_step_and_package_of_which_no_version_was_given()
    {
        var errors = Refused(null, "Web:1.0|Old:1.0|Tools: all:*:1.0");
        errors.ShouldHaveSingleItem().ShouldContain("Step 'Script' uses package 'Acme.Scripts'");
        errors[0].ShouldContain("'Script:VERSION'");
    }

    [Fact]
    public void Names_a_pin_that_matches_nothing_and_what_there_is()
    {
        var errors = Refused("1.0", "Deploy website:1.0|Web:nothing:1.0");
        errors.Count.ShouldBe(2);
        errors[0].ShouldContain("'Deploy website:1.0'");
        errors[0].ShouldContain("'Tools: all:kubectl:…'");
        errors[1].ShouldContain("'Web:nothing:1.0'");
    }

    [Fact]
    public void A_pin_for_a_process_without_packages_matches_nothing()
    {
        var validation = new Validation();
        PackageSelection.Select([Step("S", new() { Name = "S" })], NoRules, new("1.0", Read("*:1.0", validation)), Feed(), validation).ShouldBeEmpty();
        Should.Throw<ApiException>(validation.ThrowIfAny).Message.ShouldContain("It uses none");
    }

    [Theory]
    [InlineData("Web")]
    [InlineData(":1.0")]
    [InlineData("Web:")]
    [InlineData("Web: ")]
    [InlineData("Web:1 0")]
    [InlineData(null)]
    public void Is_no_pin(string? text)
    {
        var validation = new Validation();
        PackagePin.Read(text, validation).ShouldBeNull();
        Should.Throw<ApiException>(validation.ThrowIfAny).Message.ShouldContain("Step:Version");
    }

    private static PackageRules NoRules { get; } = new("Channels-1", "Default", []);

    private static PackageRules Ruled(ChannelRule rule) => new("Channels-1", "Stable", [rule]);

    private static AvailableVersions Feed(params string[] packages) => new(
        packages.SelectMany(id => new[] { "2.0.0-rc.1", "2.0.0-beta.3", "1.10.0", "1.0.0" }.Select(version => (id, version))).ToLookup(one => one.id, one => one.version, StringComparer.OrdinalIgnoreCase), []);

    private static IReadOnlyList<string> Refused(string? packageVersion, string pins)
    {
        var validation = new Validation();
        PackageSelection.Select(Steps, NoRules, new(packageVersion, Read(pins, validation)), Feed(), validation);
        return Should.Throw<ApiException>(validation.ThrowIfAny).Errors;
    }

    private static List<PackagePin> Read(string pins, Validation validation) =>
        [.. pins.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(pin => PackagePin.Read(pin, validation)!)];

    private static DeploymentStep Step(string name, DeploymentAction action) => new() { Name = name, Actions = [action] };
}
