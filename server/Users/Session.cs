using System.Text.Json.Serialization;

namespace OctoLogin.Users;

/// <summary>A person who is signed in with a browser. The row is the resource; the cookie's secret is kept nowhere.</summary>
public sealed record Session
{
    public required string Id { get; init; }
    public required string UserId { get; init; }

    /// <summary>How they signed in: <c>password</c>, or the name of the way in.</summary>
    public required string SignedInWith { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Written down about once a minute.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>At the latest; without a request it ends before.</summary>
    public required DateTimeOffset Expires { get; init; }
    public string? IpAddress { get; init; }
    public string? UserAgent { get; init; }

    /// <summary>The one that the caller came with.</summary>
    public bool IsCurrent { get; init; }

    [JsonIgnore]
    public ExternalSession? External { get; init; }
}

/// <summary>What an OpenID Connect provider calls the session, for its back-channel logout.</summary>
/// <param name="Sid">The <c>sid</c> claim; null: the provider sent none.</param>
public sealed record ExternalSession(string Issuer, string Subject, string? Sid);
