using System.Reflection;
using System.Text.RegularExpressions;

namespace OctoLogin.Audit;

/// <summary>One thing that happened, as it is stored: what, who, on which documents, and why.</summary>
public sealed record AuditEvent
{
    /// <summary>One of <see cref="AuditCategories"/>.</summary>
    public required string Category { get; init; }

    public required string Message { get; init; }
    public required AuditActor Actor { get; init; }
    public string? SpaceId { get; init; }
    public IReadOnlyList<string> RelatedDocumentIds { get; init; } = [];

    /// <summary>A JSON object; never holds a token, a key or a password.</summary>
    public string Details { get; init; } = "{}";

    public static AuditEvent Created(AuditActor actor, string kind, string id, string name, string? spaceId = null) =>
        Change(AuditCategories.Created, "was created", actor, kind, id, name, spaceId);

    public static AuditEvent Modified(AuditActor actor, string kind, string id, string name, string? spaceId = null) =>
        Change(AuditCategories.Modified, "was changed", actor, kind, id, name, spaceId);

    public static AuditEvent Deleted(AuditActor actor, string kind, string id, string name, string? spaceId = null) =>
        Change(AuditCategories.Deleted, "was deleted", actor, kind, id, name, spaceId);

    private static AuditEvent Change(
        string category, string what, AuditActor actor, string kind, string id, string name, string? spaceId) => new()
        {
            Category = category,
            Message = $"{kind} {name} {what}",
            Actor = actor,
            SpaceId = spaceId,
            RelatedDocumentIds = [id],
        };
}

public static partial class AuditCategories
{
    public const string Created = nameof(Created);
    public const string Modified = nameof(Modified);
    public const string Deleted = nameof(Deleted);
    public const string LoginSucceeded = nameof(LoginSucceeded);
    public const string LoginFailed = nameof(LoginFailed);
    public const string SessionEnded = nameof(SessionEnded);
    public const string TokenIssued = nameof(TokenIssued);
    public const string TokenRefused = nameof(TokenRefused);
    public const string TokenRevoked = nameof(TokenRevoked);
    public const string SigningKeyCreated = nameof(SigningKeyCreated);
    public const string SigningKeyRevoked = nameof(SigningKeyRevoked);
    public const string TaskCanceled = nameof(TaskCanceled);
    public const string MachineHealthy = nameof(MachineHealthy);
    public const string MachineUnhealthy = nameof(MachineUnhealthy);
    public const string MachineUnavailable = nameof(MachineUnavailable);
    public const string EventsExported = nameof(EventsExported);

    /// <summary>Every category above, with its name in words.</summary>
    public static IReadOnlyList<AuditCategory> All { get; } =
    [
        .. typeof(AuditCategories).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => new AuditCategory(field.Name, Words().Replace(field.Name, match => " " + match.Value.ToLowerInvariant()))),
    ];

    /// <summary>How logins of workflows and of people ended.</summary>
    public static IReadOnlyList<AuditOutcome> Outcomes { get; } =
        [new("granted", "Granted", [TokenIssued, LoginSucceeded]), new("refused", "Refused", [TokenRefused, LoginFailed])];

    [GeneratedRegex("(?<=[a-z])[A-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}

/// <summary>Who did it and from where. <paramref name="EstablishedWith"/> says how the caller was known.</summary>
public sealed record AuditActor(
    string? UserId, string? Username, string EstablishedWith, string? CorrelationId = null, string? IpAddress = null, string? UserAgent = null)
{
    public static AuditActor System { get; } = new(null, "system", "The server itself");

    public static AuditActor CommandLine { get; } =
        new(null, Environment.UserName, "Command line on the server's machine");
}
