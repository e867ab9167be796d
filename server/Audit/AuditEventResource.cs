using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OctoLogin.Audit;

/// <summary>An event in the shape that readers of Octopus's audit know, with what is ours at its end.</summary>
public sealed record AuditEventResource
{
    private const string IdPrefix = "Events-";

    public required string Id { get; init; }
    public required string Category { get; init; }
    public string? UserId { get; init; }
    public string? Username { get; init; }

    /// <summary>Done by a service account.</summary>
    public required bool IsService { get; init; }

    /// <summary>How the caller was known.</summary>
    public string? IdentityEstablishedWith { get; init; }
    public string? UserAgent { get; init; }
    public string? IpAddress { get; init; }
    public required DateTimeOffset Occurred { get; init; }
    public required string Message { get; init; }

    /// <summary><see cref="Message"/> escaped: parts of it come from tokens of strangers.</summary>
    public required string MessageHtml { get; init; }

    /// <summary>Where documents are named in the message; never filled, but readers expect the list.</summary>
    public string[] MessageReferences { get; init; } = [];
    public required string[] RelatedDocumentIds { get; init; }
    public string? SpaceId { get; init; }
    public string? Comments { get; init; }
    public ChangeDetails ChangeDetails { get; init; } = new();

    /// <summary>An object: of an exchange outcome, reason and claims; of a change what changed.</summary>
    public required JsonElement Details { get; init; }

    /// <summary>As in the answer's X-Correlation-Id and in the log.</summary>
    public string? CorrelationId { get; init; }

    public static AuditEventResource Of(AuditRow row) => new()
    {
        Id = row.Id,
        Category = row.Category,
        UserId = row.UserId,
        Username = row.Username,
        IsService = row.IsService,
        IdentityEstablishedWith = row.EstablishedWith,
        UserAgent = row.UserAgent,
        IpAddress = row.IpAddress,
        Occurred = row.Occurred,
        Message = row.Message,
        MessageHtml = HtmlEncoder.Default.Encode(row.Message),
        RelatedDocumentIds = row.RelatedDocumentIds,
        SpaceId = row.SpaceId,
        Details = JsonDocument.Parse(row.Details).RootElement,
        CorrelationId = row.CorrelationId,
    };

    /// <summary>Null: no event has such an Id.</summary>
    public static long? NumberOf(string id) =>
        id.StartsWith(IdPrefix, StringComparison.OrdinalIgnoreCase) && long.TryParse(id.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Octopus's place for documents before and after; here <see cref="AuditEventResource.Details"/> says what changed.</summary>
public sealed record ChangeDetails(string? DocumentContext = null)
{
    public string[] Differences { get; init; } = [];
}

/// <summary>A kind of event, by which the list can be filtered.</summary>
public sealed record AuditCategory(string Id, string Name);

/// <summary>Kinds of events that say the same of different logins.</summary>
public sealed record AuditOutcome(string Id, string Name, string[] Categories);
