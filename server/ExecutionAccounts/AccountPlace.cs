using OctoLogin.Accounts;

namespace OctoLogin.ExecutionAccounts;

/// <summary>Where and for whom accounts are used, and what an ID token tells of it.</summary>
public sealed record AccountPlace
{
    public required string SpaceId { get; init; }
    public required string EnvironmentId { get; init; }
    public required string EnvironmentName { get; init; }

    /// <summary>Null: for no tenant.</summary>
    public string? TenantId { get; init; }
    public string? TenantName { get; init; }
    public IReadOnlyCollection<string> TenantTags { get; init; } = [];

    /// <summary>A deployment's or a runbook's.</summary>
    public required SubjectUse Use { get; init; }

    /// <summary>Without the account.</summary>
    public required SubjectParts Subject { get; init; }

    /// <summary>The Id of the deployment or run: what a cloud's own log shows of it.</summary>
    public required string ExecutionId { get; init; }
}
