using OctoLogin.Access;

namespace OctoLogin.Portal.Rights;

public static class LimitTexts
{
    /// <param name="reach">Only the limits that mean something to it; null: all.</param>
    /// <returns>Such as <c>projects Web, Api; environments Staging</c>; null: there is no limit.</returns>
    public static string? Of(Grant grant, Reach? reach, Func<string, string> nameOf)
    {
        var parts = new[]
        {
            ("projects", grant.ProjectIds, Reach.Project), ("project groups", grant.ProjectGroupIds, Reach.Project),
            ("environments", grant.EnvironmentIds, Reach.Environment), ("tenants", grant.TenantIds, Reach.Tenant),
        }.Where(part => part.Item2.Length > 0 && reach?.HasFlag(part.Item3) != false).Select(part => $"{part.Item1} {string.Join(", ", part.Item2.Select(nameOf))}").ToList();
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }
}
