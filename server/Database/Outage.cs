using System.Net.Sockets;
using Npgsql;

namespace OctoLogin.Database;

/// <summary>Tells "the database is not there now" from "the statement was wrong": the first is a 503 that may be tried again.</summary>
public static class Outage
{
    public static bool Is(Exception fault) => fault switch
    {
        // 40 two changes at the same moment, of which one was given up (deadlock, serialization), 08 connection, 28 and 3D password or database changed under us, 53 resources (disk full, too many connections), 57 operator intervention (shutdown), 58 system error;
        // 25006 a standby that took over read-only. https://www.postgresql.org/docs/current/errcodes-appendix.html
        PostgresException e => e.SqlState[..2] is "08" or "40" or "28" or "3D" or "53" or "57" or "58" || e.SqlState == "25006",
        NpgsqlException => true,
        AggregateException { InnerException: { } inner } => Is(inner),
        TimeoutException { InnerException: NpgsqlException } => true,
        InvalidOperationException { InnerException: NpgsqlException or SocketException } => true,
        _ => false,
    };

    /// <summary>An outage that an administrator must end: the disk of the database has no room.</summary>
    public static bool IsDiskFull(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>Does what must be done, the database being away for as long as it may: once more each second until it is back or the caller is told to stop.</summary>
    /// <param name="work">May be done twice: when a connection breaks, nobody knows what became of it.</param>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception fault) when (Is(fault) && !cancel.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);
            }
        }
    }

    public static bool Violates(this PostgresException fault, string constraint) => fault.ConstraintName == constraint;
}
