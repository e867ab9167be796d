using OctoLogin.Access;
using OctoLogin.Tenants;

namespace OctoLogin.Machines;

/// <summary>What a deployment target belongs to, as limits of roles are asked about it. Pure.</summary>
public static class MachineTargets
{
    public static IEnumerable<AccessTarget> Of(Machine machine) =>
        machine.TenantedDeploymentParticipation.Targets(machine.SpaceId, machine.EnvironmentIds, machine.TenantIds, machine.TenantTags);
}
