using System.Diagnostics;
using Dapper;
using Npgsql;

namespace OctoLogin.Database;

/// <summary>Builds the data sources of the process, and waits for a PostgreSQL that is somebody else's to start.</summary>
public static class DatabaseConnections
{
    /// <summary>The sessions' name in <c>pg_stat_activity</c>, and the pool's in metrics.</summary>
    public const string JournalName = "octologin-journal";

    /// <summary>One, and one more while a broken one is given up.</summary>
    private const int JournalConnections = 2;

    private const string Example = "Write e.g. Host=db.internal;Username=octologin;Password=…;Database=octologin, and quote a value that contains ; or = or a quote.";

    static DatabaseConnections()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        // Dapper asks a handler only about types that it does not think it knows.
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new DateTimeOffsetHandler());
    }

    /// <summary>
    /// Of the writer that records logins, which needs one connection at a time: from the pool of everything else it would wait for one
    /// behind slow calls of the API, and every login behind it.
    /// </summary>
    public static NpgsqlDataSource CreateForJournal(string connectionString, ILoggerFactory? loggers = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, JournalConnections);
        settings.MaxPoolSize = JournalConnections;
        // A commit of thirty logins is 75 KB. Sent in pieces of the usual 8 KB, each would wake the session's process on its own.
        SetUnlessGiven(settings, "Write Buffer Size", 256 * 1024);
        SetUnlessGiven(settings, "Application Name", JournalName);
        return Create(settings.ConnectionString, loggers, JournalName);
    }

    /// <param name="name">The pool's in metrics; unnamed it would be the connection string.</param>
    public static NpgsqlDataSource Create(string connectionString, ILoggerFactory? loggers = null, string name = "octologin")
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = name };
        var settings = builder.ConnectionStringBuilder;
        SetUnlessGiven(settings, "Command Timeout", 15);
        SetUnlessGiven(settings, "Timeout", 5);
        SetUnlessGiven(settings, "Application Name", "octologin");
        // PostgreSQL's own default is 100 connections: two replicas with Npgsql's default pool of 100 would starve each other.
        SetUnlessGiven(settings, "Maximum Pool Size", 45);
        // Nothing here leaves state in a session, and resetting one costs as much as a small query, each time it is lent out.
        SetUnlessGiven(settings, "No Reset On Close", true);
        // What runs for no request, such as the question each quarter of a second whether the database is there, is no trace.
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => Activity.Current is not null).ConfigureBatchFilter(_ => Activity.Current is not null));
        if (loggers is not null)
        {
            builder.UseLoggerFactory(loggers);
        }

        return builder.Build();
    }

    /// <summary>What is wrong with <paramref name="connectionString"/>, or null. Never repeats a part of it: where quoting went wrong, any part may be the password's.</summary>
    internal static string? Fault(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrWhiteSpace(settings.Host) ? $"ConnectionStrings:OctoLogin names no Host. {Example}" : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            var seen = connectionString.Contains("://", StringComparison.Ordinal)
                ? "is written as a URL, which Npgsql does not read"
                : "is not a PostgreSQL connection string: a keyword is unknown or a value has the wrong form";
            return $"ConnectionStrings:OctoLogin {seen} (it is not shown, it may hold a password). {Example}";
        }
    }

    /// <summary>Returns when a connection could be made; a refused password or an unknown database is not waited for.</summary>
    internal static async Task WaitAsync(NpgsqlDataSource dataSource, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        var place = Describe(dataSource);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState[..2] is "28" or "3D" or "42")
            {
                throw new StartupException($"PostgreSQL at {place} refused the connection of ConnectionStrings:OctoLogin: {e.MessageText}. Mend the connection string, or create the user and the database.", e);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                var why = e.InnerException?.Message ?? e.Message;
                if (waited.Elapsed >= timeout)
                {
                    throw new StartupException(
                        $"PostgreSQL at {place} (ConnectionStrings:OctoLogin) did not accept a connection within {timeout.TotalSeconds:0.#} s (Database:StartTimeout), {attempt} attempts: {why}. "
                        + "Check that it runs and can be reached from here, or raise Database:StartTimeout.",
                        e);
                }

                logger.LogWarning("PostgreSQL at {Place} cannot be reached yet (attempt {Attempt}): {Why}", place, attempt, why);
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    private static string Describe(NpgsqlDataSource dataSource)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        return $"host {settings.Host}, port {settings.Port}, database {settings.Database ?? settings.Username ?? "(the user's name)"}";
    }

    private static void SetUnlessGiven(NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        if (!settings.ShouldSerialize(keyword))
        {
            settings[keyword] = value;
        }
    }
}
