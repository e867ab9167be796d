using OctoLogin.Environments;
using OctoLogin.Projects;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Portal.Pages.Space.Tenants;

/// <summary>What a person fills in of a tenant.</summary>
public sealed record TenantForm
{
    public string? Name { get; set; }
    public string? Slug { get; set; }
    public string? Description { get; set; }
    public bool IsDisabled { get; set; }

    /// <summary>Canonical names.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>The connected ones of those that the form showed, by Id.</summary>
    public string[] Projects { get; set; } = [];

    /// <summary><c>Projects-1/Environments-1</c>.</summary>
    public string[] Places { get; set; } = [];

    /// <summary>One more to connect; empty: none.</summary>
    public string? AddProject { get; set; }

    public static TenantForm Of(Tenant tenant) => new()
    {
        Name = tenant.Name, Slug = tenant.Slug, Description = tenant.Description, IsDisabled = tenant.IsDisabled, Tags = tenant.TenantTags,
        Projects = [.. tenant.ProjectEnvironments.Keys], Places = [.. tenant.ProjectEnvironments.SelectMany(entry => entry.Value.Select(environment => $"{entry.Key}/{environment}"))],
    };

    /// <param name="present">Null: a new one.</param>
    /// <param name="choices">What the form showed: all else stays as it is.</param>
    public TenantInput ToInput(Tenant? present, TenantChoices choices)
    {
        var (shownProjects, shownEnvironments) = (choices.Projects.Select(one => one.Id).ToHashSet(), choices.Environments.Select(one => one.Id).ToHashSet());
        var before = present?.ProjectEnvironments ?? new Dictionary<string, string[]>();
        var connected = before.Where(entry => !shownProjects.Contains(entry.Key)).ToDictionary(entry => entry.Key, string[]? (entry) => entry.Value);
        foreach (var project in Projects.Append(AddProject).OfType<string>().Where(id => id.Length > 0).Distinct())
        {
            var hidden = before.GetValueOrDefault(project, []).Where(environment => !shownEnvironments.Contains(environment));
            connected[project] = [.. hidden, .. Places.Where(place => place.StartsWith(project + "/", StringComparison.Ordinal)).Select(place => place[(project.Length + 1)..]).Distinct()];
        }
        return new(Name, Slug, Description, Tags, connected, IsDisabled, null);
    }
}

/// <summary>What a tenant may be given; of it what the caller sees.</summary>
public sealed record TenantChoices(IReadOnlyList<TagSet> Sets, IReadOnlyList<Project> Projects, IReadOnlyList<DeploymentEnvironment> Environments)
{
    public static TenantChoices None { get; } = new([], [], []);
}
