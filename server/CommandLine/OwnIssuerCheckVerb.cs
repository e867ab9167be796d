using System.Security.Cryptography.X509Certificates;
using OctoLogin.OpenIdProvider;

namespace OctoLogin.CommandLine;

/// <summary><c>issuer check --self</c>: by the settings alone, also from another machine and with the server's database down.</summary>
internal static class OwnIssuerCheckVerb
{
    public static async Task<int> RunAsync(VerbContext context, IssuerOptions issuer, X509Certificate2Collection? roots, bool json, CancellationToken cancel)
    {
        var report = await new OwnIssuerCheck(issuer, TimeProvider.System).RunAsync(roots, cancel);
        if (json)
        {
            context.Terminal.Json(report);
        }
        else
        {
            Tell(context.Terminal, report);
        }
        if (!report.Usable)
        {
            await context.Terminal.Error.WriteLineAsync($"Clouds cannot use {report.Issuer} as an issuer; the lines with FAIL say why and what to do.");
        }
        return report.Usable ? 0 : Verbs.Failed;
    }

    private static void Tell(Terminal terminal, OwnIssuerReport report)
    {
        foreach (var row in report.Rows)
        {
            terminal.Say($"{(row.State == CheckRow.Failed ? "FAIL" : row.State),-5} {row.Check,-11}  {row.Seen}");
            if (row.Advice is not null)
            {
                terminal.Say($"{"",-18} {row.Advice}");
            }
        }
    }
}
