using System.Text.Json;
using OctoLogin.Deployments;
using OctoLogin.Http;
using OctoLogin.Lifecycles;

namespace OctoLogin.Tests.Deployments;

/// <summary>Each row: a lifecycle in one line, where the release has been, and whether it may go to the environment.</summary>
public sealed class LifecycleProgressTests
{
    private const string Usual = "Dev: dev | Test: test1 test2 | Live: live";

    [Theory]
    [InlineData("without phases every environment is open", "", "", "live", null)]
    [InlineData("the first phase is open", Usual, "", "dev", null)]
    [InlineData("the second is not before the first is done", Usual, "", "test1", "'Test' of lifecycle 'Line', but phase 'Dev' is missing: the release must first be deployed to 'dev'.")]
    [InlineData("then it is", Usual, "dev", "test2", null)]
    [InlineData("all environments of a phase are needed", Usual, "dev test1", "live", "phase 'Test' is missing: the release must first be deployed to 'test2'.")]
    [InlineData("then the last opens", Usual, "dev test1 test2", "live", null)]
    [InlineData("a phase that was jumped over is named, the earliest one", Usual, "test1 test2", "live", "phase 'Dev' is missing")]
    [InlineData("going back is always possible", Usual, "dev test1 test2 live", "dev", null)]
    [InlineData("going again too", Usual, "dev", "dev", null)]
    [InlineData("one of two is enough when the phase says so", "Test: test1 test2 1 | Live: live", "test2", "live", null)]
    [InlineData("but not none", "Test: test1 test2 test3 2 | Live: live", "test2", "live", "deployed to 2 of 'test1', 'test2', 'test3' (it is in 'test2' so far)")]
    [InlineData("an optional phase may be left out", "Dev: dev | Test: test1 optional | Live: live", "dev", "live", null)]
    [InlineData("but not entered early", "Dev: dev | Test: test1 optional | Live: live", "", "test1", "phase 'Dev' is missing")]
    [InlineData("an optional first phase keeps nothing closed", "Dev: dev optional | Live: live", "", "live", null)]
    [InlineData("an environment that no phase names is closed", Usual, "dev", "elsewhere", "Environment 'elsewhere' is in no phase of lifecycle 'Line'.")]
    [InlineData("a phase without environments takes those that no other names", "Any: | Live: live", "", "elsewhere", null)]
    [InlineData("and is done by one of them", "Any: | Live: live", "elsewhere", "live", null)]
    [InlineData("but not by another phase's", "Any: | Live: live", "live", "live", "must first be deployed to an environment that no other phase names")]
    [InlineData("automatic targets count as others do", "Dev: dev auto=dev2 | Live: live", "dev", "live", "deployed to 'dev2'")]
    [InlineData("an environment in two phases opens with the first", "Dev: dev both | Live: live both", "", "both", null)]
    [InlineData("what a tenant got says nothing of the others", Usual, "dev@t1", "test1", "phase 'Dev' is missing")]
    public void Untenanted(string why, string lifecycle, string deployed, string to, string? refusal) =>
        Check(why, LifecycleProgress.Of(Line(lifecycle), Deployed(deployed)), to, refusal);

    [Theory]
    [InlineData("a tenant goes its own way", "dev test1 live", "dev@t1", "test1", null)]
    [InlineData("what others got does not count where it has the environment itself", "dev test1 live", "dev dev@t2", "test1", "phase 'Dev' is missing")]
    [InlineData("where it has none of the phase's, theirs counts", "live", "dev@t2 test1 test2@t2", "live", null)]
    [InlineData("but something must have been there", "live", "dev@t2 test1", "live", "deployed to 'test2'")]
    [InlineData("of a phase only those it has are asked for", "dev test1 live", "dev@t1 test1@t1", "live", null)]
    public void Tenanted(string why, string connected, string deployed, string to, string? refusal) =>
        Check(why, LifecycleProgress.Of(Line(Usual), Deployed(deployed), new("t1", connected.Split(' ').ToHashSet())), to, refusal);

    private static void Check(string why, LifecycleProgress progress, string to, string? refusal)
    {
        if (refusal is null)
        {
            progress.Refusal(to, id => id).ShouldBeNull(why);
        }
        else
        {
            progress.Refusal(to, id => id).ShouldNotBeNull(why).ShouldContain(refusal, customMessage: why);
        }
    }

    private static SucceededDeployment[] Deployed(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('@')).Select(parts => new SucceededDeployment(parts[0], parts.ElementAtOrDefault(1)))];

    private static Lifecycle Line(string text) => new()
    {
        Id = "Lifecycles-1", SpaceId = "Spaces-1", Name = "Line", Slug = "line",
        PhasesJson = JsonSerializer.Serialize(text.Split(" | ", StringSplitOptions.RemoveEmptyEntries).Select(ReadPhase), Json.Options),
    };

    /// <summary><c>Name: environments</c>, then perhaps a minimum, <c>optional</c>, <c>auto=environment</c>.</summary>
    private static Phase ReadPhase(string text)
    {
        var words = text.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new()
        {
            Name = text.Split(':')[0], IsOptionalPhase = words.Contains("optional"),
            MinimumEnvironmentsBeforePromotion = words.Select(word => int.TryParse(word, out var number) ? number : 0).DefaultIfEmpty().Max(),
            OptionalDeploymentTargets = [.. words.Where(word => word != "optional" && !word.StartsWith("auto=") && !int.TryParse(word, out _))],
            AutomaticDeploymentTargets = [.. words.Where(word => word.StartsWith("auto=")).Select(word => word[5..])],
        };
    }
}
