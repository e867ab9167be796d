using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;

namespace OctoLogin.CommandLine;

/// <summary>
/// The program's verbs. Exit codes: 0 done, 1 refused or failed with a sentence on standard error, 2 wrong usage or settings.
/// </summary>
public static class Verbs
{
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>The program: signals end it in order, also while it still starts and before there is a server to tell.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var ending = new CancellationTokenSource();
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        // A terminal that is closed must not leave a PostgreSQL behind.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        return await RunAsync(args, Terminal.OfProcess(), ending.Token);
    }

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancel)
    {
        var root = new RootCommand("OctoLogin, a security token service that speaks Octopus Deploy's API: CI logs in with its own ID token, nothing stores a password.");
        try
        {
            var context = new VerbContext(terminal);
            AddVerbs(root, context);
            var arguments = SettingArguments.Split(args, root, terminal);
            context.Settings = arguments.Settings;
            // No response files: an argument that begins with @ is a value like any other.
            var parsed = root.Parse(arguments.OfVerb, new ParserConfiguration { ResponseFileTokenReplacer = null });
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            if (parsed.Action is ParseErrorAction wrong)
            {
                wrong.ShowHelp = false;
                await parsed.InvokeAsync(configuration, cancel);
                throw new UsageException($"Try: {Help.NameOf(parsed.CommandResult.Command)} --help");
            }
            RefuseUnknownOption(parsed);
            return await parsed.InvokeAsync(configuration, cancel);
        }
        catch (Exception fault)
        {
            return await Faults.TellAsync(fault, terminal, cancel);
        }
    }

    // The library takes an option that it does not know for the value of an argument that is still missing.
    private static void RefuseUnknownOption(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []).FirstOrDefault(token => token.Value.StartsWith('-'));
        if (unknown is not null)
        {
            throw new UsageException($"{Help.NameOf(command)} has no option {unknown.Value}. Try: {Help.NameOf(command)} --help");
        }
    }

    private static void AddVerbs(RootCommand root, VerbContext context)
    {
        var serve = ServeVerb.Create(context);
        root.Action = serve.Action;
        root.Add(serve);
        root.Add(WorkerVerb.Create(context));
        root.Add(HealthVerb.Create(context));
        root.Add(AdminVerb.Create(context));
        root.Add(ServiceAccountVerbs.Create(context));
        root.Add(IdentityVerbs.Create(context));
        root.Add(AccessTokenVerbs.Create(context));
        root.Add(ApiKeyVerbs.Create(context));
        root.Add(KeyVerbs.Create(context));
        root.Add(IssuerVerbs.Create(context));
        root.Add(AuditVerbs.Create(context));
        root.Add(MigrateVerb.Create(context));
        Help.AddTo(root);
    }
}
