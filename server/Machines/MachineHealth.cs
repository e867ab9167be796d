using Npgsql;
using OctoLogin.Audit;
using OctoLogin.Database;

namespace OctoLogin.Machines;

/// <summary>What a health check found of a target, in Octopus's words.</summary>
/// <param name="Summary">A sentence for people; holds no secret.</param>
public sealed record MachineHealth(string Status, string Summary)
{
    public const string Unknown = nameof(Unknown);
    public const string Healthy = nameof(Healthy);

    /// <summary>It answered, and not as it should.</summary>
    public const string Unhealthy = nameof(Unhealthy);

    /// <summary>Nobody answered.</summary>
    public const string Unavailable = nameof(Unavailable);
}

/// <summary>Keeps what was found of a target; the audit has every change of it, not every check.</summary>
public sealed class RecordMachineHealth(NpgsqlDataSource database, MachineStore machines, AuditLog audit)
{
    /// <summary>False: the target is gone or another by now, and nothing is known of that.</summary>
    public Task<bool> RunAsync(Machine machine, MachineHealth health, CancellationToken cancel) => database.InTransactionAsync(async connection =>
    {
        var before = await machines.SetHealthAsync(connection, machine, health, cancel);
        if (before is not null && before != health.Status)
        {
            await audit.AppendAsync(connection, new AuditEvent
            {
                Category = health.Status switch
                {
                    MachineHealth.Healthy => AuditCategories.MachineHealthy,
                    MachineHealth.Unhealthy => AuditCategories.MachineUnhealthy,
                    _ => AuditCategories.MachineUnavailable,
                },
                Message = $"Deployment target {machine.Name} is {health.Status}, and was {before}",
                Actor = AuditActor.System,
                SpaceId = machine.SpaceId,
                RelatedDocumentIds = [machine.Id, .. machine.EnvironmentIds, .. machine.TenantIds],
                Details = AuditDetails.Of(new { health.Summary }),
            }, cancel);
        }
        return before is not null;
    }, cancel);
}
