using OctoLogin.Access;
using OctoLogin.Projects;

namespace OctoLogin.Machines;

/// <summary>What a deployment target belongs to, as limits of roles are asked about it. Pure.</summary>
public static class MachineTargets
{
    /// <summary>Each of its environments for each of its tenants; and for none, where it serves others than those that it names.</summary>
    public static IEnumerable<AccessTarget> Of(Machine machine)
    {
        var servesOthers = machine.TenantTags.Length > 0 || machine.TenantIds.Length == 0
            || machine.TenantedDeploymentParticipation != TenantedDeploymentMode.Tenanted;
        IEnumerable<string?> tenants = servesOthers ? machine.TenantIds.Append(null) : machine.TenantIds;
        return machine.EnvironmentIds.SelectMany(environment => tenants.Select(tenant => new AccessTarget(machine.SpaceId, EnvironmentId: environment, TenantId: tenant)));
    }
}
