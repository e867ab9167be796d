using System.Text.Json;
using OctoLogin.Http;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as a sign-in needs it.</summary>
public sealed record ProviderDiscovery
{
    public string? Issuer { get; init; }
    public string? AuthorizationEndpoint { get; init; }
    public string? TokenEndpoint { get; init; }
    public string? JwksUri { get; init; }
    public string? UserInfoEndpoint { get; init; }
    public string? EndSessionEndpoint { get; init; }

    /// <summary>Null in this and the next lists: it does not say.</summary>
    public IReadOnlyList<string>? TokenEndpointAuthMethods { get; init; }
    public IReadOnlyList<string>? ResponseModes { get; init; }
    public IReadOnlyList<string>? ResponseTypes { get; init; }
    public IReadOnlyList<string>? IdTokenAlgorithms { get; init; }
    public IReadOnlyList<string>? CodeChallengeMethods { get; init; }
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Its answers name it (RFC 9207), so that one without its name is another's.</summary>
    public bool NamesItselfInAnswers { get; init; }
    public bool SupportsBackChannelLogout { get; init; }

    public static string UrlFor(string issuer) => $"{issuer.TrimEnd('/')}/.well-known/openid-configuration";

    public static ProviderDiscovery Read(JsonElement document) => new()
    {
        Issuer = Text(document, "issuer"),
        AuthorizationEndpoint = Text(document, "authorization_endpoint"),
        TokenEndpoint = Text(document, "token_endpoint"),
        JwksUri = Text(document, "jwks_uri"),
        UserInfoEndpoint = Text(document, "userinfo_endpoint"),
        EndSessionEndpoint = Text(document, "end_session_endpoint"),
        TokenEndpointAuthMethods = List(document, "token_endpoint_auth_methods_supported"),
        ResponseModes = List(document, "response_modes_supported"),
        ResponseTypes = List(document, "response_types_supported"),
        IdTokenAlgorithms = List(document, "id_token_signing_alg_values_supported"),
        CodeChallengeMethods = List(document, "code_challenge_methods_supported"),
        Scopes = List(document, "scopes_supported"),
        NamesItselfInAnswers = Is(document, "authorization_response_iss_parameter_supported"),
        SupportsBackChannelLogout = Is(document, "backchannel_logout_supported"),
    };

    /// <summary>
    /// <c>query</c> where the provider has it, as nearly all do: the answer is then a navigation of the browser, which brings cookies that
    /// no other site's requests bring. Discovery 1.0 section 3: what says nothing has <c>query</c>.
    /// </summary>
    /// <param name="isHttps">Whether this server is reached by https: a browser sends no cookie with another site's form otherwise.</param>
    public bool AnswersByForm(ProviderSettings settings, bool isHttps) => ResponseModes is { } modes && modes.Contains("form_post")
        // AD FS, which alone wants a resource, puts groups into the ID token of form_post only.
        && (!modes.Contains("query") || (settings.Resource is not null && isHttps));

    /// <summary>How the request for a token is authenticated; RFC 8414 section 2: what says nothing takes <c>client_secret_basic</c>.</summary>
    public string? TokenAuthentication(bool hasSecret) => !hasSecret ? "none"
        : TokenEndpointAuthMethods is not { } methods || methods.Contains("client_secret_basic") ? "client_secret_basic"
        : methods.Contains("client_secret_post") ? "client_secret_post" : null;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Is(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static IReadOnlyList<string>? List(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : null;
}
