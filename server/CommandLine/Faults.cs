using System.Security.Cryptography;
using OctoLogin.Database;
using OctoLogin.Http;

namespace OctoLogin.CommandLine;

/// <summary>What stopped a verb, as sentences on standard error. Only what we did not foresee comes with its stack, for a bug report.</summary>
public static class Faults
{
    private const int Interrupted = 130;

    public static async Task<int> TellAsync(Exception fault, Terminal terminal, CancellationToken cancel)
    {
        if (fault is OperationCanceledException && cancel.IsCancellationRequested)
        {
            return Interrupted;
        }
        await terminal.Error.WriteLineAsync(Sentence(fault) ?? $"OctoLogin stopped for a reason that it does not know; please report it:\n{fault}");
        return fault switch
        {
            StartupException startup => startup.ExitCode,
            UsageException or InvalidDataException => Verbs.WrongUsage,
            _ => Verbs.Failed,
        };
    }

    private static string? Sentence(Exception fault) => fault switch
    {
        StartupException or UsageException => fault.Message,
        ApiException { Errors.Count: > 1 } refused => string.Join('\n', refused.Errors.Select(error => $"- {error}")),
        ApiException => fault.Message,
        _ when Outage.Is(fault) => $"The database does not answer: {(fault.InnerException ?? fault).Message}. Look whether PostgreSQL runs, and try again.",
        InvalidDataException => $"A settings file cannot be read: {fault.Message} {fault.InnerException?.Message}".TrimEnd(),
        IOException or UnauthorizedAccessException => $"A file cannot be used: {fault.Message} Look at its owner, its mode and the space on its disk.",
        CryptographicException => $"A key or certificate cannot be used: {fault.Message}",
        _ => null,
    };
}
