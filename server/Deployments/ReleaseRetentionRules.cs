using OctoLogin.Lifecycles;

namespace OctoLogin.Deployments;

/// <summary>
/// Which releases of a channel its lifecycle no longer keeps. A release is of the last phase that it has come to, or of the first, and that
/// phase's policy holds for it: so many days after it was last used, or the so many last used. Pure.
/// </summary>
public static class ReleaseRetentionRules
{
    public static IReadOnlyList<RetainedRelease> Removable(Lifecycle lifecycle, IEnumerable<RetainedRelease> releases, DateTimeOffset now)
    {
        var phases = LifecycleProgress.Of(lifecycle, []).Phases;
        return [.. releases.GroupBy(PhaseOf).SelectMany(ofPhase => Old(PolicyOf(ofPhase.Key), ofPhase, now)).Where(release => !release.IsHeld)];

        int PhaseOf(RetainedRelease release) =>
            Enumerable.Range(0, phases.Count).LastOrDefault(phase => release.EnvironmentIds.Any(phases[phase].Takes));

        RetentionPeriod PolicyOf(int phase) => (phase < phases.Count ? phases[phase].Phase.ReleaseRetentionPolicy : null) ?? lifecycle.ReleaseRetentionPolicy;
    }

    private static IEnumerable<RetainedRelease> Old(RetentionPeriod policy, IEnumerable<RetainedRelease> releases, DateTimeOffset now) =>
        policy.KeepsAll ? []
        : policy.Unit == RetentionPeriod.Items ? releases.OrderByDescending(release => release.LastUsed).Skip(policy.QuantityToKeep)
        : releases.Where(release => now - release.LastUsed > TimeSpan.FromDays(policy.QuantityToKeep));
}

public sealed record RetainedRelease
{
    public required string Id { get; init; }
    public required string ChannelId { get; init; }

    /// <summary>When it was made, or last deployed.</summary>
    public required DateTimeOffset LastUsed { get; init; }

    /// <summary>Where it was deployed to with success.</summary>
    public required string[] EnvironmentIds { get; init; }

    /// <summary>It is the one that is deployed somewhere, or the one before, to go back to; or it is being deployed.</summary>
    public required bool IsHeld { get; init; }
}
