using OctoLogin.ServerTasks;

namespace OctoLogin.Deployments;

/// <summary>How far a release has come, as clients read it.</summary>
/// <param name="NextDeployments">The environments that it may go to next, by Id.</param>
public sealed record ReleaseProgression(IReadOnlyList<PhaseProgression> Phases, IReadOnlyList<string> NextDeployments, int NextDeploymentsMinimumRequired)
{
    /// <param name="deployments">The release's that the caller may see, each with its task if they may see that.</param>
    public static ReleaseProgression Of(LifecycleProgress progress, IReadOnlyList<DeploymentAndTask> deployments)
    {
        var open = progress.Current;
        return new([.. progress.Phases.Select(phase => PhaseProgression.Of(phase, deployments))], progress.Next, open.Count == 0 ? 0 : open[0].Needed - open[0].Done.Count);
    }
}

/// <param name="Progress">Octopus's word: Complete, Current or Pending.</param>
public sealed record PhaseProgression(
    string Id, string Name, string Progress, bool Blocked, bool IsOptionalPhase, int MinimumEnvironmentsBeforePromotion,
    string[] AutomaticDeploymentTargets, string[] OptionalDeploymentTargets, IReadOnlyList<DeploymentAndTask> Deployments)
{
    public static PhaseProgression Of(PhaseProgress phase, IReadOnlyList<DeploymentAndTask> deployments) => new(
        phase.Phase.Id, phase.Phase.Name, phase.IsComplete ? "Complete" : phase.IsOpen ? "Current" : "Pending", Blocked: false,
        phase.Phase.IsOptionalPhase, phase.Phase.MinimumEnvironmentsBeforePromotion, phase.Phase.AutomaticDeploymentTargets, phase.Phase.OptionalDeploymentTargets,
        [.. deployments.Where(one => phase.Takes(one.Deployment.EnvironmentId))]);
}

/// <param name="Task">Null: not for the caller to see.</param>
public sealed record DeploymentAndTask(Deployment Deployment, ServerTask? Task);
