using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>
/// A browser is back from the provider. The steps, in their order: is it our sign-in and this browser's, is the answer this provider's, what
/// does it give for the code, is the ID token proven, who is it. What becomes of that is <see cref="AccountLinking"/>'s, or only shown.
/// </summary>
public sealed class ProviderSignIn(
    ProviderSettingsStore store, ProviderDocuments documents, ProviderClient client, SignInStates states, UsedOnce used, BrowserCookie cookie, AccountLinking accounts, TimeProvider clock)
{
    /// <exception cref="SignInException">It did not work; nobody is signed in.</exception>
    public async Task<SignInOutcome> FinishAsync(HttpContext context, AuthorizationAnswer answer, CancellationToken cancel)
    {
        var (state, browser) = await OpenAsync(context, answer, cancel);
        var settings = await SettingsOfAsync(state, cancel);
        var documents = await DocumentsAsync(settings, cancel);
        RequireOwnAnswer(settings, documents.Discovery, answer);
        var tokens = await client.RedeemAsync(settings, documents.Discovery, answer.Code!, SignInStates.CodeVerifier(browser, answer.State!), cancel);
        await VerifyAsync(settings, tokens, SignInStates.Nonce(browser, answer.State!), cancel);
        var claims = await ClaimsAsync(settings, documents.Discovery, tokens, cancel);
        if (state.TestedBy is not null)
        {
            return new SignInOutcome(state.ReturnTo, await accounts.TryAsync(settings, claims, cancel));
        }
        await accounts.SignInAsync(context, settings, claims, tokens.IdToken.Claim("sid"), cancel);
        return new SignInOutcome(state.ReturnTo, null);
    }

    /// <summary>Proves a signature of the provider's: also the logout token's.</summary>
    internal async Task<string?> SignatureFaultAsync(ProviderSettings settings, CompactJws token, CancellationToken cancel)
    {
        var fetched = documents.For(settings);
        var (key, fault) = (await fetched.GetAsync(cancel)).Keys.Choose(token);
        if (key is null && await fetched.GetForUnknownAsync(cancel) is { } again)
        {
            (key, fault) = again.Keys.Choose(token);
        }
        return key is null ? fault : key.Verifies(token) ? null : $"its signature does not verify with key '{Printable.Of(key.KeyId, 100)}' of the provider";
    }

    /// <summary>E1: missing, forged, of another browser, too late, or used before.</summary>
    private async Task<(SignInState State, string Browser)> OpenAsync(HttpContext context, AuthorizationAnswer answer, CancellationToken cancel)
    {
        const string NotYours = "This sign-in was not begun in this browser, or too long ago. Begin again at the sign-in page.";
        if (answer.State is not { } text || states.Open(text) is not { } state)
        {
            throw SignInException.NotOurs(NotYours, answer.State is null ? "The answer has no 'state'." : "The 'state' is none that this server made.");
        }
        if (cookie.Read(context) is not { } browser || !SignInStates.HashOf(browser).AsSpan().SequenceEqual(state.Browser))
        {
            throw SignInException.NotOurs(NotYours, "The 'state' is of another browser, or this one keeps no cookies of this server.");
        }
        var expires = DateTimeOffset.FromUnixTimeSeconds(state.Expires);
        if (expires < clock.GetUtcNow())
        {
            throw SignInException.NotOurs(NotYours, $"The sign-in was begun more than {BrowserCookie.Life.TotalMinutes:0} minutes ago.");
        }
        return await used.UseStateAsync(text, expires, cancel) ? (state, browser)
            : throw SignInException.NotOurs("This sign-in was finished already. Begin again at the sign-in page.", "The 'state' was used before.");
    }

    private async Task<ProviderSettings> SettingsOfAsync(SignInState state, CancellationToken cancel)
    {
        var settings = await store.GetAsync(cancel);
        return settings.Version == state.SettingsVersion && settings.Issuer == state.Issuer && settings.IsComplete && (settings.IsEnabled || state.TestedBy is not null) ? settings
            : throw SignInException.Refused("The settings of the sign-in were changed meanwhile. Begin again at the sign-in page.", "The provider's settings were changed after the sign-in was begun.");
    }

    private async Task<ProviderDocument> DocumentsAsync(ProviderSettings settings, CancellationToken cancel)
    {
        try
        {
            return await documents.For(settings).GetAsync(cancel);
        }
        catch (IssuerUnreachableException unreachable)
        {
            throw SignInException.Broken(settings.DisplayName, unreachable.Message);
        }
    }

    private static void RequireOwnAnswer(ProviderSettings settings, ProviderDiscovery provider, AuthorizationAnswer answer)
    {
        // RFC 9207 section 2.4: another provider's answer must not have its code sent to this one, nor the other way round.
        if (answer.Issuer is null ? provider.NamesItselfInAnswers : answer.Issuer != settings.Issuer)
        {
            throw SignInException.Refused("The answer is not of the identity provider that you were sent to.",
                answer.Issuer is null ? "The provider says that it names itself in its answers ('iss'), and this one does not." : $"The answer's 'iss' is '{Printable.Of(answer.Issuer)}', not '{settings.Issuer}'.");
        }
        if (answer.Error is { } error)
        {
            throw SignInException.Refused($"{settings.DisplayName} did not sign you in.",
                $"The provider answered '{Printable.Of(error, 100)}'{(answer.ErrorDescription is null ? "" : $": {Printable.Of(answer.ErrorDescription)}")}.");
        }
        if (answer.Code is null or { Length: > 8000 })
        {
            throw SignInException.Refused("The answer of the identity provider is not complete.", "The answer has no usable 'code'.");
        }
    }

    private async Task VerifyAsync(ProviderSettings settings, ProviderTokens tokens, string nonce, CancellationToken cancel)
    {
        string? fault;
        try
        {
            fault = await SignatureFaultAsync(settings, tokens.IdToken, cancel);
        }
        catch (IssuerUnreachableException unreachable)
        {
            throw SignInException.Broken(settings.DisplayName, unreachable.Message);
        }
        const string NotProven = "The identity provider's answer could not be proven.";
        var received = ReceivedClaims.Of(tokens.IdToken.Payload, null, settings);
        if (fault is not null)
        {
            throw SignInException.Unproven(NotProven, $"The ID token is not accepted: {fault}.", received);
        }
        fault = IdTokenValidator.Fault(tokens.IdToken, settings.Issuer!, settings.ClientId!, nonce, clock.GetUtcNow())
            ?? IdTokenValidator.AccessTokenFault(tokens.IdToken, tokens.AccessToken);
        if (fault is not null)
        {
            throw SignInException.Refused(NotProven, $"The ID token is not accepted: {fault}.", received);
        }
    }

    private async Task<ReceivedClaims> ClaimsAsync(ProviderSettings settings, ProviderDiscovery provider, ProviderTokens tokens, CancellationToken cancel)
    {
        var claims = ReceivedClaims.Of(tokens.IdToken.Payload, null, settings);
        if (claims.LacksAny(settings) && provider.UserInfoEndpoint is not null && tokens.AccessToken is { } accessToken)
        {
            claims = ReceivedClaims.Of(tokens.IdToken.Payload, await client.UserInfoAsync(settings, provider, accessToken, claims, cancel), settings);
        }
        return claims.Unstorable is not { } name ? claims : throw SignInException.Refused("The identity provider sent something about you that no account can have.",
            $"The claim '{name}' holds the character U+0000, which cannot be stored. Have the provider send it without.", claims);
    }
}

/// <param name="ReturnTo">A path of this server.</param>
/// <param name="Tried">It was an administrator's test, which changed nothing: what it would have done.</param>
public sealed record SignInOutcome(string ReturnTo, SignInTest? Tried);
