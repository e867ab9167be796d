using System.Globalization;

namespace OctoLogin.Action;

/// <summary>Tries again what may pass: exponential backoff with jitter, or as long as the server asks for, within a bounded time.</summary>
internal sealed class Retry(WorkflowCommands commands, TimeProvider time, TimeSpan budget)
{
    private const int MaximumTries = 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    // One clock for all calls of a step: two slow services must not double the time that a job waits.
    private readonly long start = time.GetTimestamp();

    public T Run<T>(Func<T> attempt)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return attempt();
            }
            catch (TransientException failure)
            {
                var wait = Wait(failure, tries);
                var elapsed = time.GetElapsedTime(start);
                if (tries == MaximumTries || elapsed + wait > budget)
                {
                    throw new LoginException($"{failure.Message} Gave up after {tries} {(tries == 1 ? "try" : "tries")} in {Seconds(elapsed)}.");
                }
                commands.Info($"{failure.Message} Trying again in {Seconds(wait)} (try {tries + 1} of {MaximumTries}).");
                Task.Delay(wait, time).GetAwaiter().GetResult();
            }
        }
    }

    private static TimeSpan Wait(TransientException failure, int tries)
    {
        var wait = failure.RetryAfter ?? TimeSpan.FromSeconds(Math.Pow(2, tries - 1));
        wait = wait < LongestWait ? wait : LongestWait;
        // A whole organisation's jobs start on the hour: they must not come back in step. Never sooner than the server asked.
        return failure.RetryAfter is null ? wait * (0.5 + Random.Shared.NextDouble() / 2) : wait * (1 + Random.Shared.NextDouble() / 10);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";
}
