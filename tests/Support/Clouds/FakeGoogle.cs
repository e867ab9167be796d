using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>A workload identity pool's OIDC provider, by the name that is the exchange's audience.</summary>
public sealed record GoogleProvider(string Name, string Issuer)
{
    /// <summary>None: the provider's own name, with and without <c>https:</c>.</summary>
    public string[] AllowedAudiences { get; init; } = [];

    /// <summary><c>google.subject</c>; other attributes do not matter here.</summary>
    public Func<VerifiedToken, string> Subject { get; init; } = token => token.Subject;

    /// <summary>The attribute condition.</summary>
    public Func<VerifiedToken, bool> Condition { get; init; } = _ => true;

    public string Pool => Name[..Name.IndexOf("/providers/", StringComparison.Ordinal)];
}

/// <param name="Principals">Whom the role <c>roles/iam.workloadIdentityUser</c> is given to.</param>
/// <param name="MayLiveLong">The organisation policy that allows tokens of more than an hour names it.</param>
public sealed record GoogleServiceAccount(string[] Principals, bool MayLiveLong = false);

public sealed record GoogleToken(string Value, string Principal, DateTimeOffset ExpiresAt);

/// <summary>
/// Google's Security Token Service and the IAM Credentials API, as strict as the real ones
/// (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token).
/// </summary>
public sealed partial class FakeGoogle(RelyingParty relyingParty)
{
    public const string Provider = "//iam.googleapis.com/projects/1234567890/locations/global/workloadIdentityPools/octologin-pool/providers/octologin";
    public static readonly string[] Hosts = ["sts.googleapis.com", "iamcredentials.googleapis.com", "sts.apis-example.goog", "iamcredentials.apis-example.goog"];
    private const int MostSubjectBytes = 127;

    public RelyingParty RelyingParty => relyingParty;
    public ConcurrentDictionary<string, GoogleProvider> Providers { get; } = new(StringComparer.Ordinal);
    public ConcurrentDictionary<string, GoogleServiceAccount> ServiceAccounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Of both exchanges, by their value.</summary>
    public ConcurrentDictionary<string, GoogleToken> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers that come first.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    public static string Principal(string subject, string provider = Provider) => $"principal:{provider[..provider.IndexOf("/providers/", StringComparison.Ordinal)]}/subject/{subject}";

    public async Task<FakeAnswer> AnswerAsync(FakeRequest request)
    {
        if (First.TryDequeue(out var first))
        {
            return first;
        }
        try
        {
            return request.Method != "POST" ? new(404)
                : request.Path == "/v1/token" ? await TokenAsync(request)
                : Generate().Match(request.Path) is { Success: true } path ? GenerateAccessToken(request, path.Groups[1].Value)
                : new(404, "{}");
        }
        catch (TokenRefused refused)
        {
            return OAuth(400, "invalid_grant", refused.Fault switch
            {
                TokenFault.Expired => $"ID Token is stale to sign-in. ({refused.Message})",
                TokenFault.Unreachable or TokenFault.Discovery => $"Error connecting to the given credential's issuer. ({refused.Message})",
                TokenFault.Signature or TokenFault.UnknownKey or TokenFault.WeakKey => $"Unable to verify the ID Token signature. ({refused.Message})",
                _ => $"The ID Token is invalid. ({refused.Message})",
            });
        }
    }

    public static FakeAnswer OAuth(int status, string error, string description) => new(status, JsonSerializer.Serialize(new { error, error_description = description }));

    private static FakeAnswer Refused(int code, string status, string message) => new(code, JsonSerializer.Serialize(new { error = new { code, message, status } }));

