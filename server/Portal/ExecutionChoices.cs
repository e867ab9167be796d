using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Executions;
using OctoLogin.Http;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.Tenants;
using OctoLogin.Variables;

namespace OctoLogin.Portal;

/// <summary>Where something may be started, for whom, what is asked for and what may be left out; what the caller may see and do of it.</summary>
public sealed class ExecutionChoices(EnvironmentStore environments, TenantStore tenants, DeploymentProcessStore processes, VariableSetStore variables)
{
    private const int MostTenants = 500;

    /// <param name="processId">The frozen process; <paramref name="variableSetId"/> the frozen variables.</param>
    public async Task<ExecutionChoice> ReadAsync(
        ExecutionSubject subject, string processId, string? variableSetId, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        var places = (await EnvironmentEndpoints.AllSeenAsync(space.Id, caller, environments, cancel))
            .Where(environment => caller.MayInTenantOrNone(subject, environment.Id)).ToList();
        var mayTenants = subject.Mode != TenantedDeploymentMode.Untenanted && caller.MaySomewhere(Permission.TenantView, space.Id);
        var connected = mayTenants
            ? (await tenants.ListAsync(space.Id, new TenantQuery(subject.Project.Id), Page.All with { Take = MostTenants }, caller.Visible(Permission.TenantView, space.Id), cancel)).Items
            : [];
        var target = ProjectEndpoints.Target(subject.Project);
        var process = caller.May(Permission.ProcessView, target) ? await processes.FindByIdAsync(space.Id, processId, cancel) : null;
        var set = variableSetId is null ? null : await variables.FindByIdAsync(space.Id, variableSetId, cancel);
        return new(places, connected, subject.Mode, [.. (process?.Steps ?? []).SelectMany(step => step.Actions).Where(action => action is { IsDisabled: false, IsRequired: false })],
            Prompts(set, subject.Project, caller));
    }

    private static IReadOnlyList<Prompt> Prompts(VariableSet? set, Project project, Caller caller)
    {
        var access = new VariableAccess(caller, project);
        var mayView = caller.MayInSomeEnvironment(Permission.VariableView, ProjectEndpoints.Target(project));
        return [.. (set?.Variables ?? []).Where(variable => variable.Prompt is not null).GroupBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase).Select(name =>
        {
            var first = name.First();
            var only = name.Count() == 1 && mayView && access.Sees(first) && !first.IsSensitive ? first.Value : null;
            return new Prompt(first.Name, first.Prompt!.Label ?? first.Name, first.Prompt.Description, first.Prompt.Required, name.Any(variable => variable.IsSensitive), only ?? "");
        })];
    }
}

public sealed record ExecutionChoice(
    IReadOnlyList<DeploymentEnvironment> Environments, IReadOnlyList<Tenant> Tenants, TenantedDeploymentMode Mode, IReadOnlyList<DeploymentAction> Actions, IReadOnlyList<Prompt> Prompts)
{
    /// <summary>The environments that come next in the lifecycle, by Id; null: it has none.</summary>
    public IReadOnlyList<string>? Next { get; init; }
}

internal static class ExecutionRights
{
    /// <summary>For no tenant, or for one of those that a role names.</summary>
    public static bool MayInTenantOrNone(this Caller caller, ExecutionSubject subject, string environmentId) =>
        caller.May(subject.Permission, subject.In(environmentId, null))
        || caller.Grants.SelectMany(grant => grant.TenantIds).Distinct().Any(tenant => caller.May(subject.Permission, subject.In(environmentId, tenant)));
}
