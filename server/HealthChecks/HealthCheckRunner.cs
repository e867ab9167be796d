using OctoLogin.Http;
using OctoLogin.Machines;
using OctoLogin.ServerTasks;
using OctoLogin.Spaces;

namespace OctoLogin.HealthChecks;

/// <summary>Checks targets beside each other and keeps what it finds. As Octopus's, it fails when one of them is not healthy.</summary>
public sealed class HealthCheckRunner(SpaceStore spaces, MachineStore machines, TargetCheck check, RecordMachineHealth record, TimeProvider clock) : IServerTaskRunner
{
    public const string Name = "Health";

    private const int AtOnce = 8;

    public string TaskName => Name;

    /// <summary>Of checks of many targets one runs at a time.</summary>
    public static string KeyOf(string spaceId) => $"{Name}/{spaceId}";

    public async Task RunAsync(RunningTask task, CancellationToken cancel)
    {
        var arguments = HealthCheckArguments.Read(task.Task);
        var space = await spaces.FindAsync(task.Task.SpaceId, cancel) ?? throw new TaskFailedException("The space was deleted before the check began.");
        var targets = (await machines.ListAsync(space.Id, new MachineQuery(), Page.All with { Ids = arguments.MachineIds }, cancel)).Items;
        var (done, bad) = (0, 0);
        await Parallel.ForEachAsync(targets, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (machine, stop) =>
        {
            if (!await HealthyAsync(machine, space, arguments, task, stop))
            {
                Interlocked.Increment(ref bad);
            }
            task.Log.Progress(Interlocked.Increment(ref done) * 100 / targets.Count, $"{done} of {targets.Count} targets");
        });
        task.Log.Info(targets.Count == 0 ? "There is no deployment target to check." : $"{targets.Count - bad} of {targets.Count} targets have no fault.");
        if (bad > 0)
        {
            throw new TaskFailedException($"{bad} of {targets.Count} deployment targets {(bad == 1 ? "is" : "are")} not healthy; the log and the targets tell why.");
        }
    }

    /// <summary>True also of one that is not checked.</summary>
    private async Task<bool> HealthyAsync(Machine machine, Space space, HealthCheckArguments arguments, RunningTask task, CancellationToken cancel)
    {
        if (machine.IsDisabled || !TargetCheck.Knows(machine))
        {
            task.Log.Info($"{machine.Name} is not checked: it {(machine.IsDisabled ? "is disabled" : $"is of the kind {TargetCheck.StyleOf(machine)}, of which there is nothing to ask")}. Its health stays {machine.HealthStatus}.");
            return true;
        }
        var log = task.Log.Begin($"Check {machine.Name}");
        var status = ActivityStatus.Failed;
        try
        {
            var health = await FindAsync(machine, space, arguments.MachineTimeout, task.Mask, log, cancel);
            // A target may quote what it was sent, and this is shown and kept.
            health = health with { Summary = task.Mask.Apply(health.Summary) };
            log.Write(health.Status == MachineHealth.Healthy ? LogCategory.Info : LogCategory.Error, $"{machine.Name} is {health.Status}: {health.Summary}");
            if (!await record.RunAsync(machine, health, cancel))
            {
                log.Warning($"{machine.Name} was changed or deleted meanwhile; this says nothing about what it is now.");
            }
            status = health.Status == MachineHealth.Healthy ? ActivityStatus.Success : ActivityStatus.Failed;
            return status == ActivityStatus.Success;
        }
        catch (OperationCanceledException)
        {
            status = ActivityStatus.Canceled;
            throw;
        }
        finally
        {
            log.End(status);
        }
    }

    private async Task<MachineHealth> FindAsync(Machine machine, Space space, TimeSpan patience, SecretMask mask, ActivityLog log, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            return await check.CheckAsync(machine, space, mask, log, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new(MachineHealth.Unavailable, $"The check was not done within {patience:c}, its MachineTimeout.");
        }
    }
}
