using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Tenants;

namespace OctoLogin.Portal;

/// <summary>What Ids of a list are called, asked for at once and not row by row.</summary>
public sealed class SpaceNames(ProjectStore projects, EnvironmentStore environments, TenantStore tenants)
{
    /// <summary>Of projects, environments and tenants that the caller sees; of all others the Id stays.</summary>
    public async Task<NamesById> OfAsync(IEnumerable<string?> ids, string spaceId, Caller caller, CancellationToken cancel)
    {
        var wanted = ids.OfType<string>().Distinct().ToArray();
        var names = new Dictionary<string, string>();
        if (Wanted("Projects-", Permission.ProjectView) is { } ofProjects)
        {
            Add((await projects.ListAsync(spaceId, ofProjects, caller.Visible(Permission.ProjectView, spaceId), cancel)).Items, one => (one.Id, one.Name));
        }
        if (Wanted("Environments-", Permission.EnvironmentView) is { } ofEnvironments)
        {
            Add((await environments.ListAsync(spaceId, ofEnvironments, caller.Visible(Permission.EnvironmentView, spaceId), cancel)).Items, one => (one.Id, one.Name));
        }
        if (Wanted("Tenants-", Permission.TenantView) is { } ofTenants)
        {
            Add((await tenants.ListAsync(spaceId, new TenantQuery(), ofTenants, caller.Visible(Permission.TenantView, spaceId), cancel)).Items, one => (one.Id, one.Name));
        }
        return new(names);

        Page? Wanted(string prefix, Permission permission) => wanted.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).ToArray() is { Length: > 0 } some
            && caller.MaySomewhere(permission, spaceId) ? Page.All with { Ids = some } : null;

        void Add<T>(IEnumerable<T> found, Func<T, (string Id, string Name)> of)
        {
            foreach (var (id, name) in found.Select(of))
            {
                names[id] = name;
            }
        }
    }
}

public sealed class NamesById(IReadOnlyDictionary<string, string> names)
{
    /// <summary>Null: nothing.</summary>
    public string this[string? id] => id is null ? "" : names.GetValueOrDefault(id, id);

    public bool Knows(string? id) => id is not null && names.ContainsKey(id);
}
