using System.Text.Json;

namespace OctoLogin.OpenIdProvider;

/// <summary>The claims <c>iat</c>, <c>nbf</c> and <c>exp</c> of an ID token (RFC 7519 section 4.1).</summary>
public sealed record IdTokenTimes(DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// A relying party whose clock is that much behind ours still takes a token that was just made, also one that allows for nothing. Both
    /// <c>iat</c> and <c>nbf</c> lie back by it: some refuse a token that was issued in their future.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    /// <param name="lifetime">From <c>iat</c> to <c>exp</c>, as relying parties reckon it: for its holder it is shorter by <see cref="ClockSkew"/>.</param>
    public static IdTokenTimes Of(DateTimeOffset now, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, ClockSkew);
        return new(now - ClockSkew, now - ClockSkew + lifetime);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("iat", IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("nbf", IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", ExpiresAt.ToUnixTimeSeconds());
    }
}
