using OctoLogin.Access;
using OctoLogin.Environments;
using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.Projects;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.HealthChecks;

/// <summary>
/// Who may have a target checked: who sees it and may create tasks wherever it is. Which targets are meant is decided here, for who asks,
/// and not when the task begins.
/// </summary>
public sealed class RequestHealthCheck(MachineStore machines, EnvironmentStore environments)
{
    public async Task<NewServerTask> CheckAsync(TaskCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.MachineView, space.Id);
        var validation = new Validation();
        var arguments = HealthCheckArguments.Read(command, validation);
        var description = validation.Optional("Description", command.Description);
        validation.ThrowIfAny();
        var environment = arguments.EnvironmentId is { } id ? await EnvironmentEndpoints.SeenAsync(id, space, caller, environments, cancel) : null;
        var query = new MachineQuery { EnvironmentIds = environment is null ? null : [environment.Id] };
        var found = (await machines.ListAsync(space.Id, query, Page.All with { Ids = arguments.MachineIds }, cancel)).Items.Where(machine => MachineEndpoints.Sees(caller, machine)).ToList();
        var targets = arguments.MachineIds is { } named ? Named(named, found, environment, caller) : All(found, caller);
        return new NewServerTask
        {
            SpaceId = space.Id, Name = HealthCheckRunner.Name,
            Description = description ?? (targets.Count == 1 ? $"Check health of {targets[0].Name}" : environment is null ? "Check health of all targets" : $"Check health in {environment.Name}"),
            ArgumentsJson = (arguments with { EnvironmentId = environment?.Id, MachineIds = [.. targets.Select(machine => machine.Id)] }).ToJson(),
            // Who has the only environment or tenant to look after sees the task, too.
            EnvironmentId = environment?.Id ?? Only(targets, machine => machine.EnvironmentIds),
            TenantId = targets.Any(machine => machine.TenantTags.Length > 0 || machine.TenantedDeploymentParticipation != TenantedDeploymentMode.Tenanted) ? null : Only(targets, machine => machine.TenantIds),
            ConcurrencyKey = targets.Count == 1 ? $"{HealthCheckRunner.Name}/{targets[0].Id}" : HealthCheckRunner.KeyOf(space.Id),
            TimeLimit = arguments.Timeout,
        };
    }

    private static List<Machine> Named(string[] named, List<Machine> found, DeploymentEnvironment? environment, Caller caller)
    {
        var validation = new Validation();
        foreach (var unknown in named.Except(found.Select(machine => machine.Id)))
        {
            validation.Check(false, $"Arguments.MachineIds names '{Printable.Of(unknown)}', which is not a deployment target of {(environment is null ? "this space" : environment.Name)}.");
        }
        validation.ThrowIfAny();
        found.ForEach(machine => MachineEndpoints.DemandEverywhere(caller, Permission.TaskCreate, machine));
        return found;
    }

    /// <summary>Of those that nobody has named, the ones that the caller may.</summary>
    private static List<Machine> All(List<Machine> found, Caller caller)
    {
        var mine = found.Where(machine => MachineTargets.Of(machine).All(target => caller.May(Permission.TaskCreate, target))).ToList();
        if (mine.Count == 0 && found.Count > 0)
        {
            MachineEndpoints.DemandEverywhere(caller, Permission.TaskCreate, found[0]);
        }
        return mine;
    }

    private static string? Only(List<Machine> targets, Func<Machine, string[]> of) => targets.SelectMany(of).Distinct().Take(2).ToList() is [var only] ? only : null;
}
