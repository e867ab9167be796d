using OctoLogin.Access;
using OctoLogin.Accounts;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.ProjectGroups;
using OctoLogin.Projects;
using OctoLogin.Runbooks;
using OctoLogin.Spaces;
using OctoLogin.Tenants;

namespace OctoLogin.AccountTokens;

/// <summary>Finds the slugs that a subject tells of what a preview names, of things that the caller sees.</summary>
public sealed class SubjectPlaces(
    ProjectStore projects, ProjectGroupStore groups, RunbookStore runbooks, EnvironmentStore environments, TenantStore tenants, MachineStore machines)
{
    public async Task<SubjectParts> FindAsync(SubjectQuestion question, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        var project = await FindAsync("project", question.Project, (name, stop) => projects.FindNamedAsync(space.Id, name, stop),
            found => caller.May(Permission.ProjectView, ProjectEndpoints.Target(found)), validation, cancel);
        var environment = await FindAsync("environment", question.Environment, (name, stop) => environments.FindNamedAsync(space.Id, name, stop),
            found => caller.May(Permission.EnvironmentView, new(space.Id, EnvironmentId: found.Id)), validation, cancel);
        var tenant = await FindAsync("tenant", question.Tenant, (name, stop) => tenants.FindNamedAsync(space.Id, name, stop),
            found => caller.May(Permission.TenantView, TenantEndpoints.Target(found)), validation, cancel);
        var target = await FindAsync("deployment target", question.Target, (name, stop) => machines.FindAsync(space.Id, name, stop),
            found => MachineTargets.Of(found).Any(of => caller.May(Permission.MachineView, of)), validation, cancel);
        validation.Check(question.Runbook is null || question.Project is not null, "A runbook is found in its project: name the project, too.");
        var runbook = project is null ? null : await FindAsync("runbook", question.Runbook, (name, stop) => runbooks.FindNamedAsync(space.Id, project.Id, name, stop),
            _ => caller.May(Permission.RunbookView, ProjectEndpoints.Target(project)), validation, cancel);
        return new SubjectParts
        {
            Space = space.Space.Slug,
            ProjectGroup = project is null ? null : await GroupSlugAsync(project, cancel),
            Project = project?.Slug,
            Runbook = runbook?.Slug,
            Tenant = tenant?.Slug,
            Environment = environment?.Slug,
            Target = target?.Slug,
        };
    }

    public async Task<string?> GroupSlugAsync(Project project, CancellationToken cancel) => (await groups.FindAsync(project.SpaceId, project.ProjectGroupId, cancel))?.Slug;

    /// <summary>Null: none was named; or, with a fault, there is none that the caller may see.</summary>
    private static async Task<T?> FindAsync<T>(
        string kind, string? named, Func<string, CancellationToken, Task<T?>> find, Func<T, bool> sees, Validation validation, CancellationToken cancel) where T : class
    {
        var found = string.IsNullOrWhiteSpace(named) ? null : await find(named.Trim(), cancel);
        var known = found is not null && sees(found);
        validation.Check(known || string.IsNullOrWhiteSpace(named), $"There is no {kind} '{Printable.Of(named)}' here.");
        return known ? found : null;
    }
}

/// <summary>What a preview is asked about: each an Id, a name or a slug (a target: an Id or a slug); null: none.</summary>
public sealed record SubjectQuestion
{
    /// <summary>Deployment unless told; Runbook where one is named.</summary>
    public string? Use { get; init; }
    public string? Project { get; init; }
    public string? Environment { get; init; }
    public string? Tenant { get; init; }
    public string? Runbook { get; init; }
    public string? Target { get; init; }

    /// <summary>An account that is not saved, as it would be sent to be made; only of POST.</summary>
    public AccountInput? Account { get; init; }
}
