using System.Globalization;
using OctoLogin.Http;

namespace OctoLogin.Executions;

/// <summary>When something is to run. Pure.</summary>
/// <param name="QueueTime">Null: at once.</param>
/// <param name="Expiry">Null: however late.</param>
public sealed record ExecutionTimes(DateTimeOffset? QueueTime, DateTimeOffset? Expiry)
{
    /// <summary>A time that has passed means at once, as a clock that goes ahead a little would say; an end that has passed is a mistake.</summary>
    public static ExecutionTimes Read(ExecutionCommand command, DateTimeOffset now, Validation validation)
    {
        validation.Check(command.NoRunAfter is not { } end || end > now, $"NoRunAfter is {Text(command.NoRunAfter)}, which has passed; it is {Text(now)} now.");
        validation.Check(command.NoRunAfter is null || command.RunAt is null || command.NoRunAfter > command.RunAt,
            $"NoRunAfter ({Text(command.NoRunAfter)}) must be later than RunAt ({Text(command.RunAt)}).");
        return new(command.RunAt, command.NoRunAfter);
    }

    private static string Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
