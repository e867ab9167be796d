using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace OctoLogin.Tests.Support.Clouds;

/// <summary>An application's federated credential: matched exactly, letter by letter.</summary>
public sealed record FederatedCredential(string Tenant, string ClientId, string Issuer, string Subject, string Audience);

public sealed record EntraToken(string Value, string Tenant, string ClientId, string Resource, DateTimeOffset ExpiresAt);

/// <summary>
/// Microsoft Entra's token endpoint with the documents that its SDKs ask for, and of Azure Resource Manager the subscription; as strict as
/// the real ones, with their codes (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
/// </summary>
public sealed partial class FakeEntra(RelyingParty relyingParty)
{
    public const string Audience = "api://AzureADTokenExchange";
    public const string Management = "https://management.azure.com";
    public static readonly string[] Hosts =
    [
        "login.microsoftonline.com", "management.azure.com", "login.microsoftonline.us", "management.usgovcloudapi.net", "login.partner.microsoftonline.cn", "management.chinacloudapi.cn",
    ];

    private const int MostCharacters = 600;
    private const string Assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    public RelyingParty RelyingParty => relyingParty;
    public ConcurrentBag<FederatedCredential> Credentials { get; } = [];

    /// <summary>Applications without any federated credential, as "tenant/client".</summary>
    public ConcurrentBag<string> Bare { get; } = [];

    /// <summary>A subscription's Id to the clients that may read it.</summary>
    public ConcurrentDictionary<string, string[]> Subscriptions { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ConcurrentDictionary<string, EntraToken> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers of the token endpoint that come first.</summary>
    public ConcurrentQueue<FakeAnswer> First { get; } = new();

    /// <summary>What the token endpoint waits for before it looks at what was sent.</summary>
    public Func<Task> Waits { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether a refusal repeats the whole assertion.</summary>
    public bool Quotes { get; set; }

    /// <summary>Answers of the resource manager that come first.</summary>
    public ConcurrentQueue<FakeAnswer> FirstOfManagement { get; } = new();

    public async Task<FakeAnswer> AnswerAsync(FakeRequest request)
    {
        var parts = request.Path.Split('/');
        return parts switch
        {
            ["", "common", "discovery", "instance"] => InstanceDiscovery(request),
            ["", var tenant, "v2.0", ".well-known", "openid-configuration"] => OpenIdConfiguration(request, tenant),
            ["", var tenant, "oauth2", "v2.0", "token"] when request.Method == "POST" => First.TryDequeue(out var first) ? first : await TokenAsync(request, tenant),
            ["", "subscriptions", var id] when request.Method == "GET" => FirstOfManagement.TryDequeue(out var first) ? first : Subscription(request, id),
            _ => new(404),
        };
    }

    public static FakeAnswer Error(int status, string error, int code, string text) => new(status, JsonSerializer.Serialize(new
    {
        error,
        error_description = $"AADSTS{code}: {text} Trace ID: {Guid.NewGuid()} Correlation ID: {Guid.NewGuid()} Timestamp: 2026-01-01 00:00:00Z",
        error_codes = new[] { code }, timestamp = "2026-01-01 00:00:00Z", trace_id = Guid.NewGuid(), correlation_id = Guid.NewGuid(),
        error_uri = $"https://login.microsoftonline.com/error?code={code}",
    }));

    private static FakeAnswer InstanceDiscovery(FakeRequest request)
    {
        var authority = HttpUtility.ParseQueryString(request.Query)["authorization_endpoint"] ?? "";
        return Uri.TryCreate(authority, UriKind.Absolute, out var uri) && Hosts.Contains(uri.Host)
            ? new(200, JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["tenant_discovery_endpoint"] = $"{authority.Replace("/oauth2/v2.0/authorize", "", StringComparison.Ordinal)}/v2.0/.well-known/openid-configuration",
                ["api-version"] = "1.1",
                ["metadata"] = new[] { new { preferred_network = uri.Host, preferred_cache = uri.Host, aliases = new[] { uri.Host } } },
            }))
            : Error(400, "invalid_instance", 50049, "Unknown or invalid instance.");
    }

    private static FakeAnswer OpenIdConfiguration(FakeRequest request, string tenant)
    {
        var authority = $"https://{request.Headers["Host"]}/{tenant}";
        return new(200, JsonSerializer.Serialize(new
        {
            issuer = $"{authority}/v2.0", token_endpoint = $"{authority}/oauth2/v2.0/token", authorization_endpoint = $"{authority}/oauth2/v2.0/authorize", jwks_uri = $"{authority}/discovery/v2.0/keys",
        }));
    }

