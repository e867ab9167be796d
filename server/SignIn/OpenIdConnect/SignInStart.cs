using Microsoft.AspNetCore.WebUtilities;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>Sends a browser to the provider: the authorization code flow with PKCE (OpenID Connect Core section 3.1.2.1, RFC 7636).</summary>
public sealed class SignInStart(
    ProviderSettingsStore store, ProviderDocuments documents, SignInStates states, BrowserCookie cookie, ProviderUris uris, TimeProvider clock)
{
    /// <summary>Where the browser goes now, which has the cookie that its return is told by.</summary>
    /// <param name="testedBy">An administrator who tries the provider, also one that is not enabled yet; null: somebody signs in.</param>
    /// <exception cref="SignInException">It cannot go there.</exception>
    public async Task<string> BeginAsync(HttpContext context, string? returnTo, string? testedBy, CancellationToken cancel)
    {
        var settings = await store.GetAsync(cancel);
        if (!settings.IsComplete || (!settings.IsEnabled && testedBy is null))
        {
            throw SignInException.Refused("Signing in with an identity provider is not set up on this server.",
                "OpenID Connect is not enabled, or has no Issuer or ClientId: Settings, OpenID Connect.");
        }
        ProviderDiscovery provider;
        try
        {
            provider = (await documents.For(settings).GetAsync(cancel)).Discovery;
        }
        catch (IssuerUnreachableException unreachable)
        {
            throw SignInException.Broken(settings.DisplayName, unreachable.Message);
        }
        var browser = cookie.ReadOrMake(context, provider.AnswersByForm(settings, uris.IsHttps));
        var state = states.Seal(new(settings.Issuer!, settings.Version, SignInStates.HashOf(browser), LocalPath.OrHome(returnTo), testedBy,
            (clock.GetUtcNow() + BrowserCookie.Life).ToUnixTimeSeconds()));
        return Request(provider, settings, state, browser);
    }

    private string Request(ProviderDiscovery provider, ProviderSettings settings, string state, string browser)
    {
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = uris.Redirect,
            ["scope"] = settings.Scopes,
            ["state"] = state,
            ["nonce"] = SignInStates.Nonce(browser, state),
            ["code_challenge"] = SignInStates.CodeChallenge(SignInStates.CodeVerifier(browser, state)),
            ["code_challenge_method"] = "S256",
        };
        if (provider.AnswersByForm(settings, uris.IsHttps))
        {
            query["response_mode"] = "form_post";
        }
        if (settings.Resource is { } resource)
        {
            query["resource"] = resource;
        }
        return QueryHelpers.AddQueryString(provider.AuthorizationEndpoint!, query);
    }
}
