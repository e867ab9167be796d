using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OctoLogin.CloudLogins;
using OctoLogin.Http;

namespace OctoLogin.Feeds;

/// <summary>
/// Questions to one registry's API (OCI distribution specification), with a token that is fetched when it asks for one. Everything that the
/// other side decides has a limit: where it sends us, how much it says and how long it takes.
/// </summary>
internal sealed class RegistryConversation(CloudNetwork network, RegistryAddress address, RegistryLogin? login)
{
    private AuthenticationHeaderValue? authorization;

    /// <param name="scope">What to ask a token for, where the registry does not say.</param>
    /// <returns>The answer's JSON, and where its next page is; null: there is none.</returns>
    /// <exception cref="RegistryException">There is no good answer.</exception>
    public async Task<(JsonDocument Json, Uri? Next)> GetAsync(Uri uri, string scope, CancellationToken cancel)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            using var response = await SendAsync(uri, authorization, cancel);
            if (response.StatusCode == HttpStatusCode.Unauthorized && !isAgain)
            {
                // Also in the middle of many pages: a token lives for some minutes.
                authorization = await AnswerAsync(response, scope, cancel);
                continue;
            }
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusalAsync(uri, response, cancel);
            }
            return (await ReadAsync(uri, response, cancel), NextOf(uri, response));
        }
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(HttpResponseMessage response, string scope, CancellationToken cancel)
    {
        if (RegistryChallenge.Of(response.Headers.WwwAuthenticate) is not { } challenge)
        {
            throw new RegistryException(RegistryFault.Refused, $"{address.Api.Authority} asks for a login in a way that is not known here: it offers neither Bearer with a realm nor Basic.");
        }
        if (challenge.Realm is not null)
        {
            return new("Bearer", await TokenAsync(challenge, scope, cancel));
        }
        return Basic ?? throw new RegistryException(RegistryFault.Refused, $"{address.Api.Authority} asks for a user and password, and the feed has none.");
    }

    /// <summary>By the registry's token service. https://distribution.github.io/distribution/spec/auth/token/</summary>
    private async Task<string> TokenAsync(RegistryChallenge challenge, string scope, CancellationToken cancel)
    {
        var realm = Realm(challenge.Realm!);
        var query = new List<string> { realm.Query.TrimStart('?'), Part("service", challenge.Service), Part("scope", challenge.Scope ?? scope) };
        var uri = new UriBuilder(realm) { Query = string.Join('&', query.Where(part => part.Length > 0)) }.Uri;
        using var response = await SendAsync(uri, Basic, cancel);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusalAsync(realm, response, cancel);
        }
        using var json = await ReadAsync(realm, response, cancel);
        return (RegistryJson.Text(json.RootElement, "token") ?? RegistryJson.Text(json.RootElement, "access_token")) is { } token && token.All(char.IsAscii) && !token.Any(char.IsControl)
            ? token
            : throw Malformed(realm, "answered without a token");
    }

    // The password goes there: over https alone, and a login that is good for a whole cloud to the registry alone.
    private Uri Realm(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var realm) || realm.Scheme != Uri.UriSchemeHttps || realm.UserInfo.Length + realm.Fragment.Length > 0)
        {
            throw Malformed(address.Api, $"sends for a token to '{Printable.Of(text)}', which is not an https URL");
        }
        return login is not { Stays: true } || IsHere(realm) ? realm
            : throw Malformed(address.Api, $"sends for a token to another host, {realm.Authority}, which does not get to see the login");
    }

    private AuthenticationHeaderValue? Basic =>
        login is null ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}")));

    private async Task<HttpResponseMessage> SendAsync(Uri uri, AuthenticationHeaderValue? by, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.ParseAdd("OctoLogin");
        request.Headers.Authorization = by;
        try
        {
            return await network.Client.SendAsync(request, cancel);
        }
        catch (HttpRequestException unanswered)
        {
            throw Malformed(uri, $"could not be asked: {Printable.Of(unanswered.Message)}");
        }
    }

    private static async Task<JsonDocument> ReadAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            var json = await RegistryJson.ReadAsync(response, cancel);
            Json.RequireText(json.RootElement);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new JsonException();
        }
        // Half of a surrogate pair as an escape is JSON, and no text.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw Malformed(uri, "answered with what is not a JSON object");
        }
    }

    private async Task<RegistryException> RefusalAsync(Uri uri, HttpResponseMessage response, CancellationToken cancel)
    {
        string? said = null;
        try
        {
            using var json = await ReadAsync(uri, response, cancel);
            said = RegistryJson.Refusal(json.RootElement);
        }
        catch (RegistryException)
        {
            // The status says enough.
        }
        var status = (int)response.StatusCode;
        return new(
            status is 401 or 403 ? RegistryFault.Refused : status is 404 or 405 ? RegistryFault.Missing : RegistryFault.Unreachable,
            $"{Place(uri)} answered {status}{(string.IsNullOrEmpty(said) ? "" : $": {Printable.Of(said)}")}{(status == 401 && login is null ? " (the feed has no user and password)" : "")}.");
    }

    /// <summary>By the header <c>Link</c> (RFC 8288), never to another host: the token would go there.</summary>
    private Uri? NextOf(Uri uri, HttpResponseMessage response)
    {
        var link = response.Headers.TryGetValues("Link", out var links)
            ? links.SelectMany(line => line.Split(',')).Select(one => one.Trim()).FirstOrDefault(one => one.StartsWith('<') && one.Replace("\"", "", StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase))
            : null;
        if (link is null || link.IndexOf('>') is not (> 0 and var end))
        {
            return null;
        }
        return Uri.TryCreate(uri, link[1..end], out var next) && IsHere(next) ? next
            : throw Malformed(uri, $"names a next page elsewhere: '{Printable.Of(link[1..end])}'");
    }

    private bool IsHere(Uri uri) => uri.Scheme == address.Api.Scheme && uri.UserInfo.Length == 0 && uri.Authority.Equals(address.Api.Authority, StringComparison.OrdinalIgnoreCase);

    private static RegistryException Malformed(Uri uri, string what) => new(RegistryFault.Unreachable, $"{Place(uri)} {what}.");

    private static string Place(Uri uri) => $"{uri.Authority}{uri.AbsolutePath}";

    private static string Part(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"{name}={Uri.EscapeDataString(value)}";
}
