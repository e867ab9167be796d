using System.Text.Json;

namespace OctoLogin.Action;

/// <summary>The endpoints that the server's discovery document names (OpenID Connect Discovery, RFC 8414), as addresses we may send a token to.</summary>
internal sealed record ServerMetadata(Uri TokenEndpoint, Uri? RevocationEndpoint)
{
    public static ServerMetadata Discover(HttpCalls http, WorkflowCommands commands, ServerUrl server)
    {
        var address = server.At("/.well-known/openid-configuration");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var answer = http.Send($"The discovery document {address}", request);
        if (!answer.IsSuccess || answer.Json() is not { } document || !document.TryGetProperty("token_endpoint", out _))
        {
            var reason = OAuthError.In(answer) is { } error ? $"{answer.Asked} answered {answer.StatusLine}: {error}" : answer.Description();
            throw new LoginException($"{reason} An Octopus server with OpenID Connect (2023.4 or later) names its `token_endpoint` there: is `server` right? It is '{server.Text}'.");
        }
        var issuer = document.TryGetProperty("issuer", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var tokenEndpoint = Endpoint(document, "token_endpoint", answer)!;
        var own = server.Own(tokenEndpoint, issuer);
        if (own != tokenEndpoint)
        {
            commands.Warning($"The server at {server.Text} says that its token endpoint is {PlainText.OneLine(tokenEndpoint.AbsoluteUri, 300)}, on another origin. "
                + $"Tokens are sent only to the origin that `server` names, so {own} is used instead. Give `server` the address that the server knows itself by, or correct that on the server (ServerUri).");
        }
        var revocationEndpoint = Endpoint(document, "revocation_endpoint", answer);
        return new ServerMetadata(own, revocationEndpoint is null ? null : server.Own(revocationEndpoint, issuer));
    }

    private static Uri? Endpoint(JsonElement document, string name, HttpAnswer answer)
    {
        if (!document.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var endpoint) && endpoint.Scheme is "https" or "http"
            ? endpoint
            : throw new LoginException($"{answer.Asked} says that its `{name}` is {PlainText.OneLine(value.ToString(), 200)}, which is not an https address: "
                + "the server's own address (ServerUri) needs correcting.");
    }
}
