using System.CommandLine;

namespace OctoLogin.CommandLine;

/// <summary>
/// Parts the arguments into settings for ASP.NET Core's configuration (<c>--DataDirectory=…</c>, <c>--Section:Key=…</c>, as anywhere in
/// .NET also without case and with the value as the next argument) and the verb's own. An option of the verb comes first, so
/// <c>identity add --environment</c> is GitHub's environment. What is neither is refused: a mistyped setting would quietly do nothing.
/// </summary>
public static class SettingArguments
{
    /// <summary>The first part of every setting that the server reads; a test holds this list to the code.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "Urls", "ServerUri", "DataDirectory", "ConnectionStrings", "MasterKey", "MasterKeyFile", "Database", "Admin", "SignIn", "Issuers", "GitHub", "RateLimits", "Metrics", "TrustedProxies", "SigningKeys", "Tasks", "Scripts", "Packages", "Clouds", "HealthChecks",
        // OpenTelemetry's; the others begin as this one does.
        "OTEL_SDK_DISABLED",
        // ASP.NET Core's own.
        "AllowedHosts", "Environment", "Kestrel", "Logging",
    ];

    private static readonly string[] Secret = ["MasterKey", "Admin:Password", "Admin:ApiKey", "GitHub:Token", "Metrics:Token", "OTEL_EXPORTER_OTLP_HEADERS"];

    public static (IReadOnlyList<string> Settings, IReadOnlyList<string> OfVerb) Split(IReadOnlyList<string> args, Command root, Terminal terminal)
    {
        var (settings, rest) = (new List<string>(), new List<string>());
        var verb = root;
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
            {
                rest.AddRange(args.Skip(i));
                break;
            }
            verb = verb.Subcommands.FirstOrDefault(command => command.Name == args[i]) ?? verb;
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..].Split('=')[0] : "";
            if (name.Length == 0 || IsOption(verb, root, $"--{name}") || !IsSetting(name))
            {
                rest.Add(args[i]);
                continue;
            }
            var value = args[i].Length > name.Length + 2 ? args[i][(name.Length + 3)..]
                : i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i]
                : throw new UsageException($"The setting {name} needs a value: --{name}=…");
            settings.Add($"--{name}={value}");
            WarnOfSecret(name, value, terminal);
        }
        return (settings, rest);
    }

    private static bool IsOption(Command verb, Command root, string option) =>
        verb.Options.Concat(root.Options.Where(each => each.Recursive)).Any(each => each.Name == option || each.Aliases.Contains(option));

    private static bool IsSetting(string name)
    {
        var section = name.Split(':')[0];
        if (Known.Contains(section, StringComparer.OrdinalIgnoreCase) || section.StartsWith("OTEL_", StringComparison.Ordinal))
        {
            return true;
        }
        // Options of verbs are in lower case and have no colon.
        if (!char.IsAsciiLetterUpper(name[0]) && !name.Contains(':'))
        {
            return false;
        }
        var meant = Known.OrderBy(known => Distance(known, section)).First();
        throw new UsageException($"There is no setting '{section}' (--{name}). "
            + (Distance(meant, section) <= 3 ? $"Did you mean {meant}?" : $"Settings begin with one of {string.Join(", ", Known)}."));
    }

    private static void WarnOfSecret(string name, string value, Terminal terminal)
    {
        if (Secret.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (name.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) && value.Contains("password=", StringComparison.OrdinalIgnoreCase)))
        {
            terminal.Error.WriteLine($"{name} was given as an argument, which every user of this machine can read. Give it as {name.Replace(":", "__")} in the environment, or as a file of that name in /run/secrets.");
        }
    }

    /// <summary>Levenshtein's, without case.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(row[j], left) + 1, diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }
        return row[^1];
    }
}
