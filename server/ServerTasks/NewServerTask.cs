namespace OctoLogin.ServerTasks;

/// <summary>What a use case enqueues in its own transaction.</summary>
public sealed record NewServerTask
{
    public required string SpaceId { get; init; }

    /// <summary>The <see cref="IServerTaskRunner.TaskName"/> of who runs it: <c>Deploy</c>, <c>RunbookRun</c>.</summary>
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>Not before this time; null: now.</summary>
    public DateTimeOffset? QueueTime { get; init; }

    /// <summary>When it has not begun by then, it ends as <see cref="TaskState.TimedOut"/>; null: it waits for as long as it takes.</summary>
    public DateTimeOffset? QueueTimeExpiry { get; init; }

    /// <summary>A JSON object, which clients read as <c>Arguments</c>.</summary>
    public string ArgumentsJson { get; init; } = "{}";

    /// <summary>These three are what TaskView and TaskCancel are limited by. Null: the task has none.</summary>
    public string? ProjectId { get; init; }
    public string? EnvironmentId { get; init; }
    public string? TenantId { get; init; }

    /// <summary>Of all tasks with the same key one runs at a time, on whichever node: <c>Projects-1/Environments-2/Tenants-3</c>.</summary>
    public string? ConcurrencyKey { get; init; }

    /// <summary>For how long it may run; null: no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }
}
