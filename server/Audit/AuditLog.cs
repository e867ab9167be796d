using Dapper;
using Npgsql;
using OctoLogin.Http;

namespace OctoLogin.Audit;

/// <summary>Writes and reads <c>audit_events</c>. A change's event is written on the change's own connection, in one commit with it.</summary>
public sealed class AuditLog(NpgsqlDataSource database, AuditChains chains, ChainWriter writer, EventNumbers numbers, TimeProvider clock)
{
    /// <summary>So that a reader who goes on page by page always learns whether there is more.</summary>
    private const int CountedAhead = 10_000;

    private const string Columns =
        """
        number, occurred, category, space_id, user_id, username, established_with, message, related_document_ids,
        details::text as details, correlation_id, ip_address, user_agent, chain, position, hash,
        coalesce((select u.is_service from users u where u.id = user_id), false) as is_service
        """;

    /// <param name="connection">In a transaction. What comes after this in it holds up the other changes of this process.</param>
    public async Task AppendAsync(NpgsqlConnection connection, AuditEvent happened, CancellationToken cancel = default)
    {
        var chain = await chains.HoldForChangesAsync(connection, cancel);
        // Only now: numbers rise along a chain, which is how one is found that was put elsewhere.
        numbers.Outdate();
        var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select nextval('audit_events_seq')", cancellationToken: cancel));
        await writer.AppendAsync(connection, chain, [new(happened, number)], clock.GetUtcNow(), commit: false, cancel);
    }

    /// <summary>
    /// Newest first. <paramref name="spaceIds"/> null: of every space and of none. The total is counted no further than
    /// <see cref="CountedAhead"/> events beyond the page, as counting all takes as long as reading them.
    /// </summary>
    public async Task<Slice<AuditRow>> ListAsync(AuditFilter filter, string[]? spaceIds, Page page, CancellationToken cancel)
    {
        var numbers = page.Ids?.Select(id => AuditEventResource.NumberOf(id) ?? -1).ToArray();
        var also = numbers is null ? null : "number = any(@numbers)";
        await using var connection = await database.OpenConnectionAsync(cancel);
        // The rows that are passed over are passed over by their numbers: of each, PostgreSQL would also make the columns that nobody sees.
        var passed = $"select number from ({filter.Numbers(spaceIds, also, newestFirst: true, "@reach")}) as reached order by number desc limit @Take offset @Skip";
        using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select count(*) from (select from audit_events {filter.Where(spaceIds, also)} limit @most) as counted;
            select {Columns} from audit_events where number in ({passed}) order by number desc
            """,
            filter.Parameters(spaceIds, new { numbers, page.Take, page.Skip, reach = (long)page.Skip + page.Take, most = (long)page.Skip + page.Take + CountedAhead }), cancellationToken: cancel));
        var total = await results.ReadSingleAsync<long>();
        return new(total, (await results.ReadAsync<AuditRow>()).AsList());
    }

    /// <summary>Newest first, those next to a number: what came before or after is not read, however much that is.</summary>
    public async Task<IReadOnlyList<AuditRow>> NextAsync(AuditFilter filter, string[]? spaceIds, AuditPlace place, int take, CancellationToken cancel)
    {
        var newestFirst = place.After is null;
        var numbers = filter.Numbers(spaceIds, !newestFirst ? "number > @After" : place.Before is not null ? "number < @Before" : null, newestFirst, "@take");
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<AuditRow>(new CommandDefinition(
            $"select {Columns} from audit_events where number in ({numbers}) order by number desc",
            filter.Parameters(spaceIds, new { place.After, place.Before, take }), cancellationToken: cancel))).AsList();
    }

    /// <summary>Null: there is none, or it is of a space that is not among these.</summary>
    public async Task<AuditRow?> FindAsync(long number, string[]? spaceIds, CancellationToken cancel) =>
        (await NextAsync(new AuditFilter(), spaceIds, new AuditPlace(Before: number + 1), 1, cancel)) is [var row] && row.Number == number ? row : null;
}

/// <summary>Where to go on; null in both: with the newest.</summary>
public sealed record AuditPlace(long? Before = null, long? After = null);

/// <summary>A row of <c>audit_events</c>.</summary>
public sealed record AuditRow
{
    public required long Number { get; init; }
    public string Id => $"Events-{Number}";
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

    /// <summary>Null in this and the next two: from before there were chains.</summary>
    public long? Chain { get; init; }
    public long? Position { get; init; }
    public byte[]? Hash { get; init; }
}
