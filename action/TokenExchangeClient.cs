using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OctoLogin.Action;

internal sealed record AccessToken(string Value, TimeSpan? Lifetime, string? Scope);

/// <summary>OAuth 2.0 Token Exchange (RFC 8693) and Token Revocation (RFC 7009), as their client.</summary>
internal sealed class TokenExchangeClient(HttpCalls http, WorkflowCommands commands)
{
    public AccessToken Exchange(Uri tokenEndpoint, string idToken, string audience, string? scope)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, tokenEndpoint) { Content = ExchangeRequest(idToken, audience, scope) };
        var answer = http.Send($"The token endpoint {tokenEndpoint}", request);
        var json = answer.Json();
        if (json is { } result && result.TryGetProperty("access_token", out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } accessToken)
        {
            commands.Mask(accessToken);
            // RFC 6749 appendix A.12. Later steps put it into a header.
            return accessToken.All(c => c is > ' ' and <= '~')
                ? new AccessToken(accessToken, Lifetime(result), Scope(result) ?? scope)
                : throw new LoginException($"{answer.Asked} gave an access token with white space or characters that no token has. Is `server` right?");
        }
        throw OAuthError.In(answer) is { } error && (int)answer.Status < 500
            ? new RefusedException($"The server refused the login. {error}", IdTokenClaims.Read(idToken))
            : new LoginException(OAuthError.In(answer) is { } fault
                ? $"{answer.Asked} answered {answer.StatusLine}: {fault}"
                : $"{answer.Description()} It should have been an access token or an OAuth error: is `server` right?");
    }

    /// <summary>Null when the token is revoked, otherwise what the server said.</summary>
    public string? Revoke(Uri revocationEndpoint, string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, revocationEndpoint);
        request.Content = new FormUrlEncodedContent([new("token", accessToken), new("token_type_hint", "access_token")]);
        var answer = http.Send($"The revocation endpoint {revocationEndpoint}", request);
        return answer.IsSuccess ? null : OAuthError.In(answer) is { } error ? $"{answer.Asked} answered {answer.StatusLine}: {error}" : answer.Description();
    }

    // JSON, not a form: that is what Octopus documents for its endpoint, and ours takes both.
    private static ByteArrayContent ExchangeRequest(string idToken, string audience, string? scope)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
            json.WriteString("audience", audience);
            json.WriteString("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
            json.WriteString("subject_token", idToken);
            if (scope is not null)
            {
                json.WriteString("scope", scope);
            }
            json.WriteEndObject();
        }
        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    // RFC 6749 says a number; some servers quote it.
    private static TimeSpan? Lifetime(JsonElement result) =>
        result.TryGetProperty("expires_in", out var value) && double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < 366 * 86400 ? TimeSpan.FromSeconds(seconds) : null;

    private static string? Scope(JsonElement result) =>
        result.TryGetProperty("scope", out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } scope ? PlainText.OneLine(scope, 500) : null;
}
