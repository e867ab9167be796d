using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Http;

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

    /// <summary>Who this person is at the identity provider.</summary>
    public IReadOnlyList<UserIdentity> Identities => JsonSerializer.Deserialize<UserIdentity[]>(IdentitiesJson, Json.Options)!;

    [JsonIgnore]
    public string IdentitiesJson { get; init; } = "[]";

    public bool CanPasswordBeEdited => !IsService;

    /// <summary>True in <c>/api/users/me</c>.</summary>
    public bool IsRequestor { get; init; }
}

/// <summary>A person of an identity provider that an account is linked to, as of their latest sign-in.</summary>
/// <param name="Groups">The values of the role claim, which give the teams that have them as external groups.</param>
public sealed record UserIdentity(
    string Id, string Issuer, string Subject, string? EmailAddress, string? Username, IReadOnlyList<string> Groups, DateTimeOffset Linked, DateTimeOffset LastSignIn)
{
    /// <summary>As Octopus names the generic provider.</summary>
    public string IdentityProviderName => "GenericOidc";

    /// <summary>Octopus's form of the same.</summary>
    public IReadOnlyDictionary<string, IdentityClaim> Claims => new Dictionary<string, IdentityClaim>
    {
        ["sub"] = new(Subject, true),
        ["email"] = new(EmailAddress, false),
        ["un"] = new(Username, false),
    };
}

public sealed record IdentityClaim(string? Value, bool IsIdentifyingClaim);
