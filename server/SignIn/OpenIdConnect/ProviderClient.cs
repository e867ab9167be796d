using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OctoLogin.Http;
using OctoLogin.Jose;

namespace OctoLogin.SignIn.OpenIdConnect;

/// <summary>What the provider gave for the code: an ID token, not yet proven, and an access token for its userinfo endpoint.</summary>
public sealed record ProviderTokens(CompactJws IdToken, string? AccessToken);

/// <summary>Asks the provider: a code for tokens (RFC 6749 section 4.1.3), and who somebody is (OpenID Connect Core section 5.3).</summary>
public sealed class ProviderClient(ProviderDocuments documents, ProviderSecret secrets, ProviderUris uris, ILogger<ProviderClient> log)
{
    public async Task<ProviderTokens> RedeemAsync(ProviderSettings settings, ProviderDiscovery provider, string code, string verifier, CancellationToken cancel)
    {
        using var request = TokenRequest(settings, provider, code, verifier);
        var (status, body, type) = await SendAsync(settings, request, cancel);
        if (status is >= 500 or 429 || body is not { } answer)
        {
            throw SignInException.Broken(settings.DisplayName, $"The token endpoint {provider.TokenEndpoint} answered {status}{(body is null ? $" with content type '{Printable.Of(type)}', not JSON" : "")}.", StatusCodes.Status502BadGateway);
        }
        if (status != StatusCodes.Status200OK)
        {
            throw Refusal(Text(answer, "error"), Text(answer, "error_description"), status);
        }
        var idToken = Text(answer, "id_token") ?? throw SignInException.Refused("The identity provider is not set up as this server needs it, so nobody can sign in with it now.",
            "The token endpoint's answer has no 'id_token'. The client must be an OpenID Connect client, with the scope openid.");
        return new(IdTokenValidator.Parse(idToken, settings), Text(answer, "access_token"));
    }

    /// <summary>Null: it cannot be had, and what it might hold is absent. An outage throws: nobody must lose their groups to one.</summary>
    /// <param name="claims">What the ID token said: of the same person.</param>
    public async Task<JsonElement?> UserInfoAsync(ProviderSettings settings, ProviderDiscovery provider, string accessToken, ReceivedClaims claims, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.UserInfoEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var (status, body, type) = await SendAsync(settings, request, cancel);
        if (status is >= 500 or 429)
        {
            throw SignInException.Broken(settings.DisplayName, $"The userinfo endpoint {provider.UserInfoEndpoint} answered {status}.", StatusCodes.Status502BadGateway);
        }
        if (status != StatusCodes.Status200OK || body is not { } userInfo)
        {
            log.NoUserInfo(provider.UserInfoEndpoint!, status, Printable.Of(type, 100));
            return null;
        }
        // An access token that was exchanged for another person's would tell of that person (section 5.3.2).
        return Text(userInfo, "sub") == claims.Subject ? userInfo : throw SignInException.Refused("The identity provider's answers contradict each other.",
            $"The userinfo endpoint's 'sub' is '{Printable.Of(Text(userInfo, "sub"))}', the ID token's is '{Printable.Of(claims.Subject)}'; they must be the same.", claims);
    }

    private HttpRequestMessage TokenRequest(ProviderSettings settings, ProviderDiscovery provider, string code, string verifier)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = uris.Redirect,
            ["code_verifier"] = verifier,
        };
        var request = new HttpRequestMessage(HttpMethod.Post, provider.TokenEndpoint);
        var secret = secrets.Open(settings);
        switch (provider.TokenAuthentication(secret is not null))
        {
            case "client_secret_basic":
                // RFC 6749 section 2.3.1: each is form-encoded first.
                var pair = $"{Uri.EscapeDataString(settings.ClientId!)}:{Uri.EscapeDataString(secret!)}";
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
                break;
            case "client_secret_post":
                (form["client_id"], form["client_secret"]) = (settings.ClientId!, secret!);
                break;
            default:
                form["client_id"] = settings.ClientId!;
                break;
        }
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    private async Task<(int Status, JsonElement? Body, string? ContentType)> SendAsync(ProviderSettings settings, HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            var answer = await documents.Requests.SendAsync(request, cancel);
            Json.RequireText(answer.Body ?? default);
            return answer;
        }
        // From RequireText: whoever read it later would fail.
        catch (InvalidOperationException)
        {
            throw SignInException.Broken(settings.DisplayName, $"{request.RequestUri} answered with an escape that is no character.", StatusCodes.Status502BadGateway);
        }
        catch (IssuerUnreachableException unreachable)
        {
            throw SignInException.Broken(settings.DisplayName, unreachable.Message);
        }
    }

    private static SignInException Refusal(string? error, string? description, int status)
    {
        var said = $"the provider's token endpoint answered {status} '{Printable.Of(error, 100)}'{(description is null ? "" : $": {Printable.Of(description)}")}";
        return error is "invalid_client" or "unauthorized_client" || status == StatusCodes.Status401Unauthorized
            ? SignInException.Refused("The identity provider does not know this server, so nobody can sign in with it now.", $"ClientId or ClientSecret is wrong: {said}.")
            : SignInException.Refused("The sign-in could not be finished. Try again.",
                $"{char.ToUpperInvariant(said[0])}{said[1..]}. A code is good once and for a short time; the provider must know this server's redirect URI exactly.");
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

internal static partial class ProviderClientLog
{
    [LoggerMessage(LogLevel.Warning, "The userinfo endpoint {Endpoint} answered {Status} with content type {ContentType}, so what the ID token lacks stays unknown")]
    public static partial void NoUserInfo(this ILogger log, string endpoint, int status, string contentType);
}
