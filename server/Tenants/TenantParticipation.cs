using OctoLogin.Access;
using OctoLogin.Projects;

namespace OctoLogin.Tenants;

/// <summary>Which tenants a thing that names tenants and tags is for: a deployment target, an account. Pure.</summary>
public static class TenantParticipation
{
    /// <param name="namedTenants">That the thing names.</param>
    /// <param name="namedTags">That the thing names, by canonical name.</param>
    /// <param name="tenantId">Null: a deployment for no tenant.</param>
    /// <param name="tenantTags">Those that the tenant has.</param>
    public static bool Serves(
        this TenantedDeploymentMode mode, string[] namedTenants, string[] namedTags, string? tenantId, IReadOnlyCollection<string> tenantTags) =>
        tenantId is null
            ? mode != TenantedDeploymentMode.Tenanted
            : mode != TenantedDeploymentMode.Untenanted
                && (namedTenants.Contains(tenantId) || (namedTags.Length > 0 && TenantTags.Match(tenantTags, namedTags)));

    /// <summary>
    /// What the thing belongs to, as limits of roles are asked about it: each of its environments for each of its tenants; and for none,
    /// where it serves others than those that it names.
    /// </summary>
    /// <param name="environments">None: it is in every environment, which no role that is limited to some reaches.</param>
    public static IEnumerable<AccessTarget> Targets(
        this TenantedDeploymentMode mode, string spaceId, string[] environments, string[] namedTenants, string[] namedTags)
    {
        var servesOthers = namedTags.Length > 0 || namedTenants.Length == 0 || mode != TenantedDeploymentMode.Tenanted;
        IEnumerable<string?> tenants = servesOthers ? namedTenants.Append(null) : namedTenants;
        var places = environments.Length == 0 ? new string?[] { null } : environments;
        return places.SelectMany(environment => tenants.Select(tenant => new AccessTarget(spaceId, EnvironmentId: environment, TenantId: tenant)));
    }
}
