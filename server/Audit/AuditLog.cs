using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Audit;

/// <summary>Writes and reads <c>audit_events</c>. A change's event is written on the change's own connection, in one commit with it.</summary>
public sealed class AuditLog(NpgsqlDataSource database, AuditChains chains, ChainWriter writer, EventNumbers numbers, TimeProvider clock)
{
    /// <param name="connection">In a transaction. What comes after this in it holds up the other changes of this process.</param>
    public async Task AppendAsync(NpgsqlConnection connection, AuditEvent happened, CancellationToken cancel = default)
    {
        var chain = await chains.HoldForChangesAsync(connection, cancel);
        // Only now: numbers rise along a chain, which is how one is found that was put elsewhere.
        numbers.Outdate();
        var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select nextval('audit_events_seq')", cancellationToken: cancel));
        await writer.AppendAsync(connection, chain, [new(happened, number)], clock.GetUtcNow(), commit: false, cancel);
    }

    /// <summary>Newest first. <paramref name="spaceIds"/> null: of every space and of none.</summary>
    public async Task<Slice<AuditRow>> ListAsync(AuditFilter filter, string[]? spaceIds, Page page, CancellationToken cancel)
    {
        const string Where =
            """
            where (@spaceIds::text[] is null or space_id = any(@spaceIds))
              and (@From::timestamptz is null or occurred >= @From)
              and (@To::timestamptz is null or occurred <= @To)
              and (@Users::text[] is null or user_id = any(@Users))
              and (@Categories::text[] is null or category = any(@Categories))
              and (@Regarding::text[] is null or related_document_ids && @Regarding)
              and (@numbers::bigint[] is null or number = any(@numbers))
            """;
        var numbers = page.Ids?.Select(id => long.TryParse(id.AsSpan(id.LastIndexOf('-') + 1), out var n) ? n : -1).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancel);
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from audit_events {Where};
            select number, occurred, category, space_id, user_id, username, established_with, message, related_document_ids,
                details::text as details, correlation_id, ip_address, user_agent,
                coalesce((select u.is_service from users u where u.id = user_id), false) as is_service
            from audit_events {Where} order by number desc limit @Take offset @Skip
            """,
            new { filter.From, filter.To, filter.Users, filter.Categories, filter.Regarding, numbers, spaceIds, page.Take, page.Skip },
            cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<AuditRow>()).AsList());
    }
}

/// <summary>What of the log is wanted; null in any part means all.</summary>
public sealed record AuditFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, string[]? Users = null, string[]? Categories = null, string[]? Regarding = null);

/// <summary>A row of <c>audit_events</c>.</summary>
public sealed record AuditRow
{
    public required long Number { get; init; }
    public required DateTimeOffset Occurred { get; init; }
    public required string Category { get; init; }
    public string? SpaceId { get; init; }
    public string? UserId { get; init; }
    public string? Username { get; init; }

    /// <summary>The user is a service account; false when it was deleted since.</summary>
    public required bool IsService { get; init; }
    public string? EstablishedWith { get; init; }
    public required string Message { get; init; }
    public required string[] RelatedDocumentIds { get; init; }
    public required string Details { get; init; }
    public string? CorrelationId { get; init; }
    public string? IpAddress { get; init; }
    public string? UserAgent { get; init; }
}
