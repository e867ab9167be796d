using System.Text.Json.Serialization;
using OctoLogin.Access;

namespace OctoLogin.TokenExchange;

/// <summary>
/// RFC 7662: whether an access token works now. Asked by somebody who is signed in; of a token that does not work it says only that.
/// </summary>
public static class IntrospectionEndpoint
{
    private static readonly HashSet<string> Parameters = ["token", "token_type_hint"];

    public static void MapIntrospection(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/token/introspect/v1", Introspect).DescribeIntrospection();

    private static async Task<Introspection> Introspect(
        HttpContext context, Caller caller, AccessTokenVerifier verifier, CallerStore callers, CancellationToken cancel)
    {
        context.Response.Headers.CacheControl = "no-store";
        var parameters = await TokenExchangeRequest.ReadParametersAsync(context.Request, cancel, Parameters);
        if (!parameters.TryGetValue("token", out var text))
        {
            throw OAuthException.InvalidRequest("token is missing.");
        }
        if (await verifier.VerifyAsync(text, cancel) is not { } token
            || await callers.FindByAccessTokenAsync(token, cancel) is not { IsActive: true } user
            || (user.UserId != caller.UserId && !caller.May(Permission.UserView, AccessTarget.System)))
        {
            return new Introspection(false);
        }
        return new Introspection(true)
        {
            Subject = token.UserId,
            Username = user.Username,
            ClientId = token.ClientId,
            Scope = token.Scope,
            IssuedAt = token.IssuedAt.ToUnixTimeSeconds(),
            ExpiresAt = token.ExpiresAt.ToUnixTimeSeconds(),
            Id = token.Id,
            TokenType = "Bearer",
        };
    }

    internal sealed record Introspection([property: JsonPropertyName("active")] bool Active)
    {
        [JsonPropertyName("sub"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Subject { get; init; }

        [JsonPropertyName("username"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Username { get; init; }

        [JsonPropertyName("client_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? ClientId { get; init; }

        [JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Scope { get; init; }

        [JsonPropertyName("iat"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? IssuedAt { get; init; }

        [JsonPropertyName("exp"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? ExpiresAt { get; init; }

        [JsonPropertyName("jti"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Id { get; init; }

        [JsonPropertyName("token_type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? TokenType { get; init; }
    }
}
