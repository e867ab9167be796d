using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OctoLogin.ServerTasks;

/// <summary>Something that the server does in the background. The row is the resource, with the times and words that Octopus's clients read.</summary>
public sealed record ServerTask
{
    public required string Id { get; init; }
    public required string SpaceId { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required TaskState State { get; init; }
    public required DateTimeOffset QueueTime { get; init; }
    public DateTimeOffset? QueueTimeExpiry { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? CompletedTime { get; init; }
    public required DateTimeOffset LastUpdatedTime { get; init; }
    public string? ErrorMessage { get; init; }
    public required bool HasWarningsOrErrors { get; init; }
    public string? ProjectId { get; init; }
    public string? EnvironmentId { get; init; }
    public string? TenantId { get; init; }

    [JsonPropertyName("ServerNode")]
    public string? NodeName { get; init; }

    [JsonIgnore]
    public long Number { get; init; }

    [JsonIgnore]
    public string ArgumentsJson { get; init; } = "{}";

    /// <summary>Of the project as it is now.</summary>
    [JsonIgnore]
    public string? ProjectGroupId { get; init; }

    [JsonIgnore]
    public string? ConcurrencyKey { get; init; }

    [JsonIgnore]
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The fencing token of whoever runs it; null: nobody does.</summary>
    [JsonIgnore]
    public long? Lease { get; init; }

    /// <summary>When the row was read, by the server's clock: how long a task has run so far is counted until then.</summary>
    [JsonIgnore]
    public DateTimeOffset ReadAt { get; init; }

    public JsonElement Arguments => JsonSerializer.Deserialize<JsonElement>(ArgumentsJson);
    public bool HasBeenPickedUpByProcessor => StartTime is not null;
    public bool IsCompleted => State.IsFinal();
    public bool FinishedSuccessfully => State == TaskState.Success;
    public bool HasPendingInterruptions => false;

    /// <summary>There is no route that runs a task again; who wants that makes another deployment.</summary>
    public bool CanRerun => false;

    /// <summary>As Octopus writes it: <c>21 January 2016 13:33</c>.</summary>
    public string? Completed => CompletedTime?.ToString("d MMMM yyyy HH:mm", CultureInfo.InvariantCulture);

    public string? Duration => StartTime is { } started ? Words((CompletedTime ?? ReadAt) - started) : null;

    /// <summary>The largest unit of which there is a whole one: <c>40 seconds</c>, <c>1 minute</c>, <c>3 hours</c>, <c>2 days</c>.</summary>
    public static string Words(TimeSpan duration)
    {
        var (count, unit) = duration switch
        {
            { TotalMinutes: < 1 } => (Math.Max(0, duration.Seconds), "second"),
            { TotalHours: < 1 } => (duration.Minutes, "minute"),
            { TotalDays: < 1 } => (duration.Hours, "hour"),
            _ => (duration.Days, "day"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");
    }
}
