using Npgsql;

namespace OctoLogin.Database;

/// <summary>Deleting what others refer to: their foreign key refuses it, and its table says who they are.</summary>
public static class References
{
    public static bool IsStillReferred(this PostgresException fault) => fault.SqlState == PostgresErrorCodes.ForeignKeyViolation;

    /// <summary>In words: <c>tenant projects</c>.</summary>
    public static string Referrer(this PostgresException fault) => (fault.TableName ?? "other things").Replace('_', ' ');
}
