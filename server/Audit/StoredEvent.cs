using OctoLogin.Http;

namespace OctoLogin.Audit;

/// <summary>A row of <c>audit_events</c> in a chain: all of it but <see cref="Hash"/> is what the hash is made over.</summary>
public sealed record StoredEvent
{
    public required long Chain { get; init; }

    /// <summary>In the chain, from 1.</summary>
    public required long Position { get; init; }
    public required long Number { get; init; }
    public required DateTimeOffset Occurred { get; init; }
    public required string Category { get; init; }
    public string? SpaceId { get; init; }
    public string? UserId { get; init; }
    public string? Username { get; init; }
    public string? EstablishedWith { get; init; }
    public required string Message { get; init; }
    public string[] RelatedDocumentIds { get; init; } = [];
    public required string Details { get; init; }
    public string? CorrelationId { get; init; }
    public string? IpAddress { get; init; }
    public string? UserAgent { get; init; }
    public byte[] Hash { get; init; } = [];

    public static StoredEvent Of(AuditEvent happened, long number, DateTimeOffset occurred, long chain, long position) => new()
    {
        Chain = chain,
        Position = position,
        Number = number,
        Occurred = occurred,
        Category = happened.Category,
        SpaceId = happened.SpaceId,
        UserId = happened.Actor.UserId,
        Username = happened.Actor.Username,
        EstablishedWith = happened.Actor.EstablishedWith,
        Message = happened.Message,
        RelatedDocumentIds = [.. happened.RelatedDocumentIds],
        Details = happened.Details,
        CorrelationId = happened.Actor.CorrelationId,
        IpAddress = happened.Actor.IpAddress,
        UserAgent = happened.Actor.UserAgent is { } agent ? Printable.Of(agent) : null,
    };
}
