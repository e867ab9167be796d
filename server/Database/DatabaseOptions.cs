using System.Globalization;

namespace OctoLogin.Database;

/// <summary>The settings of the slice, as <c>DataDirectory</c>, <c>ConnectionStrings:OctoLogin</c>, <c>MasterKey</c>, <c>MasterKeyFile</c> and <c>Database:StartTimeout</c>.</summary>
public sealed record DatabaseOptions
{
    public string DataDirectory { get; init; } = "data";

    /// <summary>Null: the server runs a PostgreSQL of its own in <see cref="DataDirectory"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>32 bytes in base64. Null, and no <see cref="MasterKeyFile"/>: master.key in <see cref="DataDirectory"/>.</summary>
    public string? MasterKey { get; init; }

    public string? MasterKeyFile { get; init; }

    /// <summary>How long a start waits for the PostgreSQL of <see cref="ConnectionString"/>.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads the settings and adds one sentence to <paramref name="faults"/> for each that cannot be used.</summary>
    public static DatabaseOptions Read(IConfiguration configuration, ICollection<string> faults)
    {
        var defaults = new DatabaseOptions();
        var options = new DatabaseOptions
        {
            DataDirectory = Text(configuration["DataDirectory"]) ?? defaults.DataDirectory,
            ConnectionString = Text(configuration.GetConnectionString("OctoLogin")),
            MasterKey = Text(configuration["MasterKey"]),
            MasterKeyFile = Text(configuration["MasterKeyFile"]),
            StartTimeout = ReadTimeout(configuration["Database:StartTimeout"], faults) ?? defaults.StartTimeout,
        };
        foreach (var fault in options.Faults())
        {
            faults.Add(fault);
        }

        return options;
    }

    /// <summary>What can be seen to be wrong without opening anything.</summary>
    public IEnumerable<string> Faults()
    {
        if (MasterKey is not null && MasterKeyFile is not null)
        {
            yield return "MasterKey and MasterKeyFile are both set. Keep one of them.";
        }

        // The value is a secret: the fault says what is wrong with it and never shows it.
        if (MasterKey is not null && Database.MasterKey.Decode(MasterKey) is null)
        {
            yield return $"MasterKey is {MasterKey.Length} characters that are not base64 of 32 bytes. {Database.MasterKey.HowToMake}";
        }

        if (ConnectionString is not null && DatabaseConnections.Fault(ConnectionString) is { } fault)
        {
            yield return fault;
        }
    }

    internal void ThrowIfFaulty()
    {
        var faults = Faults().ToList();
        if (faults.Count > 0)
        {
            throw new StartupException(string.Join(Environment.NewLine, faults)) { ExitCode = StartupException.ConfigurationFault };
        }
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    // TimeSpan.Parse("30") is thirty days; whoever writes 30 here means seconds.
    private static TimeSpan? ReadTimeout(string? value, ICollection<string> faults)
    {
        if (Text(value) is not { } text)
        {
            return null;
        }

        var parsed = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span
            : TimeSpan.MinValue;
        if (parsed >= TimeSpan.Zero && parsed <= TimeSpan.FromHours(1))
        {
            return parsed;
        }

        faults.Add($"Database:StartTimeout is '{text}'. Write seconds (30) or hh:mm:ss (00:00:30), at most one hour.");
        return null;
    }
}
