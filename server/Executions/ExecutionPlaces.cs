using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.Projects;
using OctoLogin.Spaces;
using OctoLogin.TagSets;
using OctoLogin.Tenants;

namespace OctoLogin.Executions;

/// <summary>Where and for whom something is to run: what the names in a command mean, and whether the caller may have it run there.</summary>
public sealed class ExecutionPlaces(EnvironmentStore environments, TenantStore tenants, TagSetStore sets, MachineStore machines)
{
    public const int MostPlaces = 1000;

    /// <summary>Each environment with each tenant; a fault for every name that means none that the caller may know of.</summary>
    /// <param name="tenanted">Whether it is for tenants.</param>
    public async Task<IReadOnlyList<ExecutionPlace>> FindAsync(
        ExecutionCommand command, ExecutionSubject subject, bool tenanted, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        var found = new List<DeploymentEnvironment>();
        validation.Check(command.WantedEnvironments.Count > 0, "EnvironmentNames is required: at least one environment.");
        validation.Check(command.WantedEnvironments.Count <= MostPlaces, $"EnvironmentNames may have at most {MostPlaces} entries, not {command.WantedEnvironments.Count}.");
        validation.Check(command.WantedTenants.Count <= MostPlaces, $"Tenants may have at most {MostPlaces} entries, not {command.WantedTenants.Count}.");
        foreach (var name in command.WantedEnvironments.Take(MostPlaces))
        {
            var environment = await environments.FindNamedAsync(space.Id, name, cancel);
            var known = environment is not null && (caller.May(Permission.EnvironmentView, new(space.Id, EnvironmentId: environment.Id)) || caller.May(subject.Permission, subject.In(environment.Id, null)));
            validation.Check(known, $"There is no environment '{Printable.Of(name)}' in space '{space.Space.Name}' ({space.Id}).");
            if (known)
            {
                found.Add(environment!);
            }
        }
        found = [.. found.DistinctBy(environment => environment.Id)];
        CheckMode(command, subject, tenanted, validation);
        var places = tenanted
            ? await WithTenantsAsync(command, subject, found, space, caller, validation, cancel)
            : [.. found.Select(environment => new ExecutionPlace(environment, null))];
        validation.Check(places.Count <= MostPlaces, $"That would be more than {MostPlaces} server tasks, which is the most that can be started at a time.");
        foreach (var place in places)
        {
            caller.Demand(subject.Permission, subject.In(place.Environment.Id, place.Tenant?.Id));
        }
        return places;
    }

    /// <summary>How it is to run, but for what is given for prompted variables (<see cref="ExecutionPrompts"/>).</summary>
    /// <param name="steps">Of the process; null: there is none, which is a fault already.</param>
    public async Task<ExecutionOptions> ReadOptionsAsync(
        ExecutionCommand command, IReadOnlyList<DeploymentStep>? steps, IReadOnlyList<ExecutionPlace> places, SpaceContext space, DateTimeOffset now, Validation validation, CancellationToken cancel) => new()
        {
            Times = ExecutionTimes.Read(command, now, validation),
            Comments = validation.OptionalText("Comments", command.Comments),
            SkipActions = steps is null ? [] : SkippedSteps.Find(steps, command.WantedSkips, validation),
            SpecificMachineIds = await FindMachinesAsync("SpecificMachineNames", command.SpecificMachineNames, places, space, validation, cancel),
            ExcludedMachineIds = await FindMachinesAsync("ExcludedMachineNames", command.ExcludedMachineNames, places, space, validation, cancel),
            ForcePackageDownload = command.ForcePackageDownload ?? false,
            UseGuidedFailure = command.UseGuidedFailure ?? false,
        };

    public static AccessTarget Target(Execution execution) =>
        new(execution.SpaceId, execution.ProjectId, execution.ProjectGroupId, execution.EnvironmentId, execution.TenantId);

    /// <summary>The Ids of the deployment targets that are named; they must be in one of the places.</summary>
    private async Task<string[]> FindMachinesAsync(
        string property, IEnumerable<string?>? names, IReadOnlyList<ExecutionPlace> places, SpaceContext space, Validation validation, CancellationToken cancel)
    {
        var wanted = ExecutionCommand.Clean(names);
        if (wanted.Count == 0)
        {
            return [];
        }
        var there = await machines.ListAsync(space.Id, new MachineQuery { EnvironmentIds = [.. places.Select(place => place.Environment.Id).Distinct()] }, Page.All, cancel);
        var ids = new List<string>();
        foreach (var name in wanted)
        {
            var machine = there.Items.OrderBy(machine => !Is(machine.Id, name)).FirstOrDefault(machine => Is(machine.Id, name) || Is(machine.Name, name) || Is(machine.Slug, name));
            validation.Check(machine is not null, $"{property}: there is no deployment target '{Printable.Of(name)}' in {Names.List(places.Select(place => place.Environment.Name).Distinct())}.");
            ids.Add(machine?.Id ?? "");
        }
        return [.. ids];
    }

