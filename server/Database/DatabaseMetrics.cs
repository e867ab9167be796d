using System.Diagnostics.Metrics;

namespace OctoLogin.Database;

/// <summary>Whether the database answers. Connections and the time that commands take are counted by Npgsql itself.</summary>
public sealed class DatabaseMetrics
{
    public const string Name = "OctoLogin.Database";

    public DatabaseMetrics(IMeterFactory meters, ChangeFeed feed) =>
        meters.Create(Name).CreateObservableGauge("octologin.database.up", () => feed.IsLive ? 1 : 0,
            description: "1 when PostgreSQL answered within the last second; otherwise nothing is answered from memory");
}
