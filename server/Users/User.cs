using System.Text.Json.Serialization;

namespace OctoLogin.Users;

/// <summary>A person, or with <see cref="IsService"/> a service account. The row is the resource, except for what is marked.</summary>
public sealed record User
{
    public required string Id { get; init; }
    public required string Username { get; init; }
    public required string DisplayName { get; init; }
    public string? EmailAddress { get; init; }
    public required bool IsActive { get; init; }
    public required bool IsService { get; init; }

    /// <summary>A service account's GUID, which workflows name as audience; null for a person.</summary>
    [JsonIgnore]
    public Guid? ExternalId { get; init; }

    [JsonIgnore]
    public string? PasswordHash { get; init; }

    /// <summary>External identities linked to this person; none yet.</summary>
    public string[] Identities { get; init; } = [];

    public bool CanPasswordBeEdited => !IsService;

    /// <summary>True in <c>/api/users/me</c>.</summary>
    public bool IsRequestor { get; init; }
}
