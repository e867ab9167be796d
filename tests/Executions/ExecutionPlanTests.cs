using System.Text.Json;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;

namespace OctoLogin.Tests.Executions;

/// <summary>Each row: a process in one line, where it runs, and what becomes of it.</summary>
public sealed class ExecutionPlanTests
{
    private static readonly ExecutionTarget[] Machines =
    [
        new("Machines-1", "web-1", ["web", "linux"]), new("Machines-2", "web-2", ["Web"]), new("Machines-3", "db-1", ["db", "linux"]),
    ];

    [Theory]
    [InlineData("steps run one after the other", "A | B | C", "A → B → C")]
    [InlineData("a step that starts with the one before it runs beside it", "A | B with | C", "A+B → C")]
    [InlineData("three may start together", "A | B with | C with | D", "A+B+C → D")]
    [InlineData("the first has none before it", "A with | B", "A → B")]
    [InlineData("a disabled step is left out", "A | B off | C", "A → B(disabled) → C")]
    [InlineData("a step for this environment runs", "A in=Environments-1", "A")]
    [InlineData("a step for another environment does not", "A in=Environments-2", "A(not for this environment)")]
    [InlineData("an excluded environment is left out", "A not=Environments-1 | B not=Environments-2", "A(excluded) → B")]
    [InlineData("a step for this channel runs", "A channel=Channels-1", "A")]
    [InlineData("a step for another channel does not", "A channel=Channels-2", "A(not for this channel)")]
    [InlineData("a tag of the tenant is enough", "A tags=Region/EU", "A")]
    [InlineData("of one set any of the tags named will do", "A tags=Region/US,Region/EU", "A")]
    [InlineData("of two sets one tag of each is needed", "A tags=Region/EU,Ring/Alpha", "A(tenant's tags)")]
    [InlineData("tags are compared without case", "A tags=region/eu,RING/beta", "A")]
    [InlineData("what the caller skips is left out", "A | Skipped | C", "A → Skipped(left it out) → C")]
    [InlineData("a step for a role runs once for each target that has it, without case", "A roles=web", "A@web-1,web-2")]
    [InlineData("a target with either role is taken once", "A roles=web,linux", "A@web-1,web-2,db-1")]
    [InlineData("a role that no target has: a warning, and the rest goes on", "A roles=mail | B", "A(!no deployment target) → B")]
    [InlineData("roles may come from a variable", "A roles=#{Role}", "A@db-1")]
    [InlineData("skipping comes before looking for targets, and warns of nothing", "A roles=mail off", "A(disabled)")]
    public void Plans(string why, string process, string expected)
    {
        var scope = new ExecutionScope("Environments-1", "Channels-1", ["Region/EU", "Ring/Beta"], ["Skipped"]);
        Say(ExecutionPlan.Of([.. process.Split(" | ").Select(Step)], scope, Machines, Expand)).ShouldBe(expected, why);
    }

    [Fact]
    public void A_runbooks_run_has_no_channel_and_is_not_limited_by_any() =>
        Say(ExecutionPlan.Of([Step("A channel=Channels-9")], new("Environments-1", null, [], []), [], Expand)).ShouldBe("A");

    [Fact]
    public void A_step_for_tags_does_not_run_without_a_tenant() =>
        Say(ExecutionPlan.Of([Step("A tags=Region/EU")], new("Environments-1", null, [], []), [], Expand)).ShouldBe("A(tenant's tags)");

