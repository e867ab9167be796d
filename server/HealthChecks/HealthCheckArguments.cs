using System.Text.Json;
using OctoLogin.Audit;
using OctoLogin.Http;
using OctoLogin.ServerTasks;

namespace OctoLogin.HealthChecks;

/// <summary>What a health check is asked for, with the names that clients send and read.</summary>
public sealed record HealthCheckArguments
{
    public const int MostTargets = 1000;

    private static readonly TimeSpan LongestOfTarget = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestOfAll = TimeSpan.FromDays(1);

    /// <summary>Of the whole task.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Of one target, which is then unavailable.</summary>
    public TimeSpan MachineTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public string? EnvironmentId { get; init; }

    /// <summary>Null: all of the space, as it is when the task begins.</summary>
    public string[]? MachineIds { get; init; }

    public string ToJson() => AuditDetails.Of(this);

    public static HealthCheckArguments Read(ServerTask task) => task.Arguments.Deserialize<HealthCheckArguments>(Json.Options)!;

    public static HealthCheckArguments Read(TaskCommand command, Validation validation)
    {
        var defaults = new HealthCheckArguments();
        foreach (var unknown in ((string[])["WorkerIds", "WorkerpoolId"]).Where(name => command.Member(name) is { } member && member.ToString() is not ("" or "[]")))
        {
            validation.Check(false, $"Arguments.{unknown} cannot be given: the nodes of this server are its workers, and are not checked.");
        }
        return new()
        {
            Timeout = Time(command, "Timeout", defaults.Timeout, LongestOfAll, validation),
            MachineTimeout = Time(command, "MachineTimeout", defaults.MachineTimeout, LongestOfTarget, validation),
            EnvironmentId = TextOf(command, "EnvironmentId", validation),
            MachineIds = Ids(command, validation),
        };
    }

    private static string? TextOf(TaskCommand command, string name, Validation validation)
    {
        validation.Check(command.Member(name) is null or { ValueKind: JsonValueKind.String }, $"Arguments.{name} must be a text.");
        return validation.Optional($"Arguments.{name}", command.Argument(name));
    }

    private static TimeSpan Time(TaskCommand command, string name, TimeSpan otherwise, TimeSpan longest, Validation validation)
    {
        if (TextOf(command, name, validation) is not { } text)
        {
            return otherwise;
        }
        var isRight = TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= longest;
        validation.Check(isRight, $"Arguments.{name} is '{Printable.Of(text, 60)}'; it must be a time such as 00:05:00, and {longest:c} at most.");
        return isRight ? time : otherwise;
    }

    /// <summary>An array, or texts joined by commas, as Octopus's own scripts send them. Null: none is named.</summary>
    private static string[]? Ids(TaskCommand command, Validation validation)
    {
        if (command.Member("MachineIds") is not { } sent)
        {
            return null;
        }
        var isList = sent.ValueKind == JsonValueKind.Array && sent.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String);
        validation.Check(isList || sent.ValueKind == JsonValueKind.String, "Arguments.MachineIds must be an array of Ids of deployment targets.");
        string[] ids = isList ? [.. sent.EnumerateArray().Select(id => id.GetString()!.Trim()).Distinct()]
            : sent.ValueKind == JsonValueKind.String ? [.. sent.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()] : [];
        validation.Check(ids.Length <= MostTargets, $"Arguments.MachineIds may have at most {MostTargets} entries, not {ids.Length}.");
        return ids.Length == 0 ? null : [.. ids.Take(MostTargets)];
    }
}
