using System.Globalization;

namespace OctoLogin.Executions;

/// <summary>How often an action that failed is tried again and how long one try may take, from its properties. Pure.</summary>
/// <param name="MostRetries">After the first try; 0: none.</param>
/// <param name="Backoff">Before the first retry; doubled before each further one.</param>
/// <param name="TimeLimit">Of one try; null: none but the task's.</param>
public sealed record RetryRule(int MostRetries, TimeSpan Backoff, TimeSpan? TimeLimit)
{
    /// <summary>As many as Octopus's own clients let one choose.</summary>
    public const int Most = 10;

    private const string RetriesProperty = "Octopus.Action.AutoRetry.MaximumCount";
    private const string BackoffProperty = "Octopus.Action.AutoRetry.MinimumBackoff";
    private const string MinutesProperty = "Octopus.Action.ExecutionTimeout.Minutes";
    private static readonly TimeSpan UsualBackoff = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    /// <param name="property">An action's property, its <c>#{…}</c> replaced.</param>
    public static RetryRule Of(Func<string, string?> property)
    {
        var minutes = Number(property(MinutesProperty));
        return new(
            (int)Math.Min(Number(property(RetriesProperty)) ?? 0, Most),
            Number(property(BackoffProperty)) is { } seconds ? Shorter(TimeSpan.FromSeconds(Math.Min(seconds, 3600))) : UsualBackoff,
            minutes > 0 ? TimeSpan.FromMinutes(Math.Min(minutes.Value, 100_000)) : null);
    }

    /// <param name="retry">From 1.</param>
    public TimeSpan Before(int retry) => Shorter(Backoff * Math.Pow(2, retry - 1));

    private static TimeSpan Shorter(TimeSpan time) => time < LongestBackoff ? time : LongestBackoff;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
