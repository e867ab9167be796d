using System.Text.Json;
using System.Text.Json.Serialization;
using OctoLogin.Accounts;
using OctoLogin.CloudLogins;

namespace OctoLogin.ExecutionAccounts;

/// <summary>
/// The file by which Google's SDKs log in with an ID token that lies in another file: type <c>external_account</c>
/// (https://google.aip.dev/auth/4117). It holds no secret.
/// </summary>
public sealed record GoogleSettings
{
    public string Type => "external_account";
    public required string Audience { get; init; }
    public string SubjectTokenType => "urn:ietf:params:oauth:token-type:jwt";
    public required string TokenUrl { get; init; }
    public required TokenSource CredentialSource { get; init; }

    /// <summary>Null: Google's public cloud.</summary>
    public string? UniverseDomain { get; init; }

    /// <summary>Null in this and the next: what is called accepts the federated identity itself.</summary>
    public string? ServiceAccountImpersonationUrl { get; init; }
    public Impersonation? ServiceAccountImpersonation { get; init; }

    private const string PublicUniverse = "googleapis.com";

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
    };

    public sealed record TokenSource(string File, TokenFormat Format);

    public sealed record TokenFormat(string Type);

    public sealed record Impersonation(int TokenLifetimeSeconds);

    /// <param name="tokenFile">Where the ID token is.</param>
    public static byte[] Of(GoogleOidcDetails google, string audience, string tokenFile, string universe) => JsonSerializer.SerializeToUtf8Bytes(new GoogleSettings
    {
        Audience = GoogleLogin.ProviderOf(audience),
        TokenUrl = $"https://sts.{universe}/v1/token",
        CredentialSource = new(tokenFile, new("text")),
        UniverseDomain = universe == PublicUniverse ? null : universe,
        ServiceAccountImpersonationUrl = google.ImpersonatedServiceAccount is { } email ? $"https://iamcredentials.{universe}/v1/projects/-/serviceAccounts/{email}:generateAccessToken" : null,
        ServiceAccountImpersonation = google.ImpersonatedServiceAccount is null ? null : new(google.TokenLifetimeSeconds),
    }, Form);
}
