using OctoLogin.Projects;
using OctoLogin.ServerTasks;

namespace OctoLogin.Executions;

/// <summary>The server task of an execution.</summary>
public static class ExecutionTask
{
    /// <param name="key">Of the tasks with the same key, environment and tenant one runs at a time.</param>
    public static NewServerTask Of(string name, string description, string argumentsJson, Project project, ExecutionPlace place, ExecutionTimes times, string key) => new()
    {
        SpaceId = project.SpaceId,
        Name = name,
        Description = description,
        QueueTime = times.QueueTime,
        QueueTimeExpiry = times.Expiry,
        ArgumentsJson = argumentsJson,
        ProjectId = project.Id,
        EnvironmentId = place.Environment.Id,
        TenantId = place.Tenant?.Id,
        // Untenanted is beside every tenant.
        ConcurrencyKey = string.Join('/', new[] { key, place.Environment.Id, place.Tenant?.Id }.OfType<string>()),
    };
}
