using Dapper;

namespace OctoLogin.Audit;

/// <summary>What of the log is wanted; null in any part means all.</summary>
public sealed record AuditFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, string[]? Users = null, string[]? Categories = null, string[]? Regarding = null, string[]? Issuers = null)
{
    /// <summary>The SQL condition. Only what is asked for is in it, so that the planner chooses an index by it.</summary>
    /// <param name="spaceIds">Null: of every space and of none.</param>
    /// <param name="also">One more condition.</param>
    public string Where(string[]? spaceIds, string? also = null)
    {
        string[] conditions =
        [
            .. ((string?[])
            [
                spaceIds is null ? null : "space_id = any(@spaceIds)",
                From is null ? null : "occurred >= @From",
                To is null ? null : "occurred <= @To",
                Users is null ? null : "user_id = any(@Users)",
                Categories is null ? null : "category = any(@Categories)",
                Regarding is null ? null : "related_document_ids && @Regarding",
                Issuers is null ? null : "related_document_ids && @Issuers",
                also,
            ]).OfType<string>(),
        ];
        return conditions.Length == 0 ? "" : $"where {string.Join(" and ", conditions)}";
    }

    public DynamicParameters Parameters(string[]? spaceIds, object more)
    {
        var parameters = new DynamicParameters(more);
        parameters.AddDynamicParams(new { spaceIds, From, To, Users, Categories, Regarding, Issuers });
        return parameters;
    }
}
