using System.Text.Json;

namespace OctoLogin.Access;

/// <summary>
/// What our access token says (RFC 9068, <c>typ</c> <c>at+jwt</c>): whose it is, until when, how narrow, and by which proof it was given.
/// </summary>
public sealed record AccessToken
{
    public const string Type = "at+jwt";

    /// <summary>The longest that an identity may ask for.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(12);

    public required string Id { get; init; }
    public required string UserId { get; init; }

    /// <summary>The service account's GUID.</summary>
    public required string ClientId { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public string? Scope { get; init; }

    /// <summary>The OIDC identity that let it in, and its version then: a later change of the identity ends the token.</summary>
    public required string IdentityId { get; init; }
    public required int IdentityVersion { get; init; }

    /// <summary>Issuer and subject of the token that was exchanged.</summary>
    public required string SubjectIssuer { get; init; }
    public required string Subject { get; init; }

    /// <summary>The key that signed it; known of a token that was verified.</summary>
    public string? SigningKeyId { get; init; }

    public void Write(Utf8JsonWriter json, string serverUri)
    {
        json.WriteString("iss", serverUri);
        json.WriteString("aud", serverUri);
        json.WriteString("sub", UserId);
        json.WriteString("client_id", ClientId);
        json.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("nbf", IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
        json.WriteString("jti", Id);
        if (Scope is not null)
        {
            json.WriteString("scope", Scope);
        }
        json.WriteString("issuer", SubjectIssuer);
        json.WriteString("subject", Subject);
        json.WriteString("identity", IdentityId);
        json.WriteNumber("identity_version", IdentityVersion);
    }

    /// <summary>Reads a payload whose signature was verified with our key; null when it is not one of these.</summary>
    public static AccessToken? Read(JsonElement json)
    {
        if (!Number(json, "iat", out var iat) || !Number(json, "exp", out var exp) || !Number(json, "identity_version", out var version)
            || Text(json, "jti") is not { } id || Text(json, "sub") is not { } userId || Text(json, "identity") is not { } identity)
        {
            return null;
        }
        return new AccessToken
        {
            Id = id,
            UserId = userId,
            ClientId = Text(json, "client_id") ?? "",
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(iat),
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(exp),
            Scope = Text(json, "scope"),
            IdentityId = identity,
            IdentityVersion = (int)version,
            SubjectIssuer = Text(json, "issuer") ?? "",
            Subject = Text(json, "subject") ?? "",
        };
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Number(JsonElement json, string name, out long number)
    {
        number = 0;
        return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
    }
}
