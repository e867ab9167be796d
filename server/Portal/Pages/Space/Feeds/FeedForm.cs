using System.Globalization;
using System.Text.Json;
using OctoLogin.Feeds;

namespace OctoLogin.Portal.Pages.Space.Feeds;

/// <summary>A feed as its form has it, with the names of the API's fields.</summary>
public sealed record FeedForm
{
    public const string ByOidc = "oidc", ByPassword = "password";

    public string? Name { get; init; }
    public string? Slug { get; init; }
    public string? FeedUri { get; init; }
    public string? RegistryPath { get; init; }
    public string? Region { get; init; }

    /// <summary>How it logs in: <see cref="ByOidc"/> or <see cref="ByPassword"/>, which is also without any.</summary>
    public string? Login { get; init; }
    public string? Username { get; init; }

    /// <summary>Only a new one; empty: what is there stays. As <see cref="SecretKey"/>.</summary>
    public string? Password { get; init; }
    public string? AccessKey { get; init; }
    public string? SecretKey { get; init; }
    public string? Audience { get; init; }
    public string[]? SubjectKeys { get; init; }
    public string? RoleArn { get; init; }
    public string? SessionDuration { get; init; }
    public string? ClientId { get; init; }
    public string? TenantId { get; init; }

    public static FeedForm Of(Feed feed) => new()
    {
        Name = feed.Name, Slug = feed.Slug, FeedUri = feed.FeedUri, RegistryPath = feed.RegistryPath, Region = feed.Region,
        Login = feed.OidcAuthentication is null ? ByPassword : ByOidc, Username = feed.Username, AccessKey = feed.AccessKey,
        Audience = feed.OidcAuthentication?.Audience, SubjectKeys = feed.OidcAuthentication?.SubjectKeys, RoleArn = feed.OidcAuthentication?.RoleArn,
        SessionDuration = feed.OidcAuthentication?.SessionDuration?.ToString(CultureInfo.InvariantCulture), ClientId = feed.OidcAuthentication?.ClientId, TenantId = feed.OidcAuthentication?.TenantId,
    };

    /// <summary>The whole feed, as a client would send it: with the one login or the other.</summary>
    public FeedInput ToInput(FeedType type)
    {
        var input = new FeedInput { FeedType = type.ToString(), Name = Name, Slug = Slug, FeedUri = FeedUri, RegistryPath = RegistryPath, Region = Region };
        return Login == ByOidc
            ? input with
            {
                OidcAuthentication = new(Audience, SubjectKeys ?? [], RoleArn, string.IsNullOrWhiteSpace(SessionDuration) ? null : JsonSerializer.SerializeToElement(SessionDuration.Trim()), ClientId, TenantId),
            }
            : input with { Username = Username, Password = NewSecret(Password), AccessKey = AccessKey, SecretKey = NewSecret(SecretKey) };
    }

    private static JsonElement? NewSecret(string? value) => string.IsNullOrEmpty(value) ? null : JsonSerializer.SerializeToElement(new { HasValue = true, NewValue = value });
}
