using Dapper;
using Npgsql;
using OctoLogin.Audit;

namespace OctoLogin.TokenExchange;

/// <summary>Refused exchanges, as the audit has them: for people who ask why.</summary>
public sealed class Refusals(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>So many of the latest are grouped: whoever sprays refusals must not make the page slow.</summary>
    public const int MostGrouped = 2000;

    /// <summary>So many before the last page are looked through for those of one cause or correlation id.</summary>
    private const int MostSearched = 10_000;

    private const string Columns =
        $"number, occurred, user_id, username, ip_address, correlation_id, {LoginCounts.CauseOfRefusal} as cause, details->>'reason' as reason, details->>'identity_name' as identity_name";

    /// <summary>The newest first.</summary>
    /// <param name="before">The number of the last one on the page before; null: from the newest on.</param>
    public async Task<IReadOnlyList<Refusal>> ListAsync(RefusalFilter filter, long? before, int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        // Written out for what is asked, so that the database takes the index for it. No index has the cause or the correlation id: of what is looked through for it
        // there is an end, it is read no further than the page is full, and of what is passed over no more than that.
        var conditions = $"{(filter.UserId is null ? "" : " and user_id = @UserId")}{(before is null ? "" : " and number < @before")}";
        var searched = $"{(filter.Cause is null ? "" : $" and {LoginCounts.PlaceOfCause} = @Cause")}{(filter.CorrelationId is null ? "" : " and correlation_id = @CorrelationId")}";
        return (await connection.QueryAsync<Refusal>(new CommandDefinition(
            $"""
            select {Columns} from audit_events where number in (
              select number from (
                select number, correlation_id, details from audit_events where category = 'TokenRefused'{conditions} order by number desc limit @MostSearched) e
              where true{searched} order by number desc limit @take)
            order by number desc
            """, new { filter.Cause, filter.UserId, filter.CorrelationId, before, take, MostSearched }, cancellationToken: cancel))).AsList();
    }

    /// <summary>With all that the audit has of it; null: there is no such refusal.</summary>
    public async Task<RefusalDetails?> FindAsync(long number, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return await connection.QuerySingleOrDefaultAsync<RefusalDetails>(new CommandDefinition(
            $"select {Columns}, details::text as details, user_agent from audit_events where category = 'TokenRefused' and number = @number", new { number }, cancellationToken: cancel));
    }

    /// <summary>Those of the last seven days by cause and account, the most first.</summary>
    public async Task<IReadOnlyList<RefusalGroup>> GroupAsync(int take, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        return (await connection.QueryAsync<RefusalGroup>(new CommandDefinition(
            $"""
            select cause, user_id, max(username) as username, count(*) as count, max(occurred) as latest from (
              select {LoginCounts.CauseOfRefusal} as cause, user_id, username, occurred from audit_events
              where category = 'TokenRefused' order by number desc limit @MostGrouped) e
            where occurred > @since group by cause, user_id order by count(*) desc, latest desc limit @take
            """, new { MostGrouped, since = clock.GetUtcNow().AddDays(-7), take }, cancellationToken: cancel))).AsList();
    }
}

/// <summary>What the cause of a refusal says of the token. Pure.</summary>
public static class RefusalProof
{
    /// <summary>Signature and times were good, so that what the token says is true.</summary>
    public static bool IsProven(string? cause) => Enum.TryParse<ExchangeOutcome>(cause, out var known) && known is ExchangeOutcome.SubjectMismatch or ExchangeOutcome.AudienceMismatch
        or ExchangeOutcome.ClaimMismatch or ExchangeOutcome.Disabled or ExchangeOutcome.Scope or ExchangeOutcome.UsedBefore or ExchangeOutcome.Limited;

    /// <summary>Another identity would let it in, as far as it was looked at.</summary>
    public static bool CanBeMended(string? cause) => cause is nameof(ExchangeOutcome.Untrusted)
        or nameof(ExchangeOutcome.SubjectMismatch) or nameof(ExchangeOutcome.AudienceMismatch) or nameof(ExchangeOutcome.ClaimMismatch);
}

/// <summary>Null: any.</summary>
/// <param name="Cause">An <see cref="ExchangeOutcome"/>.</param>
public sealed record RefusalFilter(string? Cause, string? UserId, string? CorrelationId = null);

public record Refusal
{
    public required long Number { get; init; }
    public required DateTimeOffset Occurred { get; init; }

    /// <summary>Null: no account has the GUID that was named.</summary>
    public string? UserId { get; init; }
    public string? Username { get; init; }
    public string? IpAddress { get; init; }
    public string? CorrelationId { get; init; }

    /// <summary>An <see cref="ExchangeOutcome"/>; null in events of before the audit had it.</summary>
    public string? Cause { get; init; }
    public string? Reason { get; init; }
    public string? IdentityName { get; init; }
}

public sealed record RefusalDetails : Refusal
{
    /// <summary>A JSON object: what was told, the checks of the closest identity, the token's claims.</summary>
    public required string Details { get; init; }
    public string? UserAgent { get; init; }
}

public sealed record RefusalGroup
{
    public string? Cause { get; init; }
    public string? UserId { get; init; }
    public string? Username { get; init; }
    public required long Count { get; init; }
    public required DateTimeOffset Latest { get; init; }
}
