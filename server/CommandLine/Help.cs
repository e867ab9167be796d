using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace OctoLogin.CommandLine;

/// <summary>The library's help, with examples below it: a newcomer copies one and changes it.</summary>
public static class Help
{
    private const string Settings =
        """
        Settings:
          Every verb reads the same settings as the server: from the environment (DataDirectory=/var/lib/octologin, Admin__Username=root),
          from appsettings.json beside the program, from files in /run/secrets, and from arguments, anywhere in the line:
            octologin --Urls=http://localhost:9000 --DataDirectory=/var/lib/octologin
            octologin keys list --ConnectionStrings:OctoLogin="Host=db;Database=octologin"
          Settings begin with a capital letter, options of a verb do not. Give the verbs the server's settings, so that they find its data;
          they work while it runs and while it does not.

        Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage or settings.
        """;

    private static readonly ConditionalWeakTable<Command, string> Examples = [];

    public static T WithExamples<T>(this T command, string examples) where T : Command
    {
        Examples.Add(command, examples);
        return command;
    }

    public static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "octologin";

    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new WithExamplesAction((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class WithExamplesAction(SynchronousCommandLineAction library) : SynchronousCommandLineAction
    {
        // The library's own: a line that asks for help may be incomplete.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            var result = library.Invoke(parsed);
            var command = parsed.CommandResult.Command;
            var output = parsed.InvocationConfiguration.Output;
            if (Examples.TryGetValue(command, out var examples))
            {
                output.WriteLine("Examples:");
                output.WriteLine(string.Join('\n', examples.Split('\n').Select(line => $"  {line}")));
                output.WriteLine();
            }
            if (command is RootCommand)
            {
                output.WriteLine(Settings);
            }
            return result;
        }
    }
}
