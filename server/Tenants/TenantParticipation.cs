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
}
