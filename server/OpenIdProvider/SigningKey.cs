namespace OctoLogin.OpenIdProvider;

/// <summary>A row of <c>signing_keys</c>.</summary>
public sealed record SigningKey
{
    /// <summary>The key's JWK thumbprint (RFC 7638), so that it can be checked by hand.</summary>
    public required string Kid { get; init; }

    /// <summary>ES256 or RS256.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The public JWK, as published.</summary>
    public required string PublicJwk { get; init; }

    /// <summary>PKCS#8, encrypted with the master key; empty once it no longer signs.</summary>
    public required byte[] PrivateKey { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ActiveFrom { get; init; }
    public DateTimeOffset? PublishedUntil { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }

    public SigningKeyUse Use => SigningKeyUse.Of(Algorithm);

    public bool IsPublished(DateTimeOffset now) => RevokedAt is null && (PublishedUntil is null || PublishedUntil > now);

    /// <summary>The newest of its use that can does.</summary>
    public bool CanSign(DateTimeOffset now) => ActiveFrom <= now && IsPublished(now) && PrivateKey.Length > 0;

    /// <summary>It waits for its turn, and no key made after it takes that turn.</summary>
    public bool WillSign(DateTimeOffset now) => RevokedAt is null && ActiveFrom > now && (PublishedUntil is null || PublishedUntil > ActiveFrom);

    public static string Purpose(string kid) => $"signing_keys.private_key:{kid}";
}
