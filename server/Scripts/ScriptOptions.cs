using System.Globalization;
using OctoLogin.Database.Embedded;

namespace OctoLogin.Scripts;

/// <summary>The settings below <c>Scripts:</c>.</summary>
public sealed record ScriptOptions
{
    /// <summary>Folders of running scripts are made here.</summary>
    public string WorkDirectory { get; init; } = Path.Combine(Path.GetTempPath(), $"octologin-scripts-{LibC.EffectiveUser}");

    /// <summary>The account that scripts run as when the server is root; null: the first that fits.</summary>
    public string? User { get; init; }

    /// <summary>When the server is root, each running script has one of these numbers as its group.</summary>
    public uint FirstGroup { get; init; } = 61200;

    public int Groups { get; init; } = 256;

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(720);

    /// <summary>From SIGTERM to SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    public int Processes { get; init; } = 512;

    /// <summary>Of all its processes together, and what one of them may ask for; 0: no limit.</summary>
    public int MemoryMegabytes { get; init; } = 4096;

    public int OutputMegabytes { get; init; } = 64;

    /// <summary>Of one file.</summary>
    public int FileMegabytes { get; init; } = 10240;

    public int OpenFiles { get; init; } = 4096;

    /// <summary>Of all artifacts of a script together.</summary>
    public int ArtifactMegabytes { get; init; } = 256;

    public static ScriptOptions Read(IConfiguration configuration, List<string> faults)
    {
        var defaults = new ScriptOptions();
        var section = configuration.GetSection("Scripts");
        var groups = ReadGroups(section["Groups"], defaults, faults);
        return new()
        {
            WorkDirectory = Path.GetFullPath(Text("WorkDirectory") ?? defaults.WorkDirectory),
            User = ReadUser(Text("User"), faults),
            FirstGroup = groups.First,
            Groups = groups.Count,
            TimeLimit = TimeSpan.FromMinutes(Number("TimeLimitMinutes", (int)defaults.TimeLimit.TotalMinutes, 1, 60 * 24 * 30)),
            Grace = TimeSpan.FromSeconds(Number("GraceSeconds", (int)defaults.Grace.TotalSeconds, 0, 600)),
            Processes = Number("Processes", defaults.Processes, 8, 1_000_000),
            MemoryMegabytes = Number("MemoryMegabytes", defaults.MemoryMegabytes, 0, 100_000_000),
            OutputMegabytes = Number("OutputMegabytes", defaults.OutputMegabytes, 1, 4096),
            FileMegabytes = Number("FileMegabytes", defaults.FileMegabytes, 1, 100_000_000),
            OpenFiles = Number("OpenFiles", defaults.OpenFiles, 64, 1_000_000),
            ArtifactMegabytes = Number("ArtifactMegabytes", defaults.ArtifactMegabytes, 0, 100_000),
        };

        string? Text(string name) => string.IsNullOrWhiteSpace(section[name]) ? null : section[name]!.Trim();

        int Number(string name, int otherwise, int least, int most)
        {
            if (Text(name) is not { } text)
            {
                return otherwise;
            }
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            {
                faults.Add($"Scripts:{name} is '{text}'; it must be a whole number from {least} to {most}.");
                return otherwise;
            }
            return number;
        }
    }

    private static string? ReadUser(string? name, List<string> faults)
    {
        if (name is null)
        {
            return null;
        }
        if (LibC.EffectiveUser != 0)
        {
            faults.Add($"Scripts:User is '{name}', and only a server that is root can run scripts as another user. This one runs as {Environment.UserName}.");
        }
        else if (SystemUser.Find(user => user.Name == name) is null)
        {
            faults.Add($"Scripts:User is '{name}'; {SystemUser.Passwd} has no such account, or it is root. Make one: useradd --system {name}");
        }
        return name;
    }

    // 0 is root's group, and one that has a name has files.
    private static (uint First, int Count) ReadGroups(string? text, ScriptOptions defaults, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (defaults.FirstGroup, defaults.Groups);
        }
        var ends = text.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length == 2 && uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first >= 1000 && last >= first && last - first < 10_000 && last < int.MaxValue)
        {
            return (first, (int)(last - first) + 1);
        }
        faults.Add($"Scripts:Groups is '{text}'; it must be a range of at most 10000 group numbers from 1000 on that nobody else uses, such as 61200-61455.");
        return (defaults.FirstGroup, defaults.Groups);
    }
}
