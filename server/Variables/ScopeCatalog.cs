using OctoLogin.Access;
using OctoLogin.Channels;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.Projects;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Variables;

/// <summary>What the scopes of a project's variables may name. Only what the caller sees: nothing else can be found out, or be named, by them.</summary>
public sealed class ScopeCatalog(
    EnvironmentStore environments, MachineStore machines, TenantStore tenants, TagSetStore sets, ChannelStore channels, DeploymentProcessStore processes)
{
    public async Task<ScopeValues> ReadAsync(Project project, Caller caller, CancellationToken cancel)
    {
        var space = project.SpaceId;
        var seen = await EnvironmentEndpoints.AllSeenAsync(project.SpaceId, caller, environments, cancel);
        var targets = caller.MaySomewhere(Permission.MachineView, space)
            ? (await MachineEndpoints.SeenAsync(space, new MachineQuery(), Page.All, caller, machines, cancel)).Items
            : [];
        var tags = TagSetEndpoints.MayView(caller, space) ? (await sets.ListAsync(space, Page.All, cancel)).Items.SelectMany(set => set.Tags) : [];
        var ofProject = await channels.ListAsync(space, project.Id, Page.All, VisibleRows.Everything, cancel);
        return new ScopeValues
        {
            Environments = [.. seen.Select(environment => new ScopeValue(environment.Id, environment.Name))],
            Machines = [.. targets.Select(machine => new ScopeValue(machine.Id, machine.Name))],
            Roles = [.. targets.SelectMany(machine => machine.Roles).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Select(role => new ScopeValue(role, role))],
            TenantTags = [.. tags.Select(tag => new ScopeValue(tag.CanonicalTagName, tag.Name))],
            Channels = [.. ofProject.Items.Select(channel => new ScopeValue(channel.Id, channel.Name))],
            Actions = [.. (await SeenProcessesAsync(project, caller, cancel)).SelectMany(process => process.Steps).SelectMany(step => step.Actions).Select(action => new ScopeValue(action.Id, action.Name))],
        };
    }

    /// <summary>Of the named tenants those that there are: of all there may be thousands.</summary>
    public async Task<string[]> TenantsAsync(Project project, string[] named, Caller caller, CancellationToken cancel)
    {
        if (named.Length == 0 || !caller.MaySomewhere(Permission.TenantView, project.SpaceId))
        {
            return [];
        }
        var found = await tenants.ListAsync(project.SpaceId, new TenantQuery(), Page.All with { Ids = named }, caller.Visible(Permission.TenantView, project.SpaceId), cancel);
        return [.. found.Items.Select(tenant => tenant.Id)];
    }

    /// <summary>The project itself, and its runbooks.</summary>
    public async Task<string[]> OwnersAsync(Project project, Caller caller, CancellationToken cancel) =>
        [project.Id, .. (await SeenProcessesAsync(project, caller, cancel)).Select(process => process.RunbookId).OfType<string>()];

    private async Task<IEnumerable<DeploymentProcess>> SeenProcessesAsync(Project project, Caller caller, CancellationToken cancel)
    {
        var target = ProjectEndpoints.Target(project);
        var (deployments, runbooks) = (caller.May(Permission.ProcessView, target), caller.May(Permission.RunbookView, target));
        return (await processes.ListAsync(project.SpaceId, project.Id, cancel)).Where(process => process.RunbookId is null ? deployments : runbooks);
    }
}
