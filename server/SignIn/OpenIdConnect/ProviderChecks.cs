using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What is wrong with a provider's documents, in words that an administrator can act on. Pure.</summary>
public static class ProviderChecks
{
    /// <summary>Without these nobody can sign in.</summary>
    public static IEnumerable<string> Faults(ProviderDiscovery found, ProviderSettings settings, bool isHttps, bool loopbackHttpAllowed)
    {
        if (found.Issuer != settings.Issuer)
        {
            yield return IssuerFault(found.Issuer, settings.Issuer!);
        }
        foreach (var (name, endpoint) in new (string, string?)[] { ("authorization_endpoint", found.AuthorizationEndpoint), ("token_endpoint", found.TokenEndpoint), ("jwks_uri", found.JwksUri) })
        {
            if (endpoint is null)
            {
                yield return $"The discovery document has no '{name}'; it is not the document of an OpenID provider that people can sign in with.";
            }
            else if (!IsHttps(endpoint, loopbackHttpAllowed))
            {
                yield return $"The discovery document's '{name}' is '{Printable.Of(endpoint)}', which is not an https URL; set the provider's external URL to https.";
            }
        }
        if (found.IdTokenAlgorithms is { } algorithms && !algorithms.Any(name => JwsAlgorithm.Find(name) is not null))
        {
            yield return $"The provider signs ID tokens with {Or(algorithms)}; RS256 or ES256 is needed. {SigningKeyAdvice}";
        }
        if (found.ResponseTypes is { } types && !types.Contains("code"))
        {
            yield return $"The provider does not offer the authorization code flow: its response_types_supported are {Or(types)}, without 'code'.";
        }
        if (found.ResponseModes is { } modes && !modes.Contains("query") && !modes.Contains("form_post"))
        {
            yield return $"The provider answers by {Or(modes)}; query or form_post is needed.";
        }
        else if (found.AnswersByForm(settings, isHttps) && !isHttps)
        {
            yield return "The provider answers by form_post alone, which browsers allow to https servers only: set ServerUri to this server's https URL.";
        }
        if (found.TokenAuthentication(settings.ClientSecret is not null) is null)
        {
            yield return $"The provider's token endpoint takes {Or(found.TokenEndpointAuthMethods!)}; client_secret_basic or client_secret_post is needed.";
        }
    }

    /// <summary>What may be meant so, and should be known.</summary>
    public static IEnumerable<string> Notes(ProviderDiscovery found, ProviderSettings settings)
    {
        if (settings.ClientSecret is null && found.TokenEndpointAuthMethods?.Contains("none") != true)
        {
            yield return "There is no ClientSecret, and the provider does not say that clients may do without one; if it made one for this client, set it.";
        }
        if (found.CodeChallengeMethods is { } methods && !methods.Contains("S256"))
        {
            yield return $"The provider does not list the PKCE method S256 (it has {Or(methods)}); it is sent all the same.";
        }
        var unlisted = settings.Scopes.Split(' ').Except(found.Scopes ?? settings.Scopes.Split(' ')).ToList();
        if (unlisted.Count > 0)
        {
            yield return $"The provider does not list the scope {Or(unlisted)} of Scopes; some providers refuse a sign-in that asks for more than they have.";
        }
        if (found.UserInfoEndpoint is null)
        {
            yield return "The provider has no userinfo endpoint: groups and e-mail address must be in the ID token.";
        }
    }

    public static string? KeysFault(IssuerKeySet keys) => keys.Keys.Any(key => JwsAlgorithm.All.Any(algorithm => key.Misfit(algorithm) is null)) ? null
        : keys.Keys.Count == 0
            ? $"The provider publishes no signing key. {SigningKeyAdvice}"
            : $"None of the {keys.Keys.Count} keys that the provider publishes can be used: {string.Join("; ", keys.Keys.Take(3).Select(key => $"'{Printable.Of(key.KeyId, 100)}': {key.Fault ?? "its 'alg' is none that is accepted"}"))}.";

    public const string SigningKeyAdvice = "Choose a key pair for signing in the provider (in Authentik: 'Signing Key' of the OAuth2/OpenID provider).";

    private static string IssuerFault(string? found, string set)
    {
        if (found is null)
        {
            return "The discovery document has no 'issuer'.";
        }
        var why = found.TrimEnd('/') == set.TrimEnd('/') ? $"They differ in the slash at the end: the provider's {(found.EndsWith('/') ? "has one" : "has none")}."
            : found.Equals(set, StringComparison.OrdinalIgnoreCase) ? "They differ in upper and lower case."
            : found.TrimEnd('/').Equals(set.TrimEnd('/'), StringComparison.OrdinalIgnoreCase) ? "They differ in the slash at the end and in upper and lower case."
            : "They must be the same to the character.";
        return $"Issuer is '{Printable.Of(set)}', and the discovery document says '{Printable.Of(found)}'. {why} If that is your provider, set Issuer to '{Printable.Of(found)}'.";
    }

    private static bool IsHttps(string url, bool loopbackHttpAllowed) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && loopbackHttpAllowed));

    private static string Or(IReadOnlyList<string> names) => names.Count == 0 ? "nothing" : Names.List(names.Take(8));
}
