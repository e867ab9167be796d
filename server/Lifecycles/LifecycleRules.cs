using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.Lifecycles;

/// <summary>Makes a lifecycle of what a client sent, or says everything that is wrong with it. Pure.</summary>
public static class LifecycleRules
{
    public const int MostPhases = 100;

    /// <param name="known">The environments of the space, by Id.</param>
    public static Lifecycle Apply(LifecycleInput input, Lifecycle present, IReadOnlySet<string> known, Validation validation)
    {
        var name = validation.Required("Name", input.Name ?? present.Name);
        var phases = input.Phases is null ? present.Phases : CheckPhases(input.Phases, known, validation);
        validation.Fault(input.ReleaseRetentionPolicy?.Fault("ReleaseRetentionPolicy"));
        validation.Fault(input.TentacleRetentionPolicy?.Fault("TentacleRetentionPolicy"));
        var lifecycle = present with
        {
            Name = name,
            Slug = validation.Slug(input.Slug, present.Slug, name),
            Description = validation.OptionalText("Description", input.Description ?? present.Description),
            PhasesJson = JsonSerializer.Serialize(phases, Json.Options),
            ReleaseRetentionJson = JsonSerializer.Serialize(input.ReleaseRetentionPolicy ?? present.ReleaseRetentionPolicy, Json.Options),
            TentacleRetentionJson = JsonSerializer.Serialize(input.TentacleRetentionPolicy ?? present.TentacleRetentionPolicy, Json.Options),
        };
        validation.ThrowIfAny();
        return lifecycle;
    }

    private static List<Phase> CheckPhases(Phase?[] sent, IReadOnlySet<string> known, Validation validation)
    {
        validation.Check(sent.Length <= MostPhases, $"Phases may have at most {MostPhases} entries, not {sent.Length}.");
        var phases = sent.Select((phase, i) => CheckPhase(phase ?? new Phase(), $"Phases[{i}]", known, validation)).ToList();
        foreach (var twice in phases.Where(phase => phase.Name.Length > 0).GroupBy(phase => phase.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            validation.Check(false, $"Phases has {twice.Count()} entries named '{Printable.Of(twice.Key)}'; each needs a name of its own.");
        }
        return phases;
    }

    private static Phase CheckPhase(Phase phase, string at, IReadOnlySet<string> known, Validation validation)
    {
        var name = validation.Required($"{at}.Name", phase.Name);
        var environments = phase.EnvironmentIds().ToList();
        foreach (var unknown in environments.Where(id => id is null || !known.Contains(id)).Distinct())
        {
            validation.Check(false, $"{at} '{Printable.Of(name)}' names environment '{Printable.Of(unknown)}', which is not in this space; environments are named by Id here, such as Environments-1.");
        }
        foreach (var twice in environments.GroupBy(id => id).Where(group => group.Count() > 1))
        {
            validation.Check(false, $"{at} '{Printable.Of(name)}' names environment '{Printable.Of(twice.Key)}' more than once.");
        }
        validation.Check(phase.MinimumEnvironmentsBeforePromotion >= 0 && phase.MinimumEnvironmentsBeforePromotion <= environments.Count,
            $"{at}.MinimumEnvironmentsBeforePromotion must be from 0 (all) to {environments.Count}, the environments of the phase, not {phase.MinimumEnvironmentsBeforePromotion}.");
        validation.Fault(phase.ReleaseRetentionPolicy?.Fault($"{at}.ReleaseRetentionPolicy"));
        validation.Fault(phase.TentacleRetentionPolicy?.Fault($"{at}.TentacleRetentionPolicy"));
        return phase with { Id = validation.Optional($"{at}.Id", phase.Id, 100) ?? Guid.NewGuid().ToString(), Name = name };
    }
}

/// <summary>What a client sends; absent or null keeps what is there.</summary>
public sealed record LifecycleInput(
    string? Name, string? Slug, string? Description, Phase?[]? Phases,
    RetentionPeriod? ReleaseRetentionPolicy, RetentionPeriod? TentacleRetentionPolicy, string? SpaceId);
