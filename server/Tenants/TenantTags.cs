namespace OctoLogin.Tenants;

/// <summary>
/// Whether a tenant is meant by tags, all by canonical name (<c>Set/Tag</c>, without case): tags of one set are alternatives, and each set
/// that is named must be met. No tags mean every tenant. Pure.
/// </summary>
public static class TenantTags
{
    public static bool Match(IReadOnlyCollection<string> tenantTags, IReadOnlyCollection<string> wanted) => Missing(tenantTags, wanted).Count == 0;

    /// <summary>The wanted tags of each set of which the tenant has none.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyCollection<string> tenantTags, IReadOnlyCollection<string> wanted) =>
    [
        .. wanted.GroupBy(SetOf, StringComparer.OrdinalIgnoreCase)
            .Where(set => !set.Any(tag => tenantTags.Contains(tag, StringComparer.OrdinalIgnoreCase)))
            .SelectMany(set => set),
    ];

    private static string SetOf(string canonicalName) => canonicalName.Split('/')[0];
}
