using Dapper;

namespace OctoLogin.Audit;

/// <summary>What of the log is wanted; null in any part means all.</summary>
public sealed record AuditFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, string[]? Users = null, string[]? Categories = null, string[]? Regarding = null, string[]? Issuers = null)
{
    /// <summary>Of more categories than this the whole log is walked: most of it is wanted then.</summary>
    private const int MostWalked = 5;

    /// <summary>The SQL condition. Only what is asked for is in it, so that the planner chooses an index by it.</summary>
    /// <param name="spaceIds">Null: of every space and of none.</param>
    /// <param name="also">One more condition.</param>
    public string Where(string[]? spaceIds, string? also = null) => Where(spaceIds, also, "category = any(@Categories)");

    /// <summary>
    /// The SQL of the numbers in their order. Each of a few categories is walked along its own index, and what is found is merged: as one
    /// condition the planner takes them for spread evenly, and passes over all events since the last of them, which may be the whole log.
    /// </summary>
    /// <param name="reach">How many of them, a whole number.</param>
    public string Numbers(string[]? spaceIds, string? also, bool newestFirst, string reach)
    {
        var order = $"order by number {(newestFirst ? "desc" : "asc")} limit {reach}";
        return Walked is not { Length: > 0 } walked
            ? $"select number from audit_events {Where(spaceIds, also)} {order}"
            : $"select number from ({string.Join(" union all ", walked.Select((_, i) => $"(select number from audit_events {Where(spaceIds, also, $"category = @Category{i}")} {order})"))}) as walked {order}";
    }

    private string[] Walked => Categories?.Distinct(StringComparer.Ordinal).ToArray() is { Length: <= MostWalked } few ? few : [];

    private string Where(string[]? spaceIds, string? also, string ofCategories)
    {
        string[] conditions =
        [
            .. ((string?[])
            [
                spaceIds is null ? null : "space_id = any(@spaceIds)",
                From is null ? null : "occurred >= @From",
                To is null ? null : "occurred <= @To",
                Users is null ? null : "user_id = any(@Users)",
                Categories is null ? null : ofCategories,
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
        foreach (var (i, category) in Walked.Index())
        {
            parameters.Add($"Category{i}", category);
        }
        return parameters;
    }
}
