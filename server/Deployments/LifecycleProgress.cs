using OctoLogin.Http;
using OctoLogin.Lifecycles;

namespace OctoLogin.Deployments;

/// <summary>
/// How far a release has come in its lifecycle, and where it may go next. A tenant comes along by itself; of a phase with none of its
/// environments, what others have done counts. Pure.
/// </summary>
public sealed class LifecycleProgress
{
    private readonly Lifecycle lifecycle;

    private LifecycleProgress(Lifecycle lifecycle, IReadOnlyList<PhaseProgress> phases) => (this.lifecycle, Phases) = (lifecycle, phases);

    /// <summary>In their order; none: every environment is open.</summary>
    public IReadOnlyList<PhaseProgress> Phases { get; }

    /// <summary>The environments, by Id, that the release may go to next and where it is not yet.</summary>
    public IReadOnlyList<string> Next => [.. Current.SelectMany(phase => phase.Phase.EnvironmentIds().Except(phase.Done)).Distinct()];

    /// <summary>The phases that are open and not complete.</summary>
    public IReadOnlyList<PhaseProgress> Current => [.. Phases.Where(phase => phase.IsOpen && !phase.IsComplete)];

    /// <param name="deployed">The release's deployments that succeeded, of whichever tenant.</param>
    /// <param name="tenant">Null: untenanted.</param>
    public static LifecycleProgress Of(Lifecycle lifecycle, IReadOnlyCollection<SucceededDeployment> deployed, LifecycleTenant? tenant = null)
    {
        var named = lifecycle.EnvironmentIds().ToHashSet();
        var phases = new List<PhaseProgress>();
        var open = true;
        foreach (var phase in lifecycle.Phases)
        {
            var progress = Of(phase, deployed, tenant, named) with { IsOpen = open };
            phases.Add(progress);
            open = open && (phase.IsOptionalPhase || progress.IsComplete);
        }
        return new(lifecycle, phases);
    }

    /// <summary>Why the release may not go there now; null: it may.</summary>
    /// <param name="nameOf">An environment's name, by its Id.</param>
    public string? Refusal(string environmentId, Func<string, string> nameOf)
    {
        var there = Phases.Where(progress => progress.Takes(environmentId)).ToList();
        if (Phases.Count == 0 || there.Exists(progress => progress.IsOpen))
        {
            return null;
        }
        var environment = $"Environment '{Printable.Of(nameOf(environmentId))}'";
        if (there.Count == 0)
        {
            return $"{environment} is in no phase of lifecycle '{Printable.Of(lifecycle.Name)}'.";
        }
        var missing = Phases.First(progress => !progress.IsComplete && !progress.Phase.IsOptionalPhase);
        return $"{environment} is in phase '{Printable.Of(there[0].Phase.Name)}' of lifecycle '{Printable.Of(lifecycle.Name)}', but phase '{Printable.Of(missing.Phase.Name)}' "
            + $"is missing: the release must first be deployed to {missing.Needs(nameOf)}.";
    }

    private static PhaseProgress Of(Phase phase, IReadOnlyCollection<SucceededDeployment> deployed, LifecycleTenant? tenant, IReadOnlySet<string> named)
    {
        var environments = phase.EnvironmentIds().ToList();
        var own = deployed.Where(one => one.TenantId == tenant?.Id).Select(one => one.EnvironmentId).ToHashSet();
        if (environments.Count == 0)
        {
            // Stands for every environment that no phase names; one of them is enough.
            var elsewhere = own.Where(id => !named.Contains(id)).ToList();
            return new(phase, [], elsewhere, 1, named);
        }
        var counted = environments;
        if (tenant is not null)
        {
            var connected = environments.Where(tenant.EnvironmentIds.Contains).ToList();
            (counted, own) = connected.Count > 0 ? (connected, own) : (environments, deployed.Select(one => one.EnvironmentId).ToHashSet());
        }
        var needed = phase.MinimumEnvironmentsBeforePromotion == 0 ? counted.Count : Math.Min(phase.MinimumEnvironmentsBeforePromotion, counted.Count);
        return new(phase, counted, [.. counted.Where(own.Contains)], needed, named);
    }
}

/// <summary>A deployment of a release that succeeded.</summary>
public sealed record SucceededDeployment(string EnvironmentId, string? TenantId);

/// <param name="EnvironmentIds">Those that the tenant is connected to for the project.</param>
public sealed record LifecycleTenant(string Id, IReadOnlySet<string> EnvironmentIds);

/// <param name="Counted">The environments that count; none: any that no phase names.</param>
/// <param name="Done">Those of them that have the release.</param>
/// <param name="Needed">How many must have it before the next phase opens.</param>
/// <param name="Named">What any phase of the lifecycle names.</param>
public sealed record PhaseProgress(Phase Phase, IReadOnlyList<string> Counted, IReadOnlyList<string> Done, int Needed, IReadOnlySet<string> Named)
{
    public bool IsOpen { get; init; }

    public bool IsComplete => Done.Count >= Needed;

    public bool Takes(string environmentId) =>
        Phase.EnvironmentIds().Any() ? Phase.EnvironmentIds().Contains(environmentId) : !Named.Contains(environmentId);

    public string Needs(Func<string, string> nameOf)
    {
        var names = Names.List(Counted.Select(nameOf));
        return Counted.Count == 0 ? "an environment that no other phase names"
            : Needed < Counted.Count ? $"{Needed} of {names}{(Done.Count > 0 ? $" (it is in {Names.List(Done.Select(nameOf))} so far)" : "")}"
            : Names.List(Counted.Except(Done).Select(nameOf));
    }
}
