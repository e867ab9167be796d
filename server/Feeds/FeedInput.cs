using System.Text.Json;

namespace OctoLogin.Feeds;

/// <summary>
/// What a client sends. A body with <c>FeedType</c> is the whole feed, and what it leaves out is empty: clients leave out what is empty. Without
/// it, what is left out stays as it is.
/// </summary>
public sealed record FeedInput
{
    public string? Name { get; init; }
    public string? Slug { get; init; }
    public string? FeedType { get; init; }
    public string? SpaceId { get; init; }
    public string? FeedUri { get; init; }
    public string? RegistryPath { get; init; }

    /// <summary>Text, or whatever else a client sends.</summary>
    public JsonElement? ApiVersion { get; init; }
    public string? Region { get; init; }
    public string? Username { get; init; }

    /// <summary><c>{ "HasValue", "NewValue" }</c>, as <see cref="SecretKey"/>.</summary>
    public JsonElement? Password { get; init; }
    public string? AccessKey { get; init; }
    public JsonElement? SecretKey { get; init; }
    public FeedOidcInput? OidcAuthentication { get; init; }

    public bool IsWhole => !string.IsNullOrEmpty(FeedType);
}

/// <param name="SessionDuration">A number or, as clients send it, a text.</param>
public sealed record FeedOidcInput(string? Audience, string?[]? SubjectKeys, string? RoleArn, JsonElement? SessionDuration, string? ClientId, string? TenantId);