    private async Task<FakeAnswer> TokenAsync(FakeRequest request, string tenant)
    {
        var form = HttpUtility.ParseQueryString(request.Body);
        var (client, scope, jwt) = (form["client_id"] ?? "", form["scope"] ?? "", form["client_assertion"] ?? "");
        if (Credentials.All(known => known.Tenant != tenant) && !Bare.Any(known => known.StartsWith($"{tenant}/", StringComparison.Ordinal)))
        {
            return Error(400, "invalid_request", 90002, $"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.");
        }
        var credentials = Credentials.Where(known => known.Tenant == tenant && known.ClientId == client).ToList();
        if (credentials.Count == 0 && !Bare.Contains($"{tenant}/{client}"))
        {
            return Error(400, "unauthorized_client", 700016, $"Application with identifier '{client}' was not found in the directory '{tenant}'.");
        }
        if (form["grant_type"] != "client_credentials" || form["client_assertion_type"] != Assertion)
        {
            return Error(400, "invalid_request", 900144, "The request body must contain the parameters 'grant_type' and 'client_assertion_type'.");
        }
        if (!Scope().IsMatch(scope))
        {
            return Error(400, "invalid_scope", 1002012, $"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.");
        }
        await Waits();
        try
        {
            return Quotes ? Error(401, "invalid_client", 50013, $"Assertion failed signature validation. [{jwt}]") : await MatchAsync(jwt, credentials) ?? Issue(tenant, client, scope[..^"/.default".Length]);
        }
        catch (TokenRefused refused)
        {
            return Error(refused);
        }
    }

    /// <summary>Null: one of the credentials is the token's.</summary>
    private async Task<FakeAnswer?> MatchAsync(string jwt, List<FederatedCredential> credentials)
    {
        var issuer = RelyingParty.IssuerOf(jwt);
        if (credentials.Count == 0)
        {
            return Error(401, "invalid_client", 70021, $"No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'.");
        }
        if (credentials.All(known => known.Issuer != issuer))
        {
            return Error(401, "invalid_client", 700211, $"No matching federated identity record found for presented assertion issuer '{issuer}'.");
        }
        var token = await relyingParty.VerifyAsync(jwt, issuer);
        var ofIssuer = credentials.Where(known => known.Issuer == issuer).ToList();
        return token.Issuer.Length > MostCharacters || token.Subject.Length > MostCharacters || token.Audience.Length > MostCharacters ? Error(401, "invalid_client", 50027, $"A claim has more than {MostCharacters} characters.")
            : ofIssuer.All(known => known.Audience != token.Audience) ? Error(401, "invalid_client", 700212, $"No matching federated identity record found for presented assertion audience '{token.Audience}'.")
            : !ofIssuer.Any(known => known.Audience == token.Audience && known.Subject == token.Subject)
                ? Error(401, "invalid_client", 700213, $"No matching federated identity record found for presented assertion subject '{token.Subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.")
            : null;
    }

    private static FakeAnswer Error(TokenRefused refused) => refused.Fault switch
    {
        TokenFault.Expired or TokenFault.NotYetValid or TokenFault.TooLong => Error(401, "invalid_client", 700024, $"Client assertion is not within its valid time range. ({refused.Message})"),
        TokenFault.Unreachable or TokenFault.Discovery => Error(400, "invalid_request", 50166, $"Request to External OIDC endpoint failed. ({refused.Message})"),
        TokenFault.Signature or TokenFault.UnknownKey or TokenFault.WeakKey => Error(401, "invalid_client", 50013, $"Assertion failed signature validation. ({refused.Message})"),
        _ => Error(401, "invalid_client", 50027, $"JWT token is invalid or malformed. ({refused.Message})"),
    };

    private FakeAnswer Issue(string tenant, string client, string resource)
    {
        var token = new EntraToken($"eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.{Convert.ToHexString(RandomNumberGenerator.GetBytes(40))}.", tenant, client, resource, relyingParty.Now.AddSeconds(3599));
        Tokens[token.Value] = token;
        return new(200, JsonSerializer.Serialize(new { token_type = "Bearer", expires_in = 3599, ext_expires_in = 3599, access_token = token.Value }));
    }

    private FakeAnswer Subscription(FakeRequest request, string id)
    {
        static FakeAnswer Refused(int status, string code, string message) => new(status, JsonSerializer.Serialize(new { error = new { code, message } }));
        var sent = request.Headers.GetValueOrDefault("Authorization");
        if (sent?.StartsWith("Bearer ", StringComparison.Ordinal) != true || !Tokens.TryGetValue(sent["Bearer ".Length..], out var token) || token.ExpiresAt <= relyingParty.Now
            || token.Resource.TrimEnd('/') != $"https://{request.Headers["Host"]}")
        {
            return Refused(401, "InvalidAuthenticationToken", "The access token is invalid.");
        }
        return HttpUtility.ParseQueryString(request.Query)["api-version"] is null ? Refused(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
            : !Subscriptions.TryGetValue(id, out var readers) ? Refused(404, "SubscriptionNotFound", $"The subscription '{id}' could not be found.")
            : !readers.Contains(token.ClientId) ? Refused(403, "AuthorizationFailed", $"The client '{token.ClientId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/read' over scope '/subscriptions/{id}'.")
            : new(200, JsonSerializer.Serialize(new { id = $"/subscriptions/{id}", subscriptionId = id, displayName = "Production", state = "Enabled", tenantId = token.Tenant }));
    }

    [GeneratedRegex(@"^\S+/\.default\z")]
    private static partial Regex Scope();
}