    private static void CheckMode(ExecutionCommand command, ExecutionSubject subject, bool tenanted, Validation validation)
    {
        var none = command.WantedTenants.Count + command.WantedTenantTags.Count == 0;
        validation.Check(tenanted || none, "Tenants and TenantTags are for tenanted deployments alone; send this to …/create/tenanted/v1.");
        validation.Check(!tenanted || !none, "Tenants or TenantTags is required: at least one tenant.");
        validation.Check(tenanted || subject.Mode != TenantedDeploymentMode.Tenanted, $"{subject.What} is for tenants only: name Tenants or TenantTags.");
        validation.Check(!tenanted || subject.Mode != TenantedDeploymentMode.Untenanted, $"{subject.What} is not for tenants: its tenanted mode is Untenanted.");
    }

    private async Task<IReadOnlyList<ExecutionPlace>> WithTenantsAsync(
        ExecutionCommand command, ExecutionSubject subject, List<DeploymentEnvironment> found, SpaceContext space, Caller caller, Validation validation, CancellationToken cancel)
    {
        var places = new List<ExecutionPlace>();
        foreach (var name in command.WantedTenants.Take(MostPlaces))
        {
            var tenant = await tenants.FindNamedAsync(space.Id, name, cancel);
            var known = tenant is not null
                && (caller.May(Permission.TenantView, TenantEndpoints.Target(tenant)) || found.Exists(environment => caller.May(subject.Permission, subject.In(environment.Id, tenant.Id))));
            validation.Check(known, $"There is no tenant '{Printable.Of(name)}' in space '{space.Space.Name}' ({space.Id}).");
            // Beyond the limit they are only counted.
            if (known && places.Count <= MostPlaces)
            {
                places.AddRange(Connected(tenant!, subject, found, validation));
            }
        }
        if (command.WantedTenantTags.Count > 0)
        {
            places.AddRange(await WithTagsAsync(command.WantedTenantTags, subject, found, space, validation, cancel));
        }
        return [.. places.DistinctBy(place => (place.Environment.Id, place.Tenant?.Id))];
    }

    private static List<ExecutionPlace> Connected(Tenant tenant, ExecutionSubject subject, List<DeploymentEnvironment> found, Validation validation)
    {
        validation.Check(!tenant.IsDisabled, $"Tenant '{tenant.Name}' is disabled.");
        foreach (var environment in found)
        {
            validation.Check(tenant.IsConnected(subject.Project.Id, environment.Id),
                $"Tenant '{tenant.Name}' is not connected to environment '{environment.Name}' of project '{subject.Project.Name}'.");
        }
        return found.ConvertAll(environment => new ExecutionPlace(environment, tenant));
    }

    /// <summary>Those that the tags mean and that are connected: others with the tags are not meant here.</summary>
    private async Task<IReadOnlyList<ExecutionPlace>> WithTagsAsync(
        IReadOnlyList<string> named, ExecutionSubject subject, List<DeploymentEnvironment> found, SpaceContext space, Validation validation, CancellationToken cancel)
    {
        var tags = await sets.CheckTagsAsync(space.Id, "TenantTags", named, validation, cancel);
        if (tags.Length < named.Count)
        {
            return [];
        }
        var meant = await tenants.WithTagsAsync(space.Id, tags, cancel);
        var places = new List<ExecutionPlace>();
        foreach (var environment in found)
        {
            var there = meant.Where(tenant => !tenant.IsDisabled && tenant.IsConnected(subject.Project.Id, environment.Id)).ToList();
            validation.Check(there.Count > 0, $"No tenant with {Names.List(tags)} is connected to environment '{environment.Name}' of project '{subject.Project.Name}'.");
            places.AddRange(there.Select(tenant => new ExecutionPlace(environment, tenant)));
        }
        return places;
    }

    private static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Tenant">Null: untenanted.</param>
public sealed record ExecutionPlace(DeploymentEnvironment Environment, Tenant? Tenant)
{
    public string Name => Environment.Name + (Tenant is null ? "" : $" for {Tenant.Name}");
}

/// <summary>What is to run: a project's release or a runbook of it.</summary>
/// <param name="Permission">What its caller needs.</param>
/// <param name="What">In messages: <c>Project 'Web shop'</c>.</param>
public sealed record ExecutionSubject(Project Project, Permission Permission, TenantedDeploymentMode Mode, string What)
{
    public AccessTarget In(string environmentId, string? tenantId) => ProjectEndpoints.Target(Project) with { EnvironmentId = environmentId, TenantId = tenantId };
}
