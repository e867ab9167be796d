using System.Text.Json;
using OctoLogin.Access;
using OctoLogin.Spaces;

namespace OctoLogin.ServerTasks;

/// <summary>What clients send to have a task done that is no deployment: its name, and what it needs to know.</summary>
public sealed record TaskCommand
{
    public string? Name { get; init; }
    public string? SpaceId { get; init; }

    /// <summary>An object; which members it has is the task's.</summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>A text of <see cref="Arguments"/>; null: there is none.</summary>
    public string? Argument(string name)
    {
        foreach (var member in Arguments is { ValueKind: JsonValueKind.Object } arguments ? arguments.EnumerateObject() : default)
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            }
        }
        return null;
    }
}

/// <summary>A kind of task that may be asked for by its name.</summary>
/// <param name="CheckAsync">Refuses who may not, and what is wrong; else what is to be queued.</param>
public sealed record RequestedTask(string Name, Func<TaskCommand, SpaceContext, Caller, CancellationToken, Task<NewServerTask>> CheckAsync);