    [Theory]
    [InlineData("by default a step runs when all went well", "Success", null, false, true)]
    [InlineData("and not after a failure", "Success", null, true, false)]
    [InlineData("a failure step does not run when all went well", "Failure", null, false, false)]
    [InlineData("it runs after a failure", "failure", null, true, true)]
    [InlineData("some always run", "Always", null, true, true)]
    [InlineData("a variable decides", "Variable", "#{Yes}", false, true)]
    [InlineData("whatever happened before", "Variable", "#{Yes}", true, true)]
    [InlineData("its False is no", "Variable", "#{No}", false, false)]
    [InlineData("an empty one is no", "Variable", "", false, false)]
    [InlineData("one that is not there is no", "Variable", "#{Unknown}", false, false)]
    [InlineData("without an expression: no", "Variable", null, false, false)]
    public void A_steps_condition(string why, string condition, string? expression, bool failed, bool runs)
    {
        var step = new DeploymentStep { Name = "A", Condition = condition, Properties = Properties(("Octopus.Step.ConditionVariableExpression", expression)) };
        new StepPlan(step, 1, [], null, 1).RunsAfter(failed, Expand).ShouldBe(runs, why);
    }

    [Theory]
    [InlineData("no retries unless told", null, null, null, 0, 15, null)]
    [InlineData("as many as it says", "3", "5", "2", 3, 5, 120d)]
    [InlineData("never more than ten", "1000", "0", "0.5", 10, 0, 30d)]
    [InlineData("what is no number counts as not said", "many", "soon", "long", 0, 15, null)]
    [InlineData("nor a negative one", "-1", "-1", "-1", 0, 15, null)]
    [InlineData("no minutes: no limit", "1", "1", "0", 1, 1, null)]
    public void An_actions_retries(string why, string? retries, string? backoff, string? minutes, int most, int seconds, double? limit)
    {
        var rule = RetryRule.Of(name => name.EndsWith("MaximumCount") ? retries : name.EndsWith("MinimumBackoff") ? backoff : minutes);
        rule.ShouldBe(new RetryRule(most, TimeSpan.FromSeconds(seconds), limit is { } s ? TimeSpan.FromSeconds(s) : null), why);
    }

    [Fact]
    public void Each_retry_waits_twice_as_long_up_to_five_minutes()
    {
        var rule = new RetryRule(10, TimeSpan.FromSeconds(15), null);
        Enumerable.Range(1, 7).Select(retry => rule.Before(retry).TotalSeconds).ShouldBe([15, 30, 60, 120, 240, 300, 300]);
    }

    private static string Say(ExecutionPlan plan) => string.Join(" → ", plan.Groups.Select(group => string.Join("+", group.Select(Say))));

    private static string Say(StepPlan step) =>
        step.Step.Name
        + (step.Skipped is { } why ? $"({(step.SkipWarns ? "!" : "")}{Reasons.First(reason => why.Contains(reason))})"
            : step.Targets is { } targets ? "@" + string.Join(",", targets.Select(target => target.Name)) : "");

    private static readonly string[] Reasons =
        ["disabled", "left it out", "not for this environment", "excluded", "not for this channel", "tenant's tags", "no deployment target"];

    /// <summary>A step of one action: its name, then words.</summary>
    private static DeploymentStep Step(string text)
    {
        var words = text.Split(' ');
        string[] List(string key) => words.FirstOrDefault(word => word.StartsWith(key + "=")) is { } word ? word[(key.Length + 1)..].Split(',') : [];
        var roles = string.Join(",", List("roles"));
        var action = new DeploymentAction
        {
            Id = words[0], Name = words[0], ActionType = "Octopus.Script", IsDisabled = words.Contains("off"), Environments = List("in"), ExcludedEnvironments = List("not"),
            Channels = List("channel"), TenantTags = List("tags"),
        };
        return new() { Name = words[0], StartTrigger = words.Contains("with") ? "StartWithPrevious" : "StartAfterPrevious", Actions = [action], Properties = Properties(("Octopus.Action.TargetRoles", roles)) };
    }

    private static Dictionary<string, JsonElement> Properties(params (string Name, string? Value)[] properties) =>
        properties.ToDictionary(property => property.Name, property => JsonSerializer.SerializeToElement(property.Value, Json.Options));

    private static string Expand(string text) => text.Replace("#{Role}", "db").Replace("#{Yes}", "True").Replace("#{No}", "False");
}
