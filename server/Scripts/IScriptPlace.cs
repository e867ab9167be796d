using System.Diagnostics;

namespace OctoLogin.Scripts;

/// <summary>Where a script runs: on this machine or in a container.</summary>
internal interface IScriptPlace
{
    Process Start();

    /// <summary>What the script uses now, for the limits that the kernel does not hold by itself.</summary>
    (int Processes, long Kilobytes) Measure();

    /// <summary>SIGTERM to all of it; returns when it has ended, or after the time it is given.</summary>
    Task AskToEndAsync(TimeSpan within);

    /// <summary>Ends all of it, at once.</summary>
    /// <returns>How many processes that took; null: some did not end.</returns>
    Task<int?> EndAsync();
}