    private async Task<FakeAnswer> TokenAsync(FakeRequest request)
    {
        var form = HttpUtility.ParseQueryString(request.Body);
        if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" || form["requested_token_type"] != "urn:ietf:params:oauth:token-type:access_token"
            || form["subject_token_type"] != "urn:ietf:params:oauth:token-type:jwt" || string.IsNullOrEmpty(form["scope"]))
        {
            return OAuth(400, "invalid_request", "Invalid value for \"grant_type\", \"requested_token_type\", \"subject_token_type\" or \"scope\".");
        }
        var (audience, jwt) = (form["audience"] ?? "", form["subject_token"] ?? "");
        if (!ProviderName().IsMatch(audience))
        {
            return OAuth(400, "invalid_request", "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.");
        }
        if (!Providers.TryGetValue(audience, out var provider))
        {
            return OAuth(400, "invalid_target", "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.");
        }
        var issuer = RelyingParty.IssuerOf(jwt);
        if (issuer != provider.Issuer)
        {
            return OAuth(400, "invalid_grant", $"The issuer in ID Token {issuer} does not match the expected one: {provider.Issuer}.");
        }
        var token = await relyingParty.VerifyAsync(jwt, issuer);
        var allowed = provider.AllowedAudiences.Length > 0 ? provider.AllowedAudiences : [provider.Name, $"https:{provider.Name}"];
        if (!allowed.Contains(token.Audience))
        {
            return OAuth(400, "invalid_grant", $"The audience in ID Token [{token.Audience}] does not match the expected audience {provider.Name}.");
        }
        return Federate(provider, token);
    }

    private FakeAnswer Federate(GoogleProvider provider, VerifiedToken token)
    {
        var subject = provider.Subject(token);
        if (Encoding.UTF8.GetByteCount(subject) > MostSubjectBytes)
        {
            return OAuth(400, "invalid_grant", $"The size of mapped attribute google.subject exceeds the {MostSubjectBytes} bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than {MostSubjectBytes} bytes.");
        }
        if (!provider.Condition(token))
        {
            return OAuth(400, "unauthorized_client", "The given credential is rejected by the attribute condition.");
        }
        var issued = Issue("ya29.d.", $"principal:{provider.Pool}/subject/{subject}", 3599);
        return new(200, JsonSerializer.Serialize(new { access_token = issued.Value, issued_token_type = "urn:ietf:params:oauth:token-type:access_token", token_type = "Bearer", expires_in = 3599 }));
    }

    private FakeAnswer GenerateAccessToken(FakeRequest request, string email)
    {
        var sent = request.Headers.GetValueOrDefault("Authorization");
        if (sent?.StartsWith("Bearer ", StringComparison.Ordinal) != true || !Tokens.TryGetValue(sent["Bearer ".Length..], out var federated) || federated.ExpiresAt <= relyingParty.Now)
        {
            return Refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        }
        if (!ServiceAccounts.TryGetValue(email, out var account) || !account.Principals.Contains(federated.Principal))
        {
            return Refused(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).");
        }
        var body = JsonDocument.Parse(request.Body).RootElement;
        var seconds = body.TryGetProperty("lifetime", out var lifetime) ? int.Parse(lifetime.GetString()!.TrimEnd('s'), null) : 3600;
        if (body.GetProperty("scope").GetArrayLength() == 0 || seconds is < 1 or > 43200 || (seconds > 3600 && !account.MayLiveLong))
        {
            return Refused(400, "INVALID_ARGUMENT", "The access token lifetime cannot exceed 3600 seconds without constraints/iam.allowServiceAccountCredentialLifetimeExtension, and a scope is needed.");
        }
        var issued = Issue("ya29.c.", $"serviceAccount:{email}", seconds);
        return new(200, JsonSerializer.Serialize(new { accessToken = issued.Value, expireTime = issued.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", null) }));
    }

    private GoogleToken Issue(string prefix, string principal, int seconds) =>
        Tokens.GetOrAdd(prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(50)), value => new(value, principal, relyingParty.Now.AddSeconds(seconds)));

    [GeneratedRegex(@"^//iam\.[a-z.-]+/projects/\d+/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}\z")]
    private static partial Regex ProviderName();

    [GeneratedRegex(@"^/v1/projects/-/serviceAccounts/([^/:]+@[^/:]+):generateAccessToken\z")]
    private static partial Regex Generate();
}
