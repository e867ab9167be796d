using System.ComponentModel;
using System.Text.Json.Serialization;
using OctoLogin.Http;

namespace OctoLogin.TokenExchange;

/// <summary>What the API's description says of the token endpoints, which read their bodies themselves. Nothing here is run.</summary>
internal static class TokenDescriptions
{
    public static RouteHandlerBuilder DescribeExchange(this RouteHandlerBuilder route) => route.WithTags("token")
        .WithSummary("Exchange a CI's ID token for an access token (RFC 8693)")
        .WithMetadata(new FormBody(typeof(ExchangeForm)))
        .Produces<TokenEndpoint.TokenResponse>()
        .Refuses(400, 413, 415, 429, 503);

    public static RouteHandlerBuilder DescribeRevocation(this RouteHandlerBuilder route) => route.WithTags("token")
        .WithSummary("End an access token (RFC 7009)")
        .WithDescription("Whoever holds the token may end it. A token that does not work is answered with 200 as well.")
        .WithMetadata(new FormBody(typeof(TokenForm)))
        .Produces(200)
        .Refuses(400, 413, 415, 503);

    public static RouteHandlerBuilder DescribeIntrospection(this RouteHandlerBuilder route) => route.WithTags("token")
        .WithSummary("Ask whether an access token works now (RFC 7662)")
        .WithMetadata(new FormBody(typeof(TokenForm)))
        .Refuses(400, 401, 413, 415, 503);

    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            route.Produces<OAuthError>(status);
        }
        return route;
    }

    private sealed record ExchangeForm
    {
        [JsonPropertyName("grant_type"), Description("urn:ietf:params:oauth:grant-type:token-exchange")]
        public required string GrantType { get; init; }

        [JsonPropertyName("audience"), Description("The service account's GUID")]
        public required string Audience { get; init; }

        [JsonPropertyName("subject_token_type"), Description("urn:ietf:params:oauth:token-type:jwt (or …:id_token)")]
        public required string SubjectTokenType { get; init; }

        [JsonPropertyName("subject_token"), Description("The ID token that the CI gave to the job")]
        public required string SubjectToken { get; init; }

        [JsonPropertyName("requested_token_type"), Description("urn:ietf:params:oauth:token-type:access_token, if anything")]
        public string? RequestedTokenType { get; init; }

        [JsonPropertyName("scope"), Description("Narrows the access token: permissions such as ReleaseCreate, and space:ID, project:ID, environment:ID, separated by spaces")]
        public string? Scope { get; init; }

        [JsonPropertyName("expires_in"), Description("Seconds, if less than the identity gives will do")]
        public int? ExpiresIn { get; init; }
    }

    private sealed record TokenForm
    {
        [JsonPropertyName("token"), Description("The access token")]
        public required string Token { get; init; }

        [JsonPropertyName("token_type_hint"), Description("Not needed")]
        public string? TokenTypeHint { get; init; }
    }

    /// <summary>OAuth's two fields and Octopus's two.</summary>
    private sealed record OAuthError
    {
        [JsonPropertyName("error")]
        public required string Error { get; init; }

        [JsonPropertyName("error_description")]
        public required string ErrorDescription { get; init; }
        public required string ErrorMessage { get; init; }
        public required string[] Errors { get; init; }
    }
}
