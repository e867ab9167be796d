using System.CommandLine;
using System.Text.Json;
using OctoLogin.Audit;
using OctoLogin.Http;

namespace OctoLogin.CommandLine;

/// <summary>Whether the audit is what was written.</summary>
public static class AuditVerbs
{
    public static Command Create(VerbContext context) => new Command("audit", "What happened, and whether its record is whole.") { VerifyVerb(context) };

    private static Command VerifyVerb(VerbContext context)
    {
        var json = VerbContext.JsonOption();
        var expect = new Option<FileInfo?>("--expect")
        {
            Description = "What an earlier 'audit verify --json' printed: every chain must still hold what it held then.", HelpName = "FILE",
        };
        var verify = new Command("verify",
            "Compare every event with the hash that was made when it was written, and name each that was changed, moved or removed. Exit code 0: all is as it was written.") { expect, json };
        context.OnDatabase(verify, parsed => parsed.GetValue(expect) is { } file ? Read(file) : [], async (parsed, expected, services, cancel) =>
        {
            var report = await services.Get<AuditVerification>().RunAsync(expected, events => context.Terminal.Error.WriteLine($"… {events} events"), cancel);
            if (parsed.GetValue(json))
            {
                context.Terminal.Json(report);
            }
            else
            {
                Tell(context.Terminal, report);
            }
            if (!report.Verified)
            {
                context.Terminal.Error.WriteLine(
                    $"The audit is not as it was written: {report.FaultCount} fault{(report.FaultCount == 1 ? "" : "s")}. Keep this database as it is and find out who could write to it.");
            }
            return report.Verified ? 0 : Verbs.Failed;
        });
        return verify.WithExamples(
            """
            octologin audit verify
            octologin audit verify --json >heads-2026-01-31.json          (keep it where the database's administrators cannot write)
            octologin audit verify --expect heads-2026-01-31.json
            """);
    }

    private static IReadOnlyList<VerifiedChain> Read(FileInfo file)
    {
        try
        {
            return JsonSerializer.Deserialize<Expectation>(File.ReadAllText(file.FullName), Json.Options)?.Chains
                ?? throw new UsageException($"--expect is {file}, which has no Chains: it is not what 'octologin audit verify --json' printed.");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--expect is {file}, which cannot be read: {fault.Message} Give what 'octologin audit verify --json' printed.");
        }
    }

    private static void Tell(Terminal terminal, AuditReport report)
    {
        terminal.Table(["CHAIN", "PURPOSE", "STARTED", "EVENTS", "HEAD", "NODE"],
            report.Chains.Select(chain => new[] { $"{chain.Id}", chain.Purpose, $"{chain.Started:u}", $"{chain.Position}", chain.Head, chain.Node }));
        foreach (var fault in report.Faults)
        {
            terminal.Say($"FAIL  {Printable.Of(fault.Message, 1000)}.");
        }
        if (report.FaultCount > report.Faults.Count)
        {
            terminal.Say($"… and {report.FaultCount - report.Faults.Count} more.");
        }
        terminal.Say($"{report.Events} events in {report.Chains.Count} chains{(report.Verified ? " are as they were written" : "")}.");
        if (report.UnchainedEvents > 0)
        {
            terminal.Say($"{report.UnchainedEvents} events are older than the chains; nothing shows whether those were changed.");
        }
    }

    private sealed record Expectation(IReadOnlyList<VerifiedChain>? Chains);
}
